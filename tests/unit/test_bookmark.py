"""How far a reader has been told, as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bson import ObjectId

from services.kit.bookmark import CARRIED_SECONDS, Bookmark


def test_a_plain_token_stays_a_plain_token() -> None:
    assert Bookmark.parse("82AB").token == "82AB"
    assert Bookmark().at("82AB") == "82AB"


def test_a_bookmark_comes_back_as_it_was() -> None:
    bookmark = Bookmark(scope="1a2b")
    bookmark.begin({"o1": 3, "o2": 1}, {"o1": 3})
    again = Bookmark.parse(bookmark.at("82AB"))
    assert (again.token, again.scope) == ("82AB", "1a2b")
    assert not again.is_news("o1", 3)
    assert again.is_news("o1", 4)
    assert again.is_news("o2", 1)  # it changed too long ago for the stream to tell it


def test_what_a_snapshot_held_is_no_news() -> None:
    bookmark = Bookmark()
    bookmark.begin({"o1": 3}, {})
    assert [bookmark.is_news("o1", version) for version in (2, 3, 4, 4)] == [False, False, True, False]
    assert bookmark.is_news("new", 1)


def test_what_moves_no_version_on_is_news_every_time() -> None:
    bookmark = Bookmark()
    bookmark.begin({"o1": 3}, {})
    assert [bookmark.is_news("o1", 3, keeps_version=True) for _ in range(2)] == [True, True]
    assert [bookmark.is_news("o1", version) for version in (3, 4)] == [False, True]
    assert bookmark.is_news("old", 0, keeps_version=True)


def test_a_deletion_concerns_who_was_told_of_the_document() -> None:
    bookmark = Bookmark()
    bookmark.begin({"o1": 3}, {})
    bookmark.is_news("old", 0, keeps_version=True)
    recent = str(ObjectId())
    assert [bookmark.may_know(each) for each in ("o1", "o1", "old", recent)] == [True, False, True, False]


def test_who_came_back_may_know_what_was_made_in_the_last_days() -> None:
    bookmark = Bookmark.parse("82AB")
    long_ago = ObjectId.from_datetime(datetime.now(UTC) - timedelta(days=8))
    assert [bookmark.may_know(each) for each in (str(ObjectId()), str(long_ago), "no id")] == [True, False, False]


def test_what_was_told_since_is_carried_too() -> None:
    bookmark = Bookmark()
    bookmark.begin({"o1": 3}, {"o1": 3})
    assert bookmark.is_news("o1", 4)
    assert not Bookmark.parse(bookmark.at("82AB")).is_news("o1", 4)


def test_versions_are_carried_for_a_while_only() -> None:
    now = 100.0
    bookmark = Bookmark(now=lambda: now)
    bookmark.begin({"o1": 3}, {"o1": 3})
    assert bookmark.at("82AB") == "82AB~~o1-3"
    now += CARRIED_SECONDS + 1
    assert bookmark.at("82AC") == "82AC"


def test_what_is_no_bookmark_is_a_token_that_no_stream_knows() -> None:
    for text in ("82AB~x~o1", "82AB~~o1-x", "82AB~~-3", "~~~,", "82AB~~o1-" + "9" * 5_000):
        assert Bookmark.parse(text).token == text
