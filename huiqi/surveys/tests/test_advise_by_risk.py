"""The shipped self-check 防控自查 advises by the level of the county on the day, and punishes no honesty."""

from datetime import date

import pytest
from django.urls import reverse

from huiqi.core import clock
from huiqi.enterprises.models import Statement
from huiqi.reference.commands import record_risk_levels
from huiqi.reference.risk_levels import NewLevel
from huiqi.surveys.models import Response, Wish
from huiqi.surveys.tests.make import at, make_questionnaire, make_survey, shipped_xlsx

pytestmark = pytest.mark.django_db
COUNTY = "data-where-county"


def begin(client):
    survey = make_survey(questionnaire=make_questionnaire(original=shipped_xlsx("self-check")))
    return client.post(reverse("surveys:cover", args=[survey.slug]))["Location"].split("/")[3]


def page(client, token, number):
    return client.get(reverse("surveys:page", args=[token, number])).content.decode()


def post(client, token, number, **given):
    return client.post(reverse("surveys:page", args=[token, number]), {"do": "next", **given})


def record(level: str, document: str = "浏指通〔2020〕7号") -> None:
    new = NewLevel("430181", level, date(2020, 2, 17), None, document, date(2020, 2, 17))
    record_risk_levels([new], actor=None, at=at())


def test_without_a_county_the_form_says_that_it_knows_no_level_and_goes_on(client):
    record("low")
    token = begin(client)
    assert post(client, token, 1, **{COUNTY: ""}).status_code == 302
    shown = page(client, token, 2)
    assert "没有查到所在县（市、区）今天的风险等级" in shown
    assert "低风险地区" not in shown


def test_a_county_without_a_level_is_told_so_and_not_taken_for_medium(client):
    token = begin(client)
    post(client, token, 1, **{COUNTY: "430181"})
    shown = page(client, token, 2)
    assert "没有查到" in shown
    assert "不影响自查" in shown
    assert "中风险地区" not in shown


def test_a_level_that_is_posted_by_hand_does_not_count(client):
    record("high")
    token = begin(client)
    post(client, token, 1, **{COUNTY: "430181", "data-risk_level": "low"})
    assert "所在地是高风险地区" in page(client, token, 2)


@pytest.mark.parametrize(("level", "word"), [("low", "低"), ("medium", "中"), ("high", "高")])
def test_the_advice_follows_the_countys_level_with_its_document(client, level, word):
    record(level)
    token = begin(client)
    assert post(client, token, 1, **{COUNTY: "430181"}).status_code == 302
    assert f"所在地是{word}风险地区（2020年2月17日起，浏指通〔2020〕7号）" in page(client, token, 2)


def test_a_decision_made_while_people_answer_shows_at_once_and_a_sent_form_keeps_its_own(client):
    record("high")
    token = begin(client)
    post(client, token, 1, **{COUNTY: "430181"})
    new = NewLevel("430181", "low", date(2020, 2, 20), None, "浏指通〔2020〕9号", clock.today())
    record_risk_levels([new], actor=None, at=at())
    assert "低风险地区" in page(client, token, 2)
    checks = {"c_plan": "prepare", "c_masks": "prepare", "c_roster": "prepare"}
    checks |= dict.fromkeys(("c_temperature", "c_air", "c_meals", "c_meetings", "c_fever"), "daily")
    post(client, token, 2, **{"data-start-back": "30", "data-start-from_risk": "0"})
    for number, group in ((3, "prepare"), (4, "daily")):
        here = {f"data-{group}-{name}": "help" for name, at_ in checks.items() if at_ == group}
        assert post(client, token, number, **here).status_code == 302
    assert post(client, token, 5, **{"data-advice-need": "masks"}).status_code == 302
    client.post(reverse("surveys:check", args=[token]))
    sent = Response.objects.sent().get()
    assert sent.given()["/data/risk_level"] == "low"
    # Who said that nothing was done is offered help, in the county's queue; no file of the firm says so.
    assert Wish.objects.get().prefecture == "430181"
    assert not Statement.objects.exists()
