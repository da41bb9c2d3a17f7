"""What of a menu needs translating, and putting translations back where they belong.

A text is known by a key made of the ids on the way to it, never by its position, so that a translation can't come to
stand at another item. `translatedFrom` in the menu tells for each language and key the English text (its digest) that
the translation belongs to; it lies beside the items and not in them, because the old back end replaces items whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.menu.assistant.languages import SOURCE

RECORDS: Final = "translatedFrom"
_DIGEST_LENGTH: Final = 12

Path = tuple[str, ...]
Records = dict[str, dict[str, str]]
"""By language and key."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text with an opaque key, and the languages that it is wanted in."""

    key: str
    english: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands in a menu: `path` is made of names and ids, `values` is the stored text by language."""

    path: Path
    values: dict[str, Any]

    @property
    def key(self) -> str:
        """Name the place for good."""
        return _digest(json.dumps(self.path))

    @property
    def english(self) -> str:
        """Return the text to translate."""
        return str(self.values[SOURCE])


def places(menu: Mapping[str, Any], within: Path = ()) -> Iterator[Place]:
    """Yield where a menu's English texts stand. What has no id, or shares its id, can't be told apart and is left."""
    seen: set[Path] = set()
    for path, values in _walk(menu):
        if path[: len(within)] != within:
            continue
        english = values.get(SOURCE) if isinstance(values, dict) else None
        if isinstance(english, str) and english.strip() and path not in seen:
            seen.add(path)
            yield Place(path, values)


def pending(menu: Mapping[str, Any], languages: Sequence[str], within: Path = ()) -> list[Text]:
    """Return what is missing in these languages, or was made from another English text than there is now.

    `within` leaves out what does not stand beneath that path.
    """
    records = _records(menu)
    found = []
    for place in places(menu, within):
        wanted = tuple(code for code in languages if _is_wanted(place, records, code))
        if wanted:
            found.append(Text(place.key, place.english, wanted))
    return found


def put_back(
    menu: dict[str, Any], asked: Sequence[Text], translated: Mapping[str, Mapping[str, str]], languages: Sequence[str]
) -> int:
    """Write translations into a menu and return how many texts were; safe to repeat.

    Left as they are: texts whose English has changed since, and translations that somebody wrote in the meantime. An
    empty translation is none. Translations that were there before us are recorded as belonging to the English of now.
    """
    sources = {text.key: text.english for text in asked}
    before = _records(menu)
    after: Records = {code: {} for code in {**before, **dict.fromkeys(languages)}}
    count = 0
    for place in places(menu):
        key, digest = place.key, _digest(place.english)
        made = translated.get(key, {}) if sources.get(key) == place.english else {}
        fits = {code: value for code, value in made.items() if value.strip() and _is_wanted(place, before, code)}
        place.values.update(fits)
        count += bool(fits)
        for code in after:
            record = digest if code in fits else before.get(code, {}).get(key)
            if record is None and code in languages and not _is_wanted(place, before, code):
                record = digest
            if record is not None:
                after[code][key] = record
    if any(after.values()):
        menu[RECORDS] = after
    return count


def _walk(menu: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    yield ("name",), menu.get("name")
    for path, category in _elements(menu, "categories", ()):
        yield (*path, "name"), category.get("name")
        yield (*path, "description"), category.get("description")
    for path, item in _elements(menu, "items", ()):
        yield (*path, "name"), item.get("name")
        yield (*path, "description"), item.get("description")
        for modifier_path, modifier in _elements(item, "modifiers", path):
            yield (*modifier_path, "name"), modifier.get("name")
            for option_path, option in _elements(modifier, "options", modifier_path):
                yield (*option_path, "name"), option.get("name")


def _elements(parent: Mapping[str, Any], name: str, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    elements = parent.get(name)
    for element in elements if isinstance(elements, list) else ():
        number = element.get("id") if isinstance(element, dict) else None
        if isinstance(number, str) and number:
            yield (*path, name, number), element


def _is_wanted(place: Place, records: Records, code: str) -> bool:
    """Tell whether a translation is to be made.

    One that nobody has recorded and that repeats the English is a gap that somebody filled (the old menus are full of
    them); once recorded it is a translation that happens to be the same.
    """
    value = place.values.get(code)
    if not isinstance(value, str) or not value.strip():
        return True
    record = records.get(code, {}).get(place.key)
    return value == place.english if record is None else record != _digest(place.english)


def _records(menu: Mapping[str, Any]) -> Records:
    """Read the records, whatever is there."""
    stored = menu.get(RECORDS)
    by_language = stored.items() if isinstance(stored, dict) else ()
    return {
        code: {key: record for key, record in records.items() if isinstance(record, str)}
        for code, records in by_language
        if isinstance(records, dict)
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_DIGEST_LENGTH]
