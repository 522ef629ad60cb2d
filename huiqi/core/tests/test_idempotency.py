import pytest

from huiqi.core.errors import Refused
from huiqi.core.idempotency import once
from huiqi.core.models import IdempotencyKey

pytestmark = pytest.mark.django_db


class Act:
    """Counts how often it was done."""

    def __init__(self, answer=None):
        self.count = 0
        self.answer = answer or {"receipt": "7"}

    def __call__(self):
        self.count += 1
        return self.answer


def test_the_same_key_with_another_request_is_refused():
    act = Act()
    once("cases.open", "k1", {"text": "甲"}, act)
    with pytest.raises(Refused) as refusal:
        once("cases.open", "k1", {"text": "乙"}, act)
    assert refusal.value.code == "core.idempotency_key_reused"
    assert act.count == 1


def test_a_retry_gets_the_first_answer_and_the_act_happens_once():
    first, second = Act({"receipt": "7"}), Act({"receipt": "8"})
    request = {"text": "甲", "amount_fen": 1}
    assert once("cases.open", "k1", request, first) == {"receipt": "7"}
    assert once("cases.open", "k1", dict(reversed(request.items())), second) == {"receipt": "7"}
    assert (first.count, second.count) == (1, 0)


def test_keys_of_different_scopes_do_not_meet():
    act = Act()
    once("cases.open", "k1", {}, act)
    once("needs.post", "k1", {}, act)
    assert act.count == 2


def test_an_act_that_fails_leaves_no_key_and_may_be_tried_again(transactional_db):
    def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        once("cases.open", "k1", {}, fail)
    assert not IdempotencyKey.objects.exists()
    assert once("cases.open", "k1", {}, Act()) == {"receipt": "7"}
