"""Pages of runs: figures and firms of one's own area and no others."""

from typing import Any

import pytest
from django.urls import reverse

from huiqi.core.models import AuditRecord, Job
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.tests.make import make_firm
from huiqi.runs.models import Run, RunState
from huiqi.runs.queries.firms import STATUSES
from huiqi.runs.tests.make import SMALL, begun, make_run
from tests.harness.cast import enter

pytestmark = pytest.mark.django_db
POLICY = "cloud-adoption"


def two_firms() -> tuple[Enterprise, Enterprise]:
    """One in 浏阳, one in another city; both small manufacturers."""
    here = make_firm("浏阳本地有限公司", facts=SMALL)
    return here, make_firm("湘潭外地有限公司", facts={**SMALL, "prefecture": "430304"})


def address(run: Run, name: str, query: str = "") -> str:
    return reverse(f"runs:{name}", args=[run.public_id, POLICY]) + query


def listed(run: Run, part: str, query: str = "") -> str:
    client, _user = enter(part)
    return "".join(
        client.get(address(run, "firms", f"?status={status}{query}")).content.decode() for status in STATUSES
    )


def test_a_county_sees_no_figure_of_another() -> None:
    two_firms()
    run = make_run()
    client, _user = enter("county")
    page = client.get(address(run, "policy"))
    assert page.context["counts"].firms == 1
    assert [row.code for row in page.context["rows"]] == ["4301"]
    overview = client.get(reverse("runs:run", args=[run.public_id]))
    assert overview.context["firms"] == 1


def test_the_province_sees_all() -> None:
    two_firms()
    run = make_run()
    client, _user = enter("province")
    assert client.get(address(run, "policy")).context["counts"].firms == 2


def test_lists_of_firms_stay_within_ones_area() -> None:
    here, there = two_firms()
    run = make_run()
    assert here.name in listed(run, "county") and there.name not in listed(run, "county")
    assert here.name in listed(run, "province") and there.name in listed(run, "province")


def test_a_list_is_searched_by_name_and_narrowed_by_place() -> None:
    here, there = two_firms()
    run = make_run()
    Enterprise.objects.filter(pk=here.pk).update(credit_code="91430181MA4L0A1B2C")
    found = listed(run, "province", "&q=91430181MA4L0A1B2C")
    assert here.name in found and there.name not in found
    found = listed(run, "province", "&region=4303")
    assert there.name in found and here.name not in found


def test_an_export_without_a_purpose_is_refused() -> None:
    two_firms()
    run = make_run()
    client, _user = enter("county")
    answer = client.post(address(run, "firms_export", "?status=unknown"), {"form": "csv"})
    assert answer.status_code == 422


def test_an_export_holds_the_firms_of_ones_area_and_is_recorded() -> None:
    here, there = two_firms()
    run = make_run()
    client, user = enter("county")
    text = ""
    for status in STATUSES:
        answer: Any = client.post(
            address(run, "firms_export", f"?status={status}"), {"purpose": "减负摸底", "form": "csv"}
        )
        text += b"".join(answer.streaming_content).decode("utf-8-sig")
    assert here.name in text and there.name not in text and "减负摸底" in text
    records = AuditRecord.objects.filter(act="run.firms_exported", actor_id=user.public_id if user else "")
    assert records.count() == len(STATUSES)


def test_a_policy_that_was_not_judged_has_no_page() -> None:
    two_firms()
    run = make_run()
    client, _user = enter("province")
    assert client.get(reverse("runs:policy", args=[run.public_id, "no-such-policy"])).status_code == 404


def test_starting_wants_a_purpose_and_queues_a_job() -> None:
    client, _user = enter("analyst")
    assert client.post(reverse("runs:start"), {"purpose": ""}).status_code == 422
    answer = client.post(reverse("runs:start"), {"purpose": "减负政策摸底"})
    run = Run.objects.get()
    assert answer.status_code == 302 and Job.objects.filter(public_id=run.job_id).exists()
    assert client.get(answer["Location"]).status_code == 200


def test_a_stopped_run_is_offered_to_be_gone_on_with() -> None:
    two_firms()
    run = begun()
    Run.objects.filter(pk=run.pk).update(state=RunState.CANCELLED)
    client, _user = enter("analyst")
    assert "接着做" in client.get(reverse("runs:run", args=[run.public_id])).content.decode()
    client.post(reverse("runs:resume", args=[run.public_id]))
    run.refresh_from_db()
    assert run.state == RunState.QUEUED and run.job_id


def test_a_list_takes_the_same_queries_however_many_firms(assert_queries: Any) -> None:
    two_firms()
    run = make_run()
    client, _user = enter("province")
    url = address(run, "firms", "?status=unknown")
    client.get(url)
    with assert_queries(15):
        client.get(url)
