"""Drafting, approving, replacing, withdrawing and expiring."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.models import AuditRecord
from huiqi.knowledge.commands.wording import (
    approve_wording,
    change_wording,
    discard_draft,
    draft_wording,
    expire_wordings,
    withdraw_wording,
)
from huiqi.knowledge.models import Wording, WordingState
from huiqi.knowledge.queries.wording import for_renewal
from huiqi.knowledge.tests.make import AT, TODAY, make_approver, make_draft, make_editor, make_wording, said

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "text",
    [
        "请打李会计电话138 1234 5678",
        "手机１３８１２３４５６７８",
        "证件430181199001011234",
        "证件43018119900101123X",
        "账号6222021001116245702",
        "写信到li.ming@example.cn",
    ],
)
def test_an_answer_with_somebodys_number_is_refused(text):
    with pytest.raises(Refused) as refusal:
        draft_wording(said(answer=text), actor=make_editor(), at=AT)
    assert refusal.value.code == "knowledge.personal"
    assert Wording.objects.count() == 0


@pytest.mark.parametrize(
    "text", ["请打0731-88881234", "热线96871", "财金〔2020〕5号，5000000元", "2020年2月9日"]
)
def test_numbers_of_offices_documents_and_money_may_stay(text):
    assert draft_wording(said(answer=text), actor=make_editor(), at=AT).answer == text


def test_without_a_source_it_is_refused():
    with pytest.raises(Refused) as refusal:
        draft_wording(said(source_document=" "), actor=make_editor(), at=AT)
    assert refusal.value.code == "knowledge.no_source"


def test_days_out_of_order_are_refused():
    with pytest.raises(Refused) as refusal:
        draft_wording(said(expires_on=date(2020, 1, 1)), actor=make_editor(), at=AT)
    assert refusal.value.code == "knowledge.days"


def test_nobody_approves_the_own_draft():
    approver = make_approver()
    draft = draft_wording(said(), actor=approver, at=AT)
    with pytest.raises(Refused) as refusal:
        approve_wording(draft, actor=approver, at=AT, today=TODAY)
    assert refusal.value.code == "knowledge.own_draft"


def test_the_database_too_wants_two_people():
    draft = make_draft()
    with pytest.raises(IntegrityError), transaction.atomic():
        Wording.objects.filter(pk=draft.pk).update(approver=draft.editor_id)


def test_a_draft_whose_last_day_is_past_is_not_approved():
    draft = make_draft(expires_on=date(2020, 3, 1))
    with pytest.raises(Refused) as refusal:
        approve_wording(draft, actor=make_approver(), at=AT, today=TODAY)
    assert refusal.value.code == "knowledge.days"


def test_a_draft_that_somebody_changed_meanwhile_is_not_approved():
    draft = make_draft()
    change_wording(draft, said(answer="改过"), actor=make_editor(), at=AT)
    with pytest.raises(VersionConflict):
        approve_wording(draft, actor=make_approver(), at=AT, today=TODAY, expected=draft.version)


def test_approved_by_another_it_is_said_and_written_down():
    wording = make_wording()
    assert Wording.objects.valid_on(TODAY).get() == wording
    acts = list(AuditRecord.objects.filter(subject_id=wording.public_id).values_list("act", flat=True))
    assert sorted(acts) == ["wording.approved", "wording.drafted"]


def test_the_old_edition_is_said_until_the_new_one_is_approved():
    old = make_wording()
    draft = change_wording(old, said(answer="新的口径"), actor=make_editor(), at=AT)
    assert Wording.objects.valid_on(TODAY).get() == old
    approve_wording(draft, actor=make_approver(), at=AT, today=TODAY)
    now = Wording.objects.valid_on(TODAY).get()
    assert (now.answer, now.edition, now.series) == ("新的口径", 2, old.series)


def test_a_second_draft_of_one_wording_is_refused():
    old = make_wording()
    change_wording(old, said(), actor=make_editor(), at=AT)
    with pytest.raises(Refused) as refusal:
        change_wording(old, said(), actor=make_editor(), at=AT)
    assert refusal.value.code == "knowledge.draft_waits"


def test_withdrawing_without_a_reason_is_refused():
    with pytest.raises(Refused):
        withdraw_wording(make_wording(), reason=" ", actor=make_approver())


def test_withdrawn_it_is_said_no_more():
    withdraw_wording(make_wording(), reason="文件已废止", actor=make_approver())
    assert not Wording.objects.valid_on(TODAY).exists()


def test_an_approved_one_cannot_be_discarded():
    with pytest.raises(Refused):
        discard_draft(make_wording(), actor=make_editor())


def test_past_its_last_day_it_is_not_said_even_before_the_timer_runs():
    wording = make_wording(expires_on=TODAY)
    tomorrow = TODAY + timedelta(days=1)
    assert Wording.objects.valid_on(TODAY).exists()
    assert not Wording.objects.valid_on(tomorrow).exists()
    assert (
        expire_wordings(today=TODAY),
        expire_wordings(today=tomorrow),
        expire_wordings(today=tomorrow),
    ) == (
        0,
        1,
        0,
    )
    wording.refresh_from_db()
    assert wording.state == WordingState.EXPIRED


def test_what_ends_within_a_week_is_due_for_renewal_until_somebody_drafts_it():
    make_wording()
    ends = make_wording(expires_on=TODAY + timedelta(days=7))
    assert list(for_renewal(TODAY)) == [ends]
    change_wording(ends, replace(said(), question=ends.question), actor=make_editor(), at=AT)
    assert list(for_renewal(TODAY)) == []
