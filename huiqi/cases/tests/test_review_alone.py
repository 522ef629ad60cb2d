"""Nobody reviews the own answer; where nobody else is there, the page says who is needed."""

import pytest

from huiqi.accounts.models import Deputyship
from huiqi.accounts.roles import Role
from huiqi.cases.commands.approvals import ask_extension
from huiqi.cases.commands.closing import approve_answer
from huiqi.cases.queries.reviewers import answer_waits_for_nobody
from huiqi.cases.tests.make import at, make_case, make_lead, make_officer
from huiqi.cases.workflow import Ending, State
from huiqi.core.errors import Refused

pytestmark = pytest.mark.django_db
NEEDED = "现在没有人可以审核：省工信厅"


@pytest.fixture
def alone():
    """Somebody who is alone at the province, with nobody above."""
    return make_officer("province")


@pytest.fixture
def answered(alone):
    """The answer of who is alone, at the own desk."""
    case = make_case(
        state=State.ANSWERED, officer=alone, lead=alone.unit, prefecture="", proposed=Ending.POLICY_FORBIDS
    )
    assert case.desk == alone.unit
    return case


@pytest.fixture
def browser(client, settings):
    settings.REFERENCE_DATE = at().date()
    return client


def page(browser, user, case):
    browser.force_login(user)
    return browser.get(f"/cases/{case.public_id}/").content.decode()


def test_who_is_alone_reads_who_is_needed(browser, alone, answered):
    assert NEEDED in page(browser, alone, answered)
    with pytest.raises(Refused):
        approve_answer(answered, actor=alone, at=at())


@pytest.mark.parametrize("role", [Role.OFFICER, Role.DISPATCHER, Role.SUPERVISOR])
def test_another_person_of_the_unit_with_the_power_reviews_whatever_the_ending(
    browser, alone, answered, role
):
    other = make_officer("province", role)
    assert NEEDED not in page(browser, alone, answered)
    assert approve_answer(answered, actor=other, at=at()).state == State.CALLING_BACK


def test_who_fills_in_for_somebody_absent_is_there_too(alone, answered):
    absent, deputy = make_officer("province", Role.DISPATCHER), make_officer("tax", Role.AUTHORITY_OFFICER)
    absent.is_active = False
    absent.save()
    today = at().date()
    assert answer_waits_for_nobody(answered, today)
    Deputyship.objects.create(absent=alone, deputy=deputy, from_on=today, to_on=today)
    assert not answer_waits_for_nobody(answered, today)


def test_a_question_that_nobody_else_can_decide_says_who_is_needed(browser, alone):
    case = make_case(state=State.HANDLING, officer=alone, lead=alone.unit, prefecture="")
    ask_extension(make_lead(case), amount=2, reason="等批复。", actor=alone, at=at())
    assert NEEDED in page(browser, alone, case)
    make_officer("province", Role.SUPERVISOR)
    assert NEEDED not in page(browser, alone, case)
