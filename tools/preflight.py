"""Say everything that keeps the production profile from starting here: `python -m tools.preflight`.

Reads the environment as all six processes would, whatever ORDERBUDDY_PROFILE is, and prints one message; exit 1 when
something is wrong. Names that begin as ours and that nothing reads are told too: a slip there would leave a default.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import Final

from edge.settings import EdgeSettings
from services.kit.settings import FILE_SUFFIX, ServiceSettings, Settings, is_secret, name_of, problems_of
from services.menu.settings import SETTINGS as MENU
from services.notification.settings import NotificationSettings
from services.ordering.settings import SETTINGS as ORDERING
from services.payment.settings import PaymentSettings

PROCESSES: Final[Mapping[str, tuple[type[Settings], ...]]] = {
    "menu": MENU,
    "ordering": ORDERING,
    "payment": (PaymentSettings,),
    "station": (ServiceSettings,),
    "notification": (NotificationSettings,),
    "edge": (EdgeSettings,),
}
"""What each process reads."""

_PROFILE: Final = "ORDERBUDDY_PROFILE"
_PREFIX: Final = "ORDERBUDDY_"
_OF_MAKE_UP: Final = frozenset(
    {f"{_PREFIX}{name}" for name in ("DATA", "DEMO", "CORE_PORT")}
    | {f"{_PREFIX}EMERGEPAY_{name}" for name in ("PORT", "LEDGER", "AUTO_CARD", "ANY_TOKEN", "DECLINE_CENTS")}
)
"""What only a developer's machine reads: nothing to refuse, and not misspelt."""


def names_of(*kinds: type[Settings]) -> Iterator[str]:
    """Yield every name that settings are read from, those of secrets' files too."""
    for kind in kinds:
        for field, info in kind.model_fields.items():
            yield name_of(field, info)
            if is_secret(info):
                yield name_of(field, info) + FILE_SUFFIX


def problems() -> dict[tuple[str, str], list[str]]:
    """Return what is wrong (a name, and what it is) with the processes that it keeps from starting."""
    found: dict[tuple[str, str], list[str]] = {}
    given = os.environ.get(_PROFILE)
    os.environ[_PROFILE] = "production"
    try:
        for process, kinds in PROCESSES.items():
            for problem in problems_of(*kinds):
                found.setdefault(problem, []).append(process)
    finally:
        os.environ.pop(_PROFILE)
        if given is not None:
            os.environ[_PROFILE] = given
    if given != "production":
        found[_PROFILE, "is not `production`: what is unsafe would not be refused"] = list(PROCESSES)
    known = _OF_MAKE_UP.union(*(names_of(*kinds) for kinds in PROCESSES.values()))
    for name in sorted(os.environ.keys() - known):
        if name.startswith(_PREFIX):
            found[name, "is read by nothing; is it misspelt?"] = []
    return found


def main() -> int:
    """Print what is wrong."""
    found = problems()
    if not found:
        print("The production profile can start with these settings.")
        return 0
    lines = []
    for (name, what), processes in sorted(found.items()):
        where = "" if len(processes) in {0, len(PROCESSES)} else f" ({', '.join(processes)})"
        lines.append(f"  {name}: {what}{where}")
    print(f"The production profile refuses {len(lines)} things here:", *lines, sep="\n", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
