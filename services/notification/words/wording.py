"""Templates become messages: plain texts by jinja2, mails by MJML as well."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, Final

import jinja2
import mrml

from services.notification.words.facts import LANGUAGES, Facts, Kind

_FOLDER: Final = pathlib.Path(__file__).parent / "templates"
_SPACE: Final = re.compile(r"[\s\x00-\x1f\x7f]+")
_LONGEST_FACT: Final = 300


class _AsText:
    """The macros of a plain template, for pages. Jinja takes what a macro returns for HTML when a page calls it."""

    def __init__(self, macros: Any) -> None:
        self._macros = macros

    def __getattr__(self, name: str) -> Callable[..., str]:
        macro = getattr(self._macros, name)
        return lambda *facts: str(macro(*facts))


class Wording:
    """Says things. A language that there is not is answered in English."""

    def __init__(self) -> None:
        loader = jinja2.FileSystemLoader(_FOLDER)
        plain = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701  texts, no HTML
        self._said: dict[str, Any] = {each: plain.get_template(f"{each}.jinja").module for each in LANGUAGES}
        self._pages = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, autoescape=True)

    def sms(self, kind: Kind, language: str, facts: Facts) -> str:
        """Return a text message. Raises KeyError for a kind that is not sent so."""
        return self._say(language, f"sms_{kind}", facts)

    def push(self, kind: Kind, language: str, facts: Facts) -> tuple[str, str]:
        """Return title and body. Raises KeyError for a kind that is not sent so."""
        return self._say(language, f"push_{kind}_title", facts), self._say(language, f"push_{kind}", facts)

    def mail(self, kind: Kind, language: str, facts: Facts) -> tuple[str, str, str]:
        """Return subject, text part and HTML. Raises KeyError for a kind that is not sent so."""
        subject, text = self._say(language, f"mail_{kind}_subject", facts), self._say(language, f"mail_{kind}", facts)
        known = language if language in LANGUAGES else LANGUAGES[0]
        page = self._pages.get_template(f"{kind}.mjml")
        written = page.render(f=_clean(facts), say=_AsText(self._said[known]), language=known, subject=subject)
        return subject, text, mrml.to_html(written).content

    def _say(self, language: str, name: str, facts: Facts) -> str:
        said = self._said.get(language, self._said[LANGUAGES[0]])
        macro = getattr(said, name, None)
        if macro is None:
            raise KeyError(name)
        return str(macro(_clean(facts))).strip()


def _clean(facts: Facts) -> Facts:
    """Return facts in one line each: what a guest or manager typed must not become lines of the message."""
    texts = {field.name: getattr(facts, field.name) for field in fields(facts)}
    one_line: dict[str, Any] = {
        n: _SPACE.sub(" ", v).strip()[:_LONGEST_FACT] for n, v in texts.items() if isinstance(v, str)
    }
    return replace(facts, **one_line)
