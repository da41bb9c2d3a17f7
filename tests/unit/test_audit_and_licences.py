"""What `make check` says of licences and vulnerabilities."""

from __future__ import annotations

from typing import Any

import pytest

from tools.audit import judge
from tools.licences import is_allowed, problems

ALLOWED = {"MIT", "Apache-2.0", "Mozilla Public License 2.0 (MPL 2.0)"}


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0", False),
        ("MIT AND GPL-3.0", False),
        ("MIT; GPL-3.0", False),
        ("MIT OR GPL-3.0", True),
        ("MIT AND (Apache-2.0 OR GPL-3.0)", True),
        ("Mozilla Public License 2.0 (MPL 2.0)", True),
        ("UNKNOWN", False),
    ],
)
def test_which_licences_are_allowed(licence: str, allowed: bool) -> None:
    assert is_allowed(licence, ALLOWED) is allowed


def test_a_licence_outside_the_list_needs_a_reason_and_a_reason_needs_a_licence() -> None:
    licences = {"good": "MIT", "bad": "GPL-3.0", "odd": "UNKNOWN"}
    found = problems(licences, ALLOWED, {"odd": "MIT in its repository", "good": "once it was odd"})
    assert found == ["bad: GPL-3.0 is not in the list", "good: the exception is not needed"]


FLAW: dict[str, Any] = {
    "name": "old",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["1.1"]}],
}
CLEAN: dict[str, Any] = {"name": "new", "version": "2.0", "vulns": []}
UNKNOWN: dict[str, Any] = {"name": "other", "skip_reason": "not found"}


def test_a_vulnerability_is_an_error_unless_it_is_accepted() -> None:
    assert judge([FLAW, CLEAN], {}) == (
        1,
        ["old 1.0: PYSEC-1, mended in 1.1", "2 packages audited, 1 vulnerabilities"],
    )
    assert judge([FLAW, CLEAN], {"CVE-1": "we do not call it"}) == (0, ["2 packages audited, 0 vulnerabilities"])


@pytest.mark.parametrize("answer", ["ConnectionError", [UNKNOWN], [CLEAN, UNKNOWN]])
def test_what_was_not_audited_is_said(answer: Any) -> None:
    code, lines = judge(answer, {})
    assert code == 0
    assert any("NOT AUDITED" in line for line in lines)
