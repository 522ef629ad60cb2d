"""代填 at the window, on the telephone and on the spot; an escalation becomes a case."""

import pytest
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.cases.commands import escalated
from huiqi.cases.commands.escalated import case_of_escalation
from huiqi.cases.models import Case, ItemEdition
from huiqi.cases.tests.make import make_case, make_officer
from huiqi.cases.tests.walk import make_site
from huiqi.core import clock
from huiqi.core.ids import new_token
from huiqi.core.models import AuditRecord
from huiqi.enterprises.tests.make import make_firm
from huiqi.stationing.commands.escalations import escalate

pytestmark = pytest.mark.django_db
TAKE = "/cases/take/"


@pytest.fixture(autouse=True)
def site(db):
    make_site()


@pytest.fixture
def clerk(client):
    user = make_user(role=Role.WINDOW_CLERK, unit=make_office("liuyang"))
    client.force_login(user)
    return user


def filled(**changes):
    return {
        "consent": "spoken",
        "channel": "window",
        "name": "李明",
        "phone": "138 0013 8000",
        "firm_name": "演示口罩厂",
        "county": "430181",
        "topic": "work",
        "title": "招不到工人",
        "text": "缺20名工人。",
        "key": new_token(),
        **changes,
    }


# --- refusals -----------------------------------------------------------------------------------------
def test_who_takes_no_requests_finds_no_page(client):
    assert client.get(TAKE).status_code == 302
    client.force_login(make_user(role=Role.FIRM, unit=None))
    assert client.get(TAKE).status_code == 404
    assert client.get("/cases/taken/").status_code == 404


def test_without_consent_nothing_is_registered_and_the_words_stay(client, clerk):
    answer = client.post(TAKE, filled(consent=""))

    assert answer.status_code == 422
    assert "缺20名工人。" in answer.content.decode()
    assert not Case.objects.exists()


def test_a_clerk_cannot_say_that_it_came_through_another_door(client, clerk):
    assert client.post(TAKE, filled(channel="stationed")).status_code == 422


def test_what_colleagues_took_is_not_shown(client, clerk):
    other = make_user(role=Role.WINDOW_CLERK, unit=make_office("liuyang"))
    client.force_login(other)
    client.post(TAKE, filled(title="别人收的"))
    case = Case.objects.get()
    client.force_login(clerk)

    assert "别人收的" not in client.get("/cases/taken/").content.decode()
    assert client.get(f"/cases/taken/{case.public_id}/").status_code == 404


def test_a_firm_out_of_sight_is_named_by_its_code_alone(client):
    firm = make_firm(county="430181")
    client.force_login(make_user(role=Role.STATIONED_OFFICER, unit=make_office("liuyang")))

    client.post(TAKE, filled(channel="stationed", credit_code=firm.credit_code))

    case = Case.objects.get()
    assert (case.enterprise, case.credit_code) == (None, firm.credit_code)


# --- taking -------------------------------------------------------------------------------------------
def test_a_clerk_takes_a_request_with_consent_and_reads_out_number_and_code(client, clerk):
    answer = client.post(TAKE, filled())

    case = Case.objects.get()
    shown = answer.content.decode()
    assert case.spoken_number in shown and "查询码" in shown and case.desk.name in shown
    assert (case.taken_by, case.consent, case.channel, case.requester) == (clerk, "spoken", "window", None)
    assert case.requester_phone == "13800138000"


def test_the_same_page_sent_twice_is_one_case(client, clerk):
    page = filled()
    client.post(TAKE, page)

    again = client.post(TAKE, page)

    assert Case.objects.count() == 1
    assert "没有重复登记" in again.content.decode()


def test_the_next_one_starts_with_the_people_of_the_last(client, clerk):
    client.post(TAKE, filled(name="张三"))

    shown = client.get(f"{TAKE}?like=last").content.decode()

    assert "张三" in shown and "演示口罩厂" in shown
    assert "缺20名工人" not in shown


def test_the_taker_finds_what_was_taken(client, clerk):
    client.post(TAKE, filled())
    case = Case.objects.get()

    assert case.title in client.get(reverse("cases:taken")).content.decode()
    assert "待受理" in client.get(reverse("cases:taken_one", args=[case.public_id])).content.decode()


# --- escalations --------------------------------------------------------------------------------------
def raise_one(text="原料断供，今天停产", urgency="urgent"):
    firm = make_firm(county="430181")
    officer = make_officer("liuyang", role=Role.STATIONED_OFFICER)
    return escalate(firm, text, urgency=urgency, actor=officer, on=clock.today(), at=clock.now())


def test_an_escalation_whose_case_fails_keeps_its_words(monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError("no desk")

    monkeypatch.setattr(escalated, "open_case", fails)

    row = raise_one()

    assert type(row).objects.get().text == row.text
    assert not Case.objects.exists()


def test_without_the_item_an_escalation_stays_an_escalation():
    ItemEdition.objects.update(state="withdrawn")

    row = raise_one()

    assert type(row).objects.exists() and not Case.objects.exists()


def test_an_escalation_becomes_one_urgent_case_of_the_firm():
    row = raise_one()

    case = case_of_escalation(row.public_id)

    assert case is not None
    assert (case.channel, case.urgency, case.text) == ("stationed", "urgent", row.text)
    assert (case.enterprise, case.taken_by, case.prefecture) == (row.enterprise, row.raised_by, "430181")
    assert make_case() and Case.objects.filter(source_ref=row.public_id).count() == 1


# --- without a credit code -----------------------------------------------------------------------------


def test_a_code_and_no_code_at_once_are_refused_and_the_words_stay(client, clerk):
    code = make_firm("演示口罩厂", county="430181").credit_code
    answer = client.post(TAKE, filled(credit_code=code, no_code="on"))
    assert answer.status_code == 422 and "请留一样" in answer.content.decode()
    assert not Case.objects.exists()


def test_that_there_is_no_code_is_kept_and_shown_while_a_blank_one_says_nothing(client, clerk):
    assert client.post(TAKE, filled(no_code="on")).status_code == 200  # the receipt
    client.post(TAKE, filled())
    told, silent = Case.objects.order_by("pk")
    assert (told.has_no_code, silent.has_no_code) == (True, False)
    client.force_login(make_officer("liuyang"))
    shown = [client.get(f"/cases/{case.public_id}/").content.decode() for case in (told, silent)]
    assert ["没有统一社会信用代码" in page for page in shown] == [True, False]


def test_the_trail_says_for_whom_the_clerk_filled_in_and_how_they_agreed(client, clerk):
    firm = make_firm("演示口罩厂", county="430181")
    client.post(TAKE, filled(credit_code=firm.credit_code))
    record = AuditRecord.objects.get(act="case.registered")
    assert record.actor_id == clerk.public_id
    assert record.on_behalf_id == (firm.public_id if Case.objects.get().enterprise else "")
    assert record.details["consent"] == "spoken"
