"""A call bounds what its agent sees: the caller's own cases, a few columns, while it lasts."""

from datetime import timedelta

import pytest
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.cases.commands.desk import ask_supplement
from huiqi.cases.models import Case, Suggestion
from huiqi.cases.tests.make import at, make_case, make_edition, make_officer
from huiqi.cases.workflow import Channel, State
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from huiqi.enterprises.tests.make import make_code
from huiqi.hotline.commands.calls import end_call, message_by_call, start_call, withdraw_by_call
from huiqi.hotline.models import Call, CallTouch, Proof
from huiqi.hotline.tests.make import PHONE, TODAY, make_agent, make_call

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(settings):
    settings.REFERENCE_DATE = TODAY


@pytest.fixture
def agent(client):
    person = make_agent()
    client.force_login(person)
    return person


def page(client, call):
    return client.get(reverse("hotline:call", args=[call.public_id]))


def new_case(**changes):
    form = {
        "text": "招工难，缺20名工人\n想问有没有补贴",
        "matter": "request:work",
        "name": "李明",
        "county": "430181",
        "consent": "on",
        "key": "k1",
    }
    return {**form, **changes}


@pytest.mark.parametrize("role", [Role.OFFICER, Role.WINDOW_CLERK, Role.STATIONED_OFFICER, Role.SYSTEM_ADMIN])
def test_who_is_no_agent_finds_no_hotline(client, role):
    client.force_login(make_user(role=role, unit=make_office("liuyang")))
    assert client.get(reverse("hotline:desk")).status_code == 404
    assert client.post(reverse("hotline:start"), {"phone": PHONE}).status_code == 404
    assert not Call.objects.exists()


def test_after_the_call_nothing_is_seen(client, agent):
    make_case(phone=PHONE)
    call = make_call(agent)
    assert page(client, call).status_code == 200
    end_call(call, actor=agent, at=at())
    assert page(client, call).status_code == 404


def test_a_forgotten_call_ends_by_itself(client, agent):
    call = make_call(agent)
    Call.objects.filter(pk=call.pk).update(open_until=clock.wall_now() - timedelta(minutes=1))
    assert page(client, call).status_code == 404
    start_call(PHONE, actor=agent, at=at(), wall=clock.wall_now())
    call.refresh_from_db()
    assert call.ended_at is not None


def test_a_colleagues_call_is_not_seen(client, agent):
    assert page(client, make_call(make_agent())).status_code == 404


def test_a_typed_number_shows_nothing_before_it_is_proven(client, agent):
    case = make_case(phone=PHONE, title="口罩原料断供")
    call = make_call(agent, proof=Proof.NONE)
    assert case.title not in page(client, call).content.decode()
    assert not CallTouch.objects.exists()
    client.post(reverse("hotline:prove", args=[call.public_id]), {"proof": "seen"})
    assert case.title in page(client, call).content.decode()


def test_an_agent_cannot_claim_what_only_the_telephone_says(client, agent):
    call = make_call(agent, proof=Proof.NONE)
    assert (
        client.post(reverse("hotline:prove", args=[call.public_id]), {"proof": "popped"}).status_code == 422
    )
    call.refresh_from_db()
    assert call.proof == Proof.NONE


def test_of_a_case_only_number_title_status_office_and_dates_are_shown(client, agent):
    case = make_case(
        phone=PHONE, title="口罩原料断供", text="熔喷布只够三天", firm_name="绝密口罩厂", name="欧阳锋"
    )
    other = make_case(phone="13907310002", title="别人的事")
    text = page(client, make_call(agent)).content.decode()
    assert case.title in text
    assert case.spoken_number in text
    for hidden in ("熔喷布只够三天", "绝密口罩厂", "欧阳锋", PHONE, other.title):
        assert hidden not in text
    assert client.get(reverse("cases:case", args=[case.public_id])).status_code == 404


def test_what_was_shown_is_on_record_without_the_number(client, agent):
    case = make_case(phone=PHONE)
    call = make_call(agent)
    shown = AuditRecord.objects.get(act="call.cases_shown")
    assert shown.details["cases"] == case.public_id
    assert call.touches.get().case == case
    assert not [row for row in AuditRecord.objects.all() if PHONE in str(row.details)]


def test_reading_the_page_writes_nothing(client, agent):
    make_case(phone=PHONE)
    call = make_call(agent)
    before = AuditRecord.objects.count()
    page(client, call)
    assert AuditRecord.objects.count() == before


def test_a_second_call_at_once_is_refused(agent):
    make_call(agent)
    with pytest.raises(Refused) as refusal:
        start_call("13907310009", actor=agent, at=at(), wall=clock.wall_now())
    assert refusal.value.code == "hotline.busy"


def test_an_unproven_caller_cannot_withdraw(agent):
    case = make_case(phone=PHONE)
    call = make_call(agent, proof=Proof.NONE)
    with pytest.raises(Refused) as refusal:
        withdraw_by_call(call, case, reason="不要了", actor=agent, at=at(), wall=clock.wall_now())
    assert refusal.value.code == "hotline.not_proven"


def test_another_numbers_case_cannot_be_touched(client, agent):
    case = make_case(phone="13907310002")
    call = make_call(agent)
    url = reverse("hotline:withdraw", args=[call.public_id, case.public_id])
    assert client.post(url, {"text": "撤"}).status_code == 404
    with pytest.raises(Refused) as refusal:
        message_by_call(call, case, text="补充", actor=agent, at=at(), wall=clock.wall_now())
    assert refusal.value.code == "hotline.other_number"


def test_after_the_call_nothing_is_done(agent):
    case = make_case(phone=PHONE)
    call = end_call(make_call(agent), actor=agent, at=at())
    with pytest.raises(Refused) as refusal:
        message_by_call(call, case, text="补充", actor=agent, at=at(), wall=clock.wall_now())
    assert refusal.value.code == "hotline.call_over"


def test_a_word_of_the_caller_is_the_supplement_that_was_awaited(client, agent):
    case = make_case(phone=PHONE)
    ask_supplement(case, text="请补充用工人数", actor=make_officer(), at=at())
    call = make_call(agent)
    client.post(reverse("hotline:message", args=[call.public_id, case.public_id]), {"text": "20人"})
    case.refresh_from_db()
    assert case.state == State.REGISTERED


def test_the_caller_takes_a_case_back(client, agent):
    case = make_case(phone=PHONE)
    call = make_call(agent)
    client.post(reverse("hotline:withdraw", args=[call.public_id, case.public_id]), {"text": "已经解决"})
    case.refresh_from_db()
    assert (case.state, case.ending) == (State.ENDED, "withdrawn")


def test_without_spoken_consent_nothing_is_registered_and_the_text_stays(client, agent):
    make_edition()
    call = make_call(agent)
    answer = client.post(reverse("hotline:register", args=[call.public_id]), new_case(consent=""))
    assert answer.status_code == 422
    assert "缺20名工人" in answer.content.decode()
    assert not Case.objects.exists()


def test_without_a_topic_the_likeliest_is_shown_for_a_person_to_decide(client, agent):
    make_edition()
    call = make_call(agent)
    url = reverse("hotline:register", args=[call.public_id])
    answer = client.post(url, new_case(matter=""))
    assert answer.status_code == 422
    assert '<option value="request:work" selected' in answer.content.decode()
    assert not Case.objects.exists()


def test_three_presses_from_the_number_to_the_case(client, agent):
    make_edition()
    make_officer()
    client.post(reverse("hotline:start"), {"phone": "139 0731 0001"})
    call = Call.objects.get()
    suggested = client.post(reverse("hotline:suggest", args=[call.public_id]), {"text": "招工难"})
    assert "selected" in suggested.content.decode()
    client.post(reverse("hotline:register", args=[call.public_id]), new_case(suggested="request:work"))
    case = Case.objects.get()
    assert (case.channel, case.consent, case.requester_phone) == (Channel.PHONE, "spoken", PHONE)
    assert (case.taken_by, case.title) == (agent, "招工难，缺20名工人")
    assert Suggestion.objects.get().was_taken


def test_the_same_form_sent_twice_is_one_case(client, agent):
    make_edition()
    call = make_call(agent)
    url = reverse("hotline:register", args=[call.public_id])
    client.post(url, new_case())
    assert client.post(url, new_case()).status_code == 302
    assert Case.objects.count() == 1


def test_the_callers_cases_take_a_constant_number_of_queries(client, agent, django_assert_max_num_queries):
    for _ in range(6):
        make_case(phone=PHONE)
    call = make_call(agent)
    page(client, call)
    with django_assert_max_num_queries(45):
        page(client, call)


def test_that_a_caller_has_no_credit_code_is_kept_and_a_code_besides_is_refused(client, agent):
    make_edition()
    url = reverse("hotline:register", args=[make_call(agent).public_id])
    both = client.post(url, new_case(no_code="on", credit_code=make_code()))
    assert both.status_code == 422 and "请留一样" in both.content.decode()
    for key, told in (("k1", {"no_code": "on"}), ("k2", {})):
        assert client.post(url, new_case(key=key, **told)).status_code == 302
    assert list(Case.objects.order_by("pk").values_list("has_no_code", flat=True)) == [True, False]
