"""Acts on lists carry the day the site acts on; codes and the pace of objections keep real time."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from huiqi.core import clock
from huiqi.enterprises.tests.make import make_firm
from huiqi.lists.models import Entry, Objection, Step
from huiqi.lists.tests.make import make_batch, make_entry, noticed_list
from huiqi.messages.models import OneTimeCode

pytestmark = pytest.mark.django_db
DAY = date(2020, 3, 1)


@pytest.fixture(autouse=True)
def fixed_day(settings):
    settings.REFERENCE_DATE = DAY


def test_a_recommendation_is_of_the_site_s_day(enter):
    entry = make_entry(make_batch(), make_firm(county="430181"))
    act = reverse("lists:act_on_entry", args=[entry.public_id])
    given = {"act": "recommend", "version": entry.version, "reason": "材料齐备"}
    assert enter("county").post(act, given).status_code == 302
    assert timezone.localdate(Step.objects.latest("pk").at) == DAY
    assert Entry.objects.get().level == "city"


def test_an_objection_is_of_the_site_s_day_and_its_code_lasts_ten_real_minutes(visitor):
    given = {"name": "赵先生", "phone": "13800000000", "grounds": "不实", "entry": ""}
    response = visitor.post(reverse("lists:object", args=[noticed_list()["public_id"]]), given)
    assert response.status_code == 302
    assert timezone.localdate(Objection.objects.get().made_at) == DAY
    left = OneTimeCode.objects.get().expires_at - clock.wall_now()
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)


def test_an_export_s_first_line_names_the_site_s_day(enter):
    batch = make_batch()
    make_entry(batch, make_firm(county="430181"), "accepted", "province")
    response = enter("county").post(reverse("lists:export", args=[batch.public_id]))
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    assert "于2020年3月1日" in str(book.active["A1"].value)
