"""What a service refuses before it looks at a call."""

from __future__ import annotations

import pytest
from orderbuddy.ordering.v1 import ordering_service_pb2

from edge.errors import answer_for
from services.kit.errors import Exhausted
from services.kit.protection import OVERLOADED, Protection
from services.kit.status import to_status

REQUEST = ordering_service_pb2.DESCRIPTOR.services_by_name["OrderingService"].methods_by_name["GetOrder"].input_type


def test_guests_are_refused_first_and_then_all() -> None:
    protection = Protection(4, 1)
    for _ in range(4):
        assert protection.enter(is_guest=True)
    with pytest.raises(Exhausted) as refusal:
        protection.enter(is_guest=True)
    assert protection.enter(is_guest=False)
    with pytest.raises(Exhausted):
        protection.enter(is_guest=False)
    protection.leave()
    protection.leave()
    assert protection.enter(is_guest=True)
    answer = answer_for(to_status(refusal.value), REQUEST)
    assert (refusal.value.reason, answer.status) == (OVERLOADED, 503)
    assert (b"retry-after", b"1") in answer.headers


def test_a_device_has_a_rate_and_others_are_not_touched() -> None:
    protection = Protection(4, 0.5)
    for _ in range(5):
        protection.count_device("till")
    with pytest.raises(Exhausted) as refusal:
        protection.count_device("till")
    protection.count_device("printer")
    assert refusal.value.retry_after_seconds == pytest.approx(2, abs=0.1)
    assert answer_for(to_status(refusal.value), REQUEST).status == 429
