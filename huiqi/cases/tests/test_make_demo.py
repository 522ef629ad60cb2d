"""The demonstration's cases and paper work: made once, by the same commands, and not again."""

from datetime import date

import pytest
from django.core.management import call_command

from huiqi.accounts.commands.demo import create_demo_accounts
from huiqi.cases.commands.demo import make_cases
from huiqi.cases.commands.demo_desk import make_paper_work
from huiqi.cases.models import Case, Consultation, Event, Order, PackLine, PackMerge
from huiqi.cases.tests.make import at, load_shipped
from huiqi.core.models import AuditRecord
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.tests.make import make_code, make_firm

pytestmark = pytest.mark.django_db
ON = date(2020, 3, 1)
COUNTIES = ("430181", "433130", "430121", "430102", "430281", "430321")


@pytest.fixture
def stage():
    call_command("load_reference", verbosity=0)
    create_demo_accounts(actor=None)
    load_shipped(at("2019-12-01"))
    for county in COUNTIES:
        for number in range(2):
            make_firm(
                f"演示{county}厂{number}", credit_code=make_code(), prefecture=county, is_synthetic=True
            )
    assert Enterprise.objects.filter(is_synthetic=True).count() == len(COUNTIES) * 2


def everything():
    kinds = (Case, Order, Event, Consultation, PackMerge, PackLine, AuditRecord)
    return [kind.objects.count() for kind in kinds]


def test_a_second_run_of_the_demonstration_makes_no_case_letter_or_pack_again(stage):
    assert make_cases(seed=1, on=ON, count=24) >= 24
    assert make_paper_work(on=ON, wall=at("2020-03-01")) == 3
    stages = Consultation.objects.values_list("state", flat=True)
    assert sorted(stages) == [Consultation.State.DRAFTING, Consultation.State.SENT]
    merge = PackMerge.objects.get()
    assert (merge.state, merge.opened, merge.rejected) == (PackMerge.State.DONE, 1, 1)
    before = everything()
    assert make_cases(seed=1, on=ON, count=24) == 0
    assert make_paper_work(on=ON, wall=at("2020-03-01")) == 0
    assert everything() == before
