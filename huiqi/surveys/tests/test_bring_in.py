"""What is filed already comes into the form: all of it for the firm itself, public facts for a typed code."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from huiqi.enterprises.tests.make import make_firm, make_member, state
from huiqi.reference.commands import load_reference
from huiqi.surveys.commands.responses import begin_invited
from huiqi.surveys.models import Invitation, Response
from huiqi.surveys.provenance import Trail
from huiqi.surveys.tests.make import ON, at, make_questionnaire, make_survey, make_xlsx
from huiqi.surveys.tests.make_campaign import answer_by, make_campaign, make_code_for
from tests.harness.cast import play

pytestmark = pytest.mark.django_db
QUESTIONS = [
    {"type": "begin_group", "name": "firm", "label": "您的企业", "appearance": "field-list"},
    {"type": "text", "name": "uscc", "label": "统一社会信用代码"},
    {"type": "text", "name": "firm_name", "label": "名称"},
    {"type": "text", "name": "county", "label": "县", "huiqi::fact": "prefecture"},
    {"type": "integer", "name": "staff", "label": "职工人数", "huiqi::fact": "employees"},
    {"type": "decimal", "name": "sales", "label": "收入", "huiqi::fact": "revenue", "huiqi::unit": "wan"},
    {"type": "end_group", "name": "firm"},
]


def registered() -> Any:
    """A firm of Liuyang with 45 people and 12.8 million yuan."""
    load_reference(province="430000")
    firm = make_firm(facts={"employees": 45})
    state(firm, {"revenue": 1_280_000_000}, period="2019")
    return firm


def begun(client: Client, **more: Any) -> str:
    survey = make_survey(questionnaire=make_questionnaire(original=make_xlsx(QUESTIONS)), **more)
    answer = client.post(reverse("surveys:cover", args=[survey.slug]))
    return answer["Location"].split("/")[3]


def answers() -> dict[str, str]:
    given: dict[str, str] = json.loads(Response.objects.latest("pk").answers or "{}")
    return given


# --- refusals -----------------------------------------------------------------------------------------


def test_who_types_a_firms_code_is_shown_only_what_everybody_may_know_of_it(client):
    firm = registered()
    token = begun(client)
    answer = client.post(reverse("surveys:firm", args=[token]), {"credit_code": firm.credit_code})
    assert answer["Location"] == reverse("surveys:page", args=[token, 1])
    shown = client.get(answer["Location"]).content.decode()
    given = answers()
    assert (given["/data/firm/uscc"], given["/data/firm/county"]) == (firm.credit_code, "浏阳市")
    assert "/data/firm/staff" not in given
    assert "/data/firm/sales" not in given
    assert 'value="45"' not in shown
    assert "已带入" in shown


def test_signing_in_for_another_firm_brings_in_nothing(enter):
    firm = registered()
    client = enter("firm")
    token = begun(client)
    answer = client.post(reverse("surveys:own_firm", args=[token]), {"firm": firm.public_id})
    assert answer.status_code == 404
    assert answers() == {}


def test_choosing_ones_firm_is_no_others_page_to_do(enter):
    firm = registered()
    client = enter("firm")
    make_member(firm, play("firm"))
    token = begun(client)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    answer = strict.post(reverse("surveys:own_firm", args=[token]), {"firm": firm.public_id})
    assert answer.status_code == 403
    assert answers() == {}


def test_another_code_takes_out_what_came_in_for_the_first(client):
    firm = registered()
    token = begun(client)
    client.post(reverse("surveys:firm", args=[token]), {"credit_code": firm.credit_code})
    other = make_firm(county="430302").credit_code
    client.post(reverse("surveys:firm", args=[token]), {"credit_code": other})
    assert answers()["/data/firm/uscc"] == other
    assert answers()["/data/firm/county"] == "雨湖区"


def test_an_anonymous_form_asks_for_no_firm(client):
    token = begun(client, is_anonymous=True)
    assert client.get(reverse("surveys:firm", args=[token])).status_code == 404


def test_a_code_with_a_slip_is_told_and_kept(client):
    token = begun(client)
    answer = client.post(reverse("surveys:firm", args=[token]), {"credit_code": "91430181MA4L16JQ9"})
    assert answer.status_code == 422
    assert 'value="91430181MA4L16JQ9"' in answer.content.decode()
    skipped = client.post(reverse("surveys:firm", args=[token]), {"do": "skip"})
    assert skipped["Location"] == reverse("surveys:page", args=[token, 1])


# --- what comes in ------------------------------------------------------------------------------------


def test_the_firms_own_person_finds_its_facts_and_may_correct_them(enter):
    firm = registered()
    client = enter("firm")
    make_member(firm, play("firm"))
    token = begun(client)
    assert firm.name in client.get(reverse("surveys:firm", args=[token])).content.decode()
    client.post(reverse("surveys:own_firm", args=[token]), {"firm": firm.public_id})
    assert (answers()["/data/firm/staff"], answers()["/data/firm/sales"]) == ("45", "1280")
    address = reverse("surveys:page", args=[token, 1])
    page = client.get(address)
    data = {name: page.context["form"].asked[name].value for name in page.context["form"].asked}
    client.post(address, {**data, "data-firm-staff": "50", "drawn": page.context["form"].drawn()})
    row = Response.objects.latest("pk")
    origins = Trail.read(row.prefilled).origins
    assert origins["/data/firm/staff"].is_corrected
    assert not origins["/data/firm/sales"].is_corrected
    assert "已更正" in client.get(address).content.decode()
    assert row.enterprise == firm


def test_the_last_waves_answers_are_the_next_ones_start():
    wave = make_campaign()
    invitation = Invitation.objects.filter(wave=wave).order_by("pk").first()
    answer_by(make_code_for(invitation), status="open")
    first = Response.objects.latest("pk")
    next_wave = type(wave).objects.create(
        survey=wave.survey, number=2, opens_on=ON, closes_on=wave.closes_on, state="open"
    )
    fields = ("enterprise", "stratum", "weight_population", "weight_sample")
    again = Invitation.objects.create(wave=next_wave, **{name: getattr(invitation, name) for name in fields})
    made = begin_invited(again, make_code_for(again), today=ON, at=at("2020-03-08"))
    before, after = first.given(), made.given()
    assert after["/data/state/status"] == before["/data/state/status"] == "open"
    assert Trail.read(made.prefilled).origins["/data/state/status"].kind == "last_wave"
