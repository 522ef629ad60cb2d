"""Three years after its end a case keeps what figures need and loses who asked and what was said."""

from datetime import timedelta

import pytest
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.cases.commands.closing import rate_case
from huiqi.cases.commands.drafts import expire_drafts
from huiqi.cases.commands.handling import note_case
from huiqi.cases.models import Case, Draft, Event, Order
from huiqi.cases.queries.queue import found_by
from huiqi.cases.tests.make import at, make_case, make_officer
from huiqi.cases.tests.walk import begin, fill, make_site, send
from huiqi.cases.workflow import State, Word
from huiqi.core import clock
from huiqi.core.retention import RULES, Instants, carry_out, count_due
from huiqi.files.commands import attach, receive_upload
from huiqi.files.models import Attachment
from huiqi.files.tests.make_uploads import PDF, make_upload

pytestmark = pytest.mark.django_db
RULE = RULES["cases.ended"]
TOLD = "李明的电话是13800138000"


def run(day):
    return carry_out(RULE, Instants(at(day), clock.wall_now()))


@pytest.fixture
def ended():
    """Rated and ended on 2 March 2020, with a note and a photo."""
    case = make_case(state=State.CALLING_BACK, phone="13800138000")
    note_case(case, text=TOLD, actor=make_officer("liuyang"), at=at())
    received = receive_upload(make_upload(PDF, "李明.pdf"), actor=None, at=clock.wall_now())
    attach(received, owner=case, actor=None, at=clock.wall_now())
    rate_case(case, word=Word.SOLVED, rating=5, text=TOLD, actor=None, at=at())
    case.refresh_from_db()
    assert case.state == State.ENDED
    return case


def test_nothing_goes_before_three_years_are_over(ended):
    assert run("2023-03-02") == 0
    assert Case.objects.get().requester_name == "李明" and Attachment.objects.exists()


def test_an_open_case_is_never_forgotten():
    make_case(state=State.HANDLING)
    assert run("2029-03-02") == 0


def test_a_dry_run_only_counts(ended):
    assert count_due(RULE, Instants(at("2023-03-03"), clock.wall_now())) == 1
    assert Case.objects.get().text


def test_what_names_people_goes_and_what_figures_need_stays(ended, django_capture_on_commit_callbacks):
    kept = [
        "number",
        "item",
        "topic",
        "ending",
        "word",
        "rating",
        "desk_id",
        "lead_id",
        "prefecture",
        "ended_at",
    ]
    before = {name: getattr(ended, name) for name in kept}

    with django_capture_on_commit_callbacks(execute=True):
        assert run("2023-03-03") == 1

    case = Case.objects.get()
    assert {name: getattr(case, name) for name in kept} == before
    gone = [case.requester_name, case.requester_phone, case.phone_index, case.text, case.private_answers]
    assert [*gone, case.answer, case.rating_text, case.code_digest] == [""] * 8
    assert case.title == "（已过保存期限）" and case.version > ended.version
    assert not Case.objects.filter(phone_index__finds="13800138000").exists()
    assert {event.text for event in Event.objects.all()} == {""}
    assert {order.answer for order in Order.objects.all()} == {""}
    assert not Attachment.objects.exists()
    assert run("2023-03-04") == 0


def test_the_words_of_a_forgotten_title_find_it_no_longer(ended):
    def found(words):
        return set(found_by(words))

    assert found("招不到") == {ended.pk}
    run("2023-03-03")
    assert found("招不到") == set() and found("口罩厂") == {ended.pk}


def test_staff_and_requester_read_why_the_page_is_empty(ended, client):
    firm_person = make_officer("liuyang", Role.FIRM)
    Case.objects.update(requester=firm_person)
    run("2023-03-03")
    Case.objects.update(requester=firm_person)

    client.force_login(make_officer("liuyang"))
    assert "办结已满三年" in client.get(reverse("cases:case", args=[ended.public_id])).content.decode()
    client.force_login(firm_person)
    page = client.get(reverse("cases:own_case", args=[ended.public_id])).content.decode()
    assert "办结已满三年" in page


def test_the_draft_of_a_case_goes_when_the_case_ends(client):
    make_site()
    send(client, fill(client, begin(client)))
    soon = clock.wall_now() + timedelta(minutes=1)
    assert expire_drafts(soon) == 0

    Case.objects.update(state=State.ENDED, ended_at=at(), ending="withdrawn")

    assert expire_drafts(soon) == 1
    assert not Draft.objects.exists() and Case.objects.exists()
