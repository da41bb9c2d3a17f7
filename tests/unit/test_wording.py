"""What messages say, in three languages, whatever people typed."""

from __future__ import annotations

import re

import pytest

from services.notification.words.facts import LANGUAGES, Facts, Kind
from services.notification.words.wording import Wording

WORDING = Wording()
FACTS = Facts(
    restaurant="Cuppa Co",
    location="Lynnwood",
    order_code="2AFA",
    link="http://localhost:5173/status/cuppa_co/69694e4869b30104f4972afa",
    reason="no milk",
    minutes=15,
    origin="Table 1",
    origin_type="table",
    code="123456",
)
SMS = (
    Kind.ORDER_ACCEPTED,
    Kind.ORDER_READY,
    Kind.ORDER_DELAYED,
    Kind.ORDER_CANCELED,
    Kind.NEW_ORDER,
    Kind.LOGIN_CODE,
    Kind.TEST,
)
MAILS = (Kind.ORIGIN_LINK, Kind.LOGIN_CODE, Kind.TEST)
PUSHES = (Kind.NEW_ORDER, Kind.TEST)


def test_the_old_systems_texts_in_english() -> None:
    assert WORDING.sms(Kind.ORDER_ACCEPTED, "en", FACTS) == (
        "OrderBuddy-Cuppa Co: your order #2AFA has been accepted, track progress here "
        "http://localhost:5173/status/cuppa_co/69694e4869b30104f4972afa"
    )
    assert WORDING.sms(Kind.ORDER_READY, "en", FACTS) == "OrderBuddy-Cuppa Co: your order #2AFA is ready for pickup"
    assert WORDING.push(Kind.NEW_ORDER, "en", FACTS) == ("New Order", "Order #2AFA received!")
    assert WORDING.mail(Kind.ORIGIN_LINK, "en", FACTS)[0] == "QR Code Link for Table 1 at Lynnwood"


@pytest.mark.parametrize("kind", SMS)
def test_every_text_message_is_said_in_every_language(kind: Kind) -> None:
    said = [WORDING.sms(kind, language, FACTS) for language in LANGUAGES]
    assert len(set(said)) == len(LANGUAGES)
    assert all("\n" not in text and "  " not in text and text.startswith("OrderBuddy") for text in said)
    wanted = "123456" if kind is Kind.LOGIN_CODE else "Cuppa Co"
    assert all(wanted in text for text in said)


@pytest.mark.parametrize("kind", PUSHES)
def test_every_notification_is_said_in_every_language(kind: Kind) -> None:
    assert len({WORDING.push(kind, language, FACTS) for language in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MAILS)
def test_a_mail_has_a_text_part_that_says_as_much(kind: Kind, language: str) -> None:
    subject, text, html = WORDING.mail(kind, language, FACTS)
    assert subject
    assert f'lang="{language}"' in html
    wanted = {Kind.ORIGIN_LINK: [FACTS.link, "Table 1", "Lynnwood"], Kind.LOGIN_CODE: ["123456", "15"]}
    for fact in wanted.get(kind, ["Cuppa Co"]):
        assert fact in text
        assert fact in html


def test_an_unknown_language_is_english() -> None:
    assert WORDING.sms(Kind.ORDER_READY, "xx", FACTS) == WORDING.sms(Kind.ORDER_READY, "en", FACTS)
    assert WORDING.mail(Kind.TEST, "", FACTS) == WORDING.mail(Kind.TEST, "en", FACTS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MAILS)
def test_what_people_typed_stays_text(kind: Kind, language: str) -> None:
    evil = '<script>alert(1)</script> & "x" {{ 7*7 }} <mj-raw>'
    facts = Facts(
        restaurant=evil, location=evil, origin=evil, origin_type=evil, code=evil, link="https://x.test/?a=1&b=2"
    )
    subject, text, html = WORDING.mail(kind, language, facts)
    assert not re.search(r"<script>alert|<mj-|49", html)
    assert "49" not in subject + text


def test_what_people_typed_stays_one_line_and_short() -> None:
    facts = Facts(restaurant="A\r\nB\tC", order_code="1", reason="x" * 5_000)
    said = WORDING.sms(Kind.ORDER_CANCELED, "en", facts)
    assert said.startswith("OrderBuddy-A B C: your order #1 was canceled (xxx")
    assert len(said) < 400


def test_what_is_not_said_so_is_an_error() -> None:
    with pytest.raises(KeyError):
        WORDING.push(Kind.LOGIN_CODE, "en", FACTS)
