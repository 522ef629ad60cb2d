"""`huiqi surveys tick`: officers learn in time, each once, that an approval ends; results are asked for."""

import json
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.messages.models import Notice
from huiqi.questionnaires.commands.approvals import tell_ending_approvals
from huiqi.questionnaires.commands.versions import Approval, note_approval
from huiqi.questionnaires.models import Questionnaire
from huiqi.surveys.tests.make import make_editor, make_questionnaire

pytestmark = pytest.mark.django_db
LAST = date(2020, 3, 31)


def approved(until: date = LAST) -> Questionnaire:
    editor = make_editor()
    approval = Approval("湘工信统01", "省统计局", "湘统制〔2020〕1号", until)
    return note_approval(make_questionnaire(editor), approval, actor=editor)


def tell(month: int, day: int) -> int:
    return tell_ending_approvals(at=datetime(2020, month, day, 2, tzinfo=UTC))


def test_nobody_is_told_before_time_or_of_what_has_no_approval_or_is_over():
    make_questionnaire()
    approved()
    assert [tell(2, 29), tell(4, 1), tell(5, 1)] == [0, 0, 0]
    assert not Notice.objects.exists()


def test_a_questionnaire_out_of_use_tells_nobody():
    row = approved()
    Questionnaire.objects.filter(pk=row.pk).update(retired_at=datetime(2020, 3, 1, tzinfo=UTC))
    assert tell(3, 25) == 0


def test_each_call_goes_out_once_also_when_the_timer_was_late():
    approved()
    for day in (2, 3, 20, 25, 26, 31):
        tell(3, day)
    days = [text.partition("还有")[2].partition("天")[0] for text in told()]
    # 30 days before fell on a day without a tick: it is said a day late, and once.
    assert days == ["29", "6"]


def told() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("text", flat=True))


def test_an_extended_approval_is_told_of_anew():
    row = approved()
    tell(3, 25)
    again = Approval("湘工信统01", "省统计局", "湘统制〔2020〕9号", date(2020, 6, 30))
    note_approval(Questionnaire.objects.get(pk=row.pk), again, actor=row.made_by)
    tell(6, 25)
    assert len(told()) == 2


def test_only_who_may_change_the_questionnaire_is_told():
    make_user(role=Role.DISPATCHER, unit=make_office("province"))
    make_user(role=Role.OFFICER, unit=make_office("liuyang"))
    row = approved()
    tell(3, 25)
    readers = set(Notice.objects.values_list("user__unit", "user__role"))
    assert {unit for unit, _role in readers} == {row.owner_id}
    assert {role for _unit, role in readers} <= {Role.OFFICER, Role.ANALYST}
    assert row.name in told()[0]


def test_the_command_does_all_of_it_and_twice_is_once():
    approved(date(2020, 3, 6))
    answers = []
    for _twice in range(2):
        out = StringIO()
        call_command("surveys", "tick", "--json", stdout=out)
        answers.append(json.loads(out.getvalue()))
    assert answers[0].keys() == {"closed", "reminding", "asked", "ending"}
    assert answers[0]["ending"] == 1
    assert Notice.objects.count() == 1
