"""Firms judged again when they were written: the same as a whole run, and to be seen in the run's lists."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from huiqi.enterprises.commands.merging import merge_firms
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.tests.make import make_firm, state
from huiqi.runs.commands import running
from huiqi.runs.commands.rejudging import rejudge_firms, rejudge_written
from huiqi.runs.commands.running import faults_of, folder_of
from huiqi.runs.models import Rejudged, Run
from huiqi.runs.pieces import VERDICTS
from huiqi.runs.tests.make import AT, COUNTIES, ON, SMALL, make_firms, make_run, snapshot
from huiqi.runs.tests.test_run_register import verdicts_of
from tests.harness.cast import enter
from tests.harness.examples import thorough

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=2)
POLICY = "cloud-adoption"
CHANGES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "employees": st.integers(0, 400),
            "revenue": st.integers(0, 10**11),
            "gb4754": st.sampled_from(("3411", "2770", "6110", "5211")),
            "prefecture": st.sampled_from(COUNTIES),
            "job_pledge": st.booleans(),
            "vacancies": st.integers(0, 20),
            "monthly_rent": st.integers(0, 10**7),
            "on_cloud": st.booleans(),
        },
    ),
    min_size=1,
    max_size=4,
)


def again(run: Run) -> dict[tuple[str, str], dict[str, object]]:
    """What stands beside the run, in the shape of a run's rows."""
    return {
        (row.enterprise.public_id, policy): dict(zip(VERDICTS.names, cells, strict=True))
        for row in run.rejudged.select_related("enterprise")
        for policy, cells in zip(run.policies, row.verdicts, strict=True)
    }


@pytest.mark.slow
@thorough(40)
@given(changes=CHANGES, claimed=st.booleans())
def test_firms_judged_again_and_a_whole_run_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, changes: list[dict[str, Any]], claimed: bool
) -> None:
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        private_to(patch, tmp_path_factory.mktemp("private"))
        firms = make_firms(len(changes) + 1)
        run = make_run()
        for firm, facts in zip(firms, changes, strict=False):
            if facts:
                state(firm, facts, standing="claimed" if claimed else "confirmed", as_of=date(2020, 2, 25))
        rejudge_firms(run, [firm.pk for firm in firms[:-1]], at=LATER)
        beside, before = again(run), verdicts_of(run)
        rows = {row.enterprise.public_id: row for row in run.rejudged.select_related("enterprise")}
        whole = make_run()
        assert before | beside == verdicts_of(whole)
        for firm in Enterprise.objects.filter(public_id__in=rows):
            row = rows[firm.public_id]
            assert (row.county, row.size) == (firm.prefecture or "", firm.size_class or "")
        transaction.set_rollback(True)


def private_to(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setattr("django.conf.settings.PRIVATE_ROOT", folder)


@pytest.mark.slow
@thorough(15)
@given(changed=st.sets(st.integers(0, 200)))
def test_a_run_that_judges_only_changed_policies_says_what_a_whole_run_says(
    tmp_path_factory: pytest.TempPathFactory, changed: set[int]
) -> None:
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        private_to(patch, tmp_path_factory.mktemp("private"))
        make_firms(3)
        name = snapshot()
        base = make_run(name)
        whole = base.digest
        plans = base.editions["plans"]
        for at in changed:
            plans[base.policies[at % len(base.policies)]]["digest"] = "changed since"
        base.save()
        assert make_run(name, base=base.public_id).digest == whole
        transaction.set_rollback(True)


def test_a_firm_is_judged_again_once_its_change_stands(django_capture_on_commit_callbacks: Any) -> None:
    firm, other = make_firms(2)
    run = make_run()
    with django_capture_on_commit_callbacks(execute=True):
        state(firm, {"employees": 2000, "revenue": 10**12})
        assert not Rejudged.objects.exists()
    assert [row.enterprise_id for row in run.rejudged.all()] == [firm.pk]
    assert other and faults_of(run) == []


def test_what_was_left_over_is_found_once(django_capture_on_commit_callbacks: Any) -> None:
    firm, _other = make_firms(2)
    run = make_run()
    state(firm, {"employees": 2000})
    assert list(rejudge_written(at=LATER)) == [(1, 1)]
    assert list(rejudge_written(at=LATER)) == []
    state(firm, {"employees": 2001})
    assert list(rejudge_written(at=LATER)) == [(1, 1)]
    assert run.rejudged.count() == 1


def test_a_firm_merged_away_leaves_the_list() -> None:
    firm, kept = make_firms(2)
    run = make_run()
    rejudge_firms(run, [firm.pk], at=LATER)
    merge_firms(dropped=firm, kept=kept, reason="同一家", actor=None, at=AT, on=ON)
    list(rejudge_written(at=LATER))
    assert [row.enterprise_id for row in run.rejudged.all()] == [kept.pk]


def test_with_another_rulebook_nothing_is_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    firm = make_firm(facts=SMALL)
    run = make_run()
    Run.objects.update(rulebook="another")
    run.refresh_from_db()
    assert rejudge_firms(run, [firm.pk], at=LATER) == 0 and not Rejudged.objects.exists()


def test_a_new_run_takes_over_what_was_judged_again() -> None:
    firm = make_firm(facts=SMALL)
    rejudge_firms(make_run(), [firm.pk], at=LATER)
    make_run()
    assert not Rejudged.objects.exists() and running.Rejudged is Rejudged


def test_lists_show_a_firm_where_it_stands_now_and_within_ones_area() -> None:
    firm = make_firm("浏阳本地有限公司", facts=SMALL)
    far = make_firm("湘潭外地有限公司", facts={**SMALL, "prefecture": "430304"})
    run = make_run()
    place = run.policies.index(POLICY)
    rejudge_firms(run, [firm.pk, far.pk], at=LATER)
    for row in run.rejudged.all():
        row.verdicts[place] = ["eligible", 100_00, [], [], False, False, False]
        row.save()
    client, _user = enter("county")
    url = reverse("runs:firms", args=[run.public_id, POLICY])
    assert client.get(url + "?status=eligible").context["total"] == 1
    assert sum(client.get(f"{url}?status={one}").context["total"] for one in ("unknown", "ineligible")) == 0
    client, _user = enter("province")
    page = client.get(url + "?status=eligible")
    assert page.context["total"] == 2 and "已重新判断" in page.content.decode()
    overview = client.get(reverse("runs:run", args=[run.public_id])).content.decode()
    assert "2家企业有变化" in overview
    assert folder_of(run).is_dir() and faults_of(run) == []
