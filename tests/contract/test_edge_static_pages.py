"""The pages that the edge serves from memory: types, headers, ETags; and that they may call it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser

import pytest
from websockets.exceptions import InvalidStatus

from edge.static_pages import FOLDER
from tests.servers.running_edge import RunningEdge, received, running_edge

ORDER = "66e000000000000000000001"
PAGES = ("/kitchen", "/kitchen/", f"/track/{ORDER}", f"/track/{ORDER}/", "/Kitchen")
FILES = tuple(sorted(f"/static/{path.name}" for path in FOLDER.iterdir()))
TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
}


@pytest.fixture
async def edge() -> AsyncIterator[RunningEdge]:
    async with running_edge() as running:
        yield running


@pytest.mark.parametrize("path", [*PAGES, *FILES])
async def test_each_is_there_with_its_type_and_its_headers(edge: RunningEdge, path: str) -> None:
    answer = await edge.http.get(path)
    kind = path.rpartition(".")[2] if "." in path else "html"
    assert (answer.status_code, answer.headers["content-type"]) == (200, TYPES[kind])
    assert int(answer.headers["content-length"]) == len(answer.content) > 0
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["frame-ancestors"]) == ("'self'", "'none'")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-cache"


async def test_head_and_etag(edge: RunningEdge) -> None:
    whole = await edge.http.get("/kitchen")
    head = await edge.http.head("/kitchen")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", whole.headers["etag"])
    again = await edge.http.get("/kitchen", headers={"if-none-match": whole.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == whole.headers["content-security-policy"]
    other = await edge.http.get("/kitchen", headers={"if-none-match": '"another"'})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/kitchen/elsewhere"),
        ("GET", "/track"),
        ("GET", "/track/"),
        ("GET", f"/track/{ORDER}/more"),
        ("GET", "/static"),
        ("GET", "/static/nothing.js"),
        ("GET", "/static/../static_pages.py"),
        ("GET", "/static/..%2fstatic_pages.py"),
        ("GET", "/static/%2e%2e/wiring.py"),
        ("POST", "/kitchen"),
        ("DELETE", f"/track/{ORDER}"),
    ],
)
async def test_what_is_not_there_is_404(edge: RunningEdge, method: str, path: str) -> None:
    answer = await edge.http.request(method, path)
    assert answer.status_code == 404
    assert answer.json()["error"] == "Not Found"


class _Page(HTMLParser):
    """Notes what a page refers to, and what its policy would forbid."""

    def __init__(self) -> None:
        super().__init__()
        self.files: set[str] = set()
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.files |= {value for name in ("src", "href") if (value := given.get(name))}
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)


@pytest.mark.parametrize("page", ["kitchen.html", "track.html"])
def test_pages_have_nothing_inline_and_refer_to_what_is_there(page: str) -> None:
    parsed = _Page()
    parsed.feed((FOLDER / page).read_text())
    assert parsed.inline == []
    assert parsed.files <= set(FILES)


def test_scripts_import_what_is_there_and_make_no_markup_of_texts() -> None:
    for path in FOLDER.glob("*.js"):
        script = path.read_text()
        for name in re.findall(r'from "\./([^"]+)"', script):
            assert (FOLDER / name).is_file(), (path.name, name)
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|srcdoc", script), path.name


@pytest.mark.parametrize("name", ["kitchen_texts.js", "track_texts.js"])
def test_each_language_has_each_text(name: str) -> None:
    parts = re.split(r"^  (\w\w): \{$", (FOLDER / name).read_text(), flags=re.MULTILINE)[1:]
    keys = {
        code: re.findall(r"^    (\w+): ", body, flags=re.MULTILINE)
        for code, body in zip(parts[::2], parts[1::2], strict=True)
    }
    assert list(keys) == ["en", "es", "pt"]
    assert keys["en"] == keys["es"] == keys["pt"]


class TestOurOwnOrigin:
    """Browsers name a page's origin with each WebSocket; our pages come from wherever we are reached."""

    async def test_a_page_of_ours_may_open_a_socket(self, edge: RunningEdge) -> None:
        await edge.ordering.change(ORDER, "CREATED")
        await edge.followed()
        async with edge.socket(ORDER, origin=f"http://127.0.0.1:{edge.port}") as connection:
            assert (await received(connection))["type"] == "snapshot"

    @pytest.mark.parametrize("origin", ["http://127.0.0.1:1", "http://elsewhere.example", "null"])
    async def test_a_page_of_others_may_not(self, edge: RunningEdge, origin: str) -> None:
        with pytest.raises(InvalidStatus):
            async with edge.socket(ORDER, origin=origin):
                pass
        assert (await edge.http.get("/kitchen", headers={"origin": origin})).status_code == 403

    async def test_it_may_write(self, edge: RunningEdge) -> None:
        ours = {"origin": f"http://127.0.0.1:{edge.port}"}
        answer = await edge.http.post("/nothing-here", headers=ours)
        assert answer.status_code == 404
        assert "access-control-allow-origin" not in answer.headers
