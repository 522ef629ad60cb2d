"""One claims one; nobody is called twice a day; the number appears with the claim and its reason."""

from datetime import timedelta

import pytest
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.cases.models import CallBack
from huiqi.cases.tests.make import at, make_case
from huiqi.cases.workflow import State, Word
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from huiqi.hotline.commands.call_backs import (
    answer_call_back,
    answer_wish,
    claim_call_back,
    take_wish,
    wish_call_back,
)
from huiqi.hotline.models import CallBackClaim
from huiqi.hotline.queries.call_backs import due_call_backs, unclaimed, waiting_wishes
from huiqi.hotline.tests.make import PHONE, TODAY, make_agent, make_waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(settings):
    settings.REFERENCE_DATE = TODAY


def claim(case, agent, day="2020-03-02"):
    return claim_call_back(case, actor=agent, at=at(day), wall=clock.wall_now())


def hear(claimed, agent, word, day="2020-03-02", **more):
    given = {"rating": None, "note": "", **more}
    return answer_call_back(
        claimed, word=word, actor=agent, at=at(day, "11:00"), wall=clock.wall_now(), **given
    )


def test_who_may_not_call_back_finds_no_queue(client):
    client.force_login(make_user(role=Role.WINDOW_CLERK))
    assert client.get(reverse("hotline:call_backs")).status_code == 404


def test_a_case_that_is_not_answered_is_not_claimed(client):
    case = make_case(state=State.HANDLING)
    client.force_login(make_agent())
    assert client.post(reverse("hotline:claim_call_back", args=[case.public_id])).status_code == 404


def test_two_agents_never_hold_one_case():
    case = make_waiting()
    claim(case, make_agent())
    with pytest.raises(Refused) as refusal:
        claim(case, make_agent())
    assert refusal.value.code == "hotline.claimed"


def test_a_lapsed_claim_passes_to_a_colleague():
    case, late, next_one = make_waiting(), make_agent(), make_agent()
    old = claim(case, late)
    CallBackClaim.objects.update(until=clock.wall_now() - timedelta(seconds=1))
    claim(case, next_one)
    with pytest.raises(Refused) as refusal:
        hear(old, late, Word.SOLVED)
    assert refusal.value.code == "hotline.claim_lapsed"


def test_the_list_has_no_number_and_the_claim_shows_it_with_its_reason(client):
    case, agent = make_waiting(phone=PHONE), make_agent()
    client.force_login(agent)
    assert PHONE not in client.get(reverse("hotline:call_backs")).content.decode()
    assert client.get(reverse("hotline:call_back")).status_code == 404
    client.post(reverse("hotline:claim_call_back", args=[case.public_id]))
    assert PHONE in client.get(reverse("hotline:call_back")).content.decode()
    seen = AuditRecord.objects.get(act="case.unmasked")
    assert (seen.actor_id, seen.details["reason"]) == (agent.public_id, "call_back")


def test_claimed_it_leaves_the_queue_and_another_claim_gives_it_back():
    first, second, agent = make_waiting(), make_waiting(), make_agent()
    claim(first, agent)
    assert list(unclaimed(due_call_backs(agent, TODAY), clock.wall_now())) == [second]
    claim(second, agent)
    assert list(unclaimed(due_call_backs(agent, TODAY), clock.wall_now())) == [first]


def test_not_reached_it_comes_again_tomorrow_and_never_the_same_day():
    case, agent = make_waiting(), make_agent()
    hear(claim(case, agent), agent, Word.UNREACHABLE)
    assert not due_call_backs(agent, TODAY).exists()
    assert due_call_backs(agent, TODAY + timedelta(days=1)).get() == case


def test_three_working_days_without_an_answer_end_it_but_never_as_solved():
    case, agent = make_waiting(), make_agent()
    for day in ("2020-03-02", "2020-03-03", "2020-03-04"):
        case = hear(claim(case, agent, day), agent, Word.UNREACHABLE, day)
    assert (case.state, case.word) == (State.ENDED, Word.UNREACHABLE)
    assert case.ending not in {"solved", "partly_solved"}
    assert CallBack.objects.filter(case=case).count() == 3


def test_not_solved_without_saying_what_is_missing_is_refused_and_stays(client):
    case, agent = make_waiting(), make_agent()
    client.force_login(agent)
    client.post(reverse("hotline:claim_call_back", args=[case.public_id]))
    answer = client.post(reverse("hotline:answer_call_back"), {"word": "not_solved", "note": ""})
    assert answer.status_code == 422
    assert not CallBack.objects.exists()


def test_solved_on_the_page_it_ends(client):
    case, agent = make_waiting(), make_agent()
    client.force_login(agent)
    client.post(reverse("hotline:claim_call_back", args=[case.public_id]))
    client.post(reverse("hotline:answer_call_back"), {"word": "solved", "rating": "5"})
    case.refresh_from_db()
    assert (case.state, case.ending, case.rating) == (State.ENDED, "solved", 5)
    assert not CallBackClaim.objects.exists()


def test_the_queue_takes_a_constant_number_of_queries(client, django_assert_max_num_queries):
    for _ in range(6):
        make_waiting()
    client.force_login(make_agent())
    client.get(reverse("hotline:call_backs"))
    with django_assert_max_num_queries(35):
        client.get(reverse("hotline:call_backs"))


def test_a_wish_is_held_by_one_agent_only():
    agent, other = make_agent(), make_agent()
    wish = wish_call_back(PHONE, about="续贷", wanted_at=at(time="15:00"), actor=agent, at=at())
    take_wish(wish, actor=agent, wall=clock.wall_now())
    with pytest.raises(Refused):
        take_wish(wish, actor=other, wall=clock.wall_now())
    with pytest.raises(Refused):
        answer_wish(wish, reached=True, actor=other, at=at(), wall=clock.wall_now())
    assert not waiting_wishes(other, clock.wall_now()).exists()


def test_a_wish_nobody_answered_stays_and_an_answered_one_goes():
    agent = make_agent()
    wish = wish_call_back(PHONE, about="续贷", wanted_at=at(time="15:00"), actor=agent, at=at())
    for reached in (False, True):
        taken = take_wish(wish, actor=agent, wall=clock.wall_now())
        answer_wish(taken, reached=reached, actor=agent, at=at(), wall=clock.wall_now())
        assert waiting_wishes(agent, clock.wall_now()).exists() is not reached


def test_the_number_of_a_wish_is_masked_until_it_is_taken(client):
    agent = make_agent()
    wish = wish_call_back(PHONE, about="续贷", wanted_at=at(time="15:00"), actor=agent, at=at())
    client.force_login(agent)
    assert PHONE not in client.get(reverse("hotline:call_backs")).content.decode()
    client.post(reverse("hotline:take_wish", args=[wish.public_id]))
    assert PHONE in client.get(reverse("hotline:call_backs")).content.decode()
