"""Print an assertion for calls by hand, valid for a minute.

python -m tools.assertion [service|device|staff] [restaurant ...]
"""

from __future__ import annotations

import os
import pathlib
import sys

from services.kit.principal import Assertions, CallerKind, Principal, Role


def main() -> int:
    """Sign with the secret of the system that runs here."""
    kind, *restaurants = sys.argv[1:] or ["service"]
    path = pathlib.Path(os.environ.get("ORDERBUDDY_DATA", ".orderbuddy")) / "assertion-secret"
    secret = os.environ.get("ORDERBUDDY_ASSERTION_SECRET") or (path.read_text("ascii") if path.exists() else "")
    if not secret:
        print(f"no secret: neither ORDERBUDDY_ASSERTION_SECRET nor {path}; has `make up` run here?", file=sys.stderr)
        return 1
    print(Assertions(secret).sign(Principal(CallerKind(kind), "by hand", dict.fromkeys(restaurants, Role.OWNER))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
