"""The debtor's words go with the case's; sums, dates and parties stay for the ledger."""

import pytest

from huiqi.arrears.models import Claim
from huiqi.arrears.tests.make import make_claim
from huiqi.cases.models import Case
from huiqi.cases.tests.make import at
from huiqi.cases.workflow import Ending, State
from huiqi.core import clock
from huiqi.core.retention import RULES, Instants, carry_out

pytestmark = pytest.mark.django_db


def run(day):
    return carry_out(RULES["arrears.claims"], Instants(at(day), clock.wall_now()))


def test_the_answer_goes_three_years_after_the_case_ended():
    claim = make_claim()
    Claim.objects.update(answer_text="张经理说下月付", answer="partly")
    assert run("2029-03-02") == 0, "the case is open"
    Case.objects.update(state=State.ENDED, ended_at=at(), ending=Ending.WITHDRAWN)
    assert run("2023-03-02") == 0

    assert run("2023-03-03") == 1

    kept = Claim.objects.get()
    assert (kept.answer_text, kept.answer, kept.claimed) == ("", "partly", claim.claimed)
