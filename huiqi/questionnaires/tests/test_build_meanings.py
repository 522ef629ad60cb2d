"""The builder says what answers mean: a fact of the register, cascading options, help that is offered."""

from typing import Any

import pytest
from django.test import Client

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.questionnaires.offers import OFFERS
from huiqi.questionnaires.queries.versions import form_of
from huiqi.questionnaires.tests.test_build_pages import act, add, begin, enter, plan, save, shown
from huiqi.questionnaires.xlsform.meanings import ItemSketch

pytestmark = pytest.mark.django_db
TOPICS = {"finance": "融资", "labour": "用工"}
SKETCH = ItemSketch(frozenset(TOPICS), frozenset(), "企业诉求", TOPICS)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(OFFERS, "items", lambda: {"request": SKETCH})
    return enter(make_user(role=Role.ANALYST, unit=make_office("province")))


def asked(client: Client, public_id: str, **boxes: Any) -> str:
    """One more single choice; its name."""
    name = add(client, public_id, "one")
    assert save(client, public_id, name, **boxes).status_code == 302
    return name


def test_the_fact_of_a_question_is_chosen_from_the_catalogue_and_reaches_the_form(client: Client):
    public_id = begin(client)
    name = add(client, public_id, "integer")
    text = shown(client, public_id, name).content.decode()
    assert "对应企业档案的哪一项" in text
    assert save(client, public_id, name, label="现有从业人员", fact="no-such-fact").status_code == 422
    assert save(client, public_id, name, label="现有从业人员", fact="employees").status_code == 302
    assert plan(public_id).items[-1].fact == "employees"
    assert act(client, public_id, "keep").status_code == 302
    assert 'fact="employees"' in QuestionnaireVersion.objects.order_by("-pk")[0].xform


def test_a_fact_the_question_cannot_fill_is_told_beside_it(client: Client):
    public_id = begin(client)
    name = asked(client, public_id, label="现有从业人员", options="一\n二", fact="employees")
    page = shown(client, public_id, name)
    assert "填不了" in page.content.decode()
    assert page.context["item_faults"][0].field == "fact"


def test_options_follow_the_question_above(client: Client):
    public_id = begin(client)
    city = asked(client, public_id, label="市州", options="长沙市\n湘潭市")
    county = asked(client, public_id, label="区县", options="浏阳市\n湘乡市", parent=city)
    assert "没有写明属于" in shown(client, public_id, county).content.decode()
    said = "长沙市 > 浏阳市\n湘潭市 > 湘乡市"
    assert save(client, public_id, county, options=said).status_code == 302
    assert shown(client, public_id, county).context["form"]["options"].value() == said
    assert act(client, public_id, "keep").status_code == 302
    kept = QuestionnaireVersion.objects.order_by("-pk")[0]
    assert f"parent = /data/{city}" in " ".join(kept.xform.split())


def test_an_offer_of_help_needs_an_item_and_a_title_and_becomes_a_rule(client: Client):
    public_id = begin(client)
    name = asked(client, public_id, label="现金还能维持多久", options="一个月\n更久")
    code = plan(public_id).lists[plan(public_id).items[-1].list_name][0].name
    refused = save(client, public_id, name, o0_when=code)
    assert refused.status_code == 422
    assert "请写诉求的标题" in refused.content.decode()
    given = {"o0_when": code, "o0_what": "request/finance", "o0_title": "需要融资", "o0_text": f"${{{name}}}"}
    assert save(client, public_id, name, **given).status_code == 302
    (rule,) = plan(public_id).requests
    assert rule["when"] == f"${{{name}}} = '{code}'"
    assert (rule["item"], rule["topic"], rule["title"]) == ("request", "finance", "需要融资")
    assert "企业诉求 · 融资" in shown(client, public_id, name).content.decode()
    assert act(client, public_id, "keep").status_code == 302
    assert len(form_of(QuestionnaireVersion.objects.order_by("-pk")[0]).requests) == 1


def test_an_offer_is_taken_back_by_choosing_no_answer(client: Client):
    public_id = begin(client)
    name = asked(client, public_id, label="现金", options="一个月\n更久")
    code = plan(public_id).lists[plan(public_id).items[-1].list_name][0].name
    save(client, public_id, name, o0_when=code, o0_what="request/labour", o0_title="缺工")
    save(client, public_id, name, o0_when="")
    assert plan(public_id).requests == ()
