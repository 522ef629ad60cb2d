from datetime import date

import pytest
from django.urls import reverse

from config.desk_tasks import list_tasks
from huiqi.lists.tests.make import make_batch
from tests.harness.cast import play

pytestmark = pytest.mark.django_db


def tasks_of(rf, part):
    request = rf.get("/")
    request.user = play(part)
    return list(list_tasks(request))


def test_a_draft_is_no_task_and_who_runs_the_batch_is_not_asked_to_recommend(rf):
    make_batch(state="drafting")
    assert tasks_of(rf, "county") == []
    make_batch(state="collecting")
    assert tasks_of(rf, "province") == []


@pytest.mark.parametrize(("day", "is_late"), [(date(2020, 3, 1), False), (date(2020, 2, 29), True)])
def test_a_batch_that_collects_is_a_task_of_the_offices_below_with_its_day(rf, settings, day, is_late):
    settings.REFERENCE_DATE = date(2020, 3, 1)
    batch = make_batch(title="第二批", collect_until=day)
    (task,) = tasks_of(rf, "county")
    assert (task.label, task.note) == ("名单正在征集，请推荐企业", "第二批，本辖区已有0家")
    assert (task.due, task.is_late, task.url) == (
        day,
        is_late,
        reverse("lists:batch", args=[batch.public_id]),
    )
