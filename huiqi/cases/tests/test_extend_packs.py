"""A pack that expired, the query code of who asked offline, and a cell that says that there is no code."""

from datetime import timedelta

import pytest
from django.test import Client

from huiqi.cases.commands.offline_packs import extend_pack
from huiqi.cases.commands.proving import prove_code
from huiqi.cases.models import Case
from huiqi.cases.packs import layout
from huiqi.cases.tests.make import make_edition, make_officer
from huiqi.cases.tests.make_packs import BACK, FIELDS, GOOD, MADE, bring, filled, merged, pack_for
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from huiqi.messages.models import Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(db):
    make_edition(fields=FIELDS)
    return make_officer("liuyang", name="谭丽")


def test_a_pack_is_not_made_shorter_and_not_extended_by_other_units(officer):
    pack = pack_for(officer)
    for days, code in ((5, "cases.pack_days_wrong"), (14, "cases.pack_valid_longer")):
        with pytest.raises(Refused) as refused:
            extend_pack(pack, days=days, actor=officer, at=MADE, wall=MADE)
        assert refused.value.code == code
    client = Client()
    client.force_login(make_officer("xiangtan"))
    assert client.post(f"/cases/packs/{pack.public_id}/extend/", {"days": "30"}).status_code == 404


def test_an_expired_pack_is_merged_once_it_is_extended(officer):
    pack = pack_for(officer, days=3)
    late = MADE + timedelta(days=5)
    content = filled(pack, GOOD)
    with pytest.raises(Refused):
        bring(officer, content, late)
    extend_pack(pack, days=3, actor=officer, at=late, wall=late)
    assert merged(officer, content, late).opened == 1
    assert AuditRecord.objects.get(act="offline_pack.extended").details["days"] == 3


def test_who_asked_offline_gets_the_query_code_by_text_message_after_the_merge_alone(officer):
    content = filled(pack_for(officer), {**GOOD, layout.PHONE: "13800002222"})
    bring(officer, content)
    assert not Delivery.objects.exists(), "a rehearsal sends nothing"
    merged(officer, content)
    case = Case.objects.get()
    (text,) = [row.text for row in Delivery.objects.all() if "查询码是" in row.text]
    code = text.split("查询码是")[1][:6]
    assert prove_code(case.number, code, address="a", at=BACK) == case
    assert "招不到" not in text


def test_a_cell_that_says_none_is_not_a_blank_one(officer):
    rows = [{**GOOD, layout.CODE: "无"}, {**GOOD, layout.PHONE: "13800002222"}]
    merged(officer, filled(pack_for(officer), *rows))
    assert list(Case.objects.order_by("pk").values_list("has_no_code", flat=True)) == [True, False]
