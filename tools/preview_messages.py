"""Every message in every language, to look at: `python -m tools.preview_messages [folder]`.

Writes mails as HTML and as a picture of a phone's screen, and one text file per language with all other messages.
"""

from __future__ import annotations

import pathlib
import shutil
import sys
from typing import Final

import segno
from playwright.sync_api import sync_playwright

from services.notification.words.facts import LANGUAGES, Facts, Kind
from services.notification.words.wording import Wording

_LINK: Final = "http://localhost:5173/status/luna_mar/66e000000000000000000001"
FACTS: Final = Facts(
    restaurant="Luna & Mar",
    location="Pier 5",
    order_code="2AFA",
    link=_LINK,
    minutes=15,
    origin="Table 12",
    origin_type="table",
    code="482913",
)
MAILS: Final = (Kind.ORIGIN_LINK, Kind.LOGIN_CODE, Kind.TEST)
PUSHES: Final = (Kind.NEW_ORDER, Kind.TEST)
_PHONE: Final = {"width": 390, "height": 780}


def main() -> None:
    """Write them all."""
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/messages")
    folder.mkdir(parents=True, exist_ok=True)
    wording, image = Wording(), segno.make(_LINK).png_data_uri(scale=8)
    for language in LANGUAGES:
        (folder / f"texts.{language}.txt").write_text(_texts(wording, language), encoding="utf-8")
        for kind in MAILS:
            subject, text, html = wording.mail(kind, language, FACTS)
            # A browser has no attachments; mail programs show what is attached as `qr`.
            shown = html.replace("cid:qr", image)
            (folder / f"{kind}.{language}.html").write_text(shown, encoding="utf-8")
            (folder / f"{kind}.{language}.txt").write_text(f"{subject}\n\n{text}\n", encoding="utf-8")
    _photograph(folder)
    print(f"{folder}: {len(list(folder.iterdir()))} files")


def _texts(wording: Wording, language: str) -> str:
    lines: list[str] = []
    for kind in Kind:
        try:
            lines.append(f"SMS {kind}: {wording.sms(kind, language, FACTS)}")
        except KeyError:
            continue
    for kind in PUSHES:
        title, body = wording.push(kind, language, FACTS)
        lines.append(f"push {kind}: {title} | {body}")
    return "\n".join(lines) + "\n"


def _photograph(folder: pathlib.Path) -> None:
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or sys.exit("chromium is missing: `make browser` installs it")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": _PHONE["width"], "height": _PHONE["height"]})
        for path in sorted(folder.glob("*.html")):
            page.goto(path.resolve().as_uri())
            page.screenshot(path=path.with_suffix(".png"), full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
