"""What an edit leaves of what was there. Nothing given is changed: an edit may be applied more than once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.kit.values import objects, text

Stored = Mapping[str, Any]


def merged_texts(before: Stored, sent: Stored) -> dict[str, Any]:
    """Return what was sent, its name and description with the languages that the edit leaves them."""
    texts = {name: _reworded(before.get(name), sent[name]) for name in ("name", "description") if name in sent}
    return {**sent, **texts}


def _reworded(before: object, sent: Stored) -> dict[str, Any]:
    """Return a text after an edit that names some of its languages.

    The Manage App knows three languages, a menu may be translated into more. What the edit does not name stays while
    the English text does; with a new English text it goes, because it translates something else.
    """
    if isinstance(before, Mapping) and before.get("en") == sent["en"]:
        return {**before, **sent}
    return dict(sent)


def merged_item(before: Stored, sent: Stored) -> dict[str, Any]:
    """Return an item after an edit, with all that editors do not send.

    Its variants and modifiers are those of the edit, if it names any; each has what the one with its id had besides,
    such as options that are 86'd.
    """
    after = {**before, **merged_texts(before, sent)}
    if "variants" in sent:
        after["variants"] = [{**_same(before, "variants", v), **v} for v in sent["variants"]]
    if "modifiers" in sent:
        after["modifiers"] = [_merged_modifier(_same(before, "modifiers", m), m) for m in sent["modifiers"]]
    return after


def _merged_modifier(before: Stored, sent: Stored) -> dict[str, Any]:
    options = [(_same(before, "options", option), option) for option in sent["options"]]
    return {
        **before,
        **merged_texts(before, sent),
        "options": [{**known, **merged_texts(known, option)} for known, option in options],
    }


def _same(parent: Stored, name: str, part: Stored) -> Stored:
    """Return what a part was before the edit; empty for a new one."""
    return next((p for p in objects(parent.get(name)) if text(p.get("id")) == part["id"]), {})
