"""Ask, take up, entitle: an answer becomes a case with a clock, and the policies that fit are shown."""

import json
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.cases.models import Case, CaseSheet, Draft
from huiqi.cases.tests.make import load_shipped
from huiqi.cases.workflow import Channel
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.enterprises.models import Statement
from huiqi.enterprises.tests.make import make_firm
from huiqi.surveys.commands.helping import Caller, turn_into_case
from huiqi.surveys.commands.meanings import file_facts, keep_outcomes
from huiqi.surveys.models import PolicyReach, Response, Survey, Wish
from huiqi.surveys.queries.filling import session_of
from huiqi.surveys.queries.outcomes import became_of, reach_rows
from huiqi.surveys.tests.make import make_editor, make_questionnaire, make_survey, shipped_xlsx

pytestmark = pytest.mark.django_db

CODE = "91430181MA4L16JQ9P"
FIRM = {"data-firm-uscc": CODE, "data-firm-county": "430181", "data-firm-employees": "60"}
NOW = {
    "data-now-status": "partial",
    "data-now-why_not": ["masks"],
    "data-now-overall": "bad",
}
MONEY = {"data-money-rev_2020": "down20", "data-money-cash_months": "m1", "data-money-pressure": "wages"}
WISH = {"data-wish-want": ["finance"], "data-wish-appeal": "", "data-wish-consent": "call"}


def make_day_one(**changes) -> Survey:
    load_shipped()
    actor = make_editor()
    questionnaire = make_questionnaire(actor, shipped_xlsx("day-one"))
    return make_survey(actor=actor, questionnaire=questionnaire, **changes)


def answered(client: Client, survey: Survey, **wish) -> tuple[str, str]:
    """The form filled in and sent; its token and the page that came back."""
    begun = client.post(reverse("surveys:cover", args=[survey.slug]))
    token = begun["Location"].split("/")[3]
    for number, given in enumerate((FIRM, NOW, MONEY, {**WISH, **wish}), 1):
        where = reverse("surveys:page", args=[token, number])
        # What an answer opens is on the page from then on.
        client.post(where, {**given, "do": "refresh"})
        page = client.post(where, given)
        assert page.status_code == 302, page.content.decode()
    sent = client.post(reverse("surveys:check", args=[token]), follow=True)
    assert sent.status_code == 200, sent.content.decode()
    return token, sent.content.decode()


def tap(client: Client, token: str, wish: Wish):
    return client.post(reverse("surveys:ask_for_help", args=[token, wish.public_id]))


# --- refusals -----------------------------------------------------------------------------------------


def test_nobody_elses_wish_is_opened_by_ones_own_link(client):
    survey = make_day_one()
    answered(client, survey)
    stranger = Wish.objects.order_by("pk")[0]
    other = make_survey(actor=make_editor("liuyang"), questionnaire=survey.questionnaire)
    token, _shown = answered(client, other)
    assert tap(client, token, stranger).status_code == 404
    assert (
        client.post(reverse("surveys:ask_for_help", args=["x" * 43, stranger.public_id])).status_code == 404
    )


def test_an_anonymous_survey_offers_a_plain_request_and_keeps_no_wish(client):
    _token, shown = answered(client, make_day_one(is_anonymous=True))
    assert "现金只能维持1个月以内" in shown and "匿名" in shown
    assert reverse("cases:ask", args=["request"]) in shown
    assert not Wish.objects.exists()


def test_an_office_turns_nothing_into_a_case_without_consent_or_a_number(client):
    answered(client, make_day_one(), **{"data-wish-consent": "stats"})
    officer, wish = make_user(role=Role.OFFICER, unit=make_office("liuyang")), Wish.objects.order_by("pk")[0]
    with pytest.raises(Refused, match="没有同意"):
        turn_into_case(wish, Caller("李", "13800000000"), actor=officer, at=clock.now())
    Wish.objects.update(may_contact=True)
    with pytest.raises(Refused, match="没有联系电话"):
        turn_into_case(wish, Caller(), actor=officer, at=clock.now())
    assert not Case.objects.exists()


def test_a_code_typed_into_an_open_link_files_nothing_to_the_register(client):
    answered(client, make_day_one())
    assert not Statement.objects.exists()


def test_offices_see_the_wishes_of_their_own_region_alone(client, enter):
    answered(client, make_day_one())
    wish = Wish.objects.get(topic="finance")
    for part, status in (("county", 200), ("direct_county", 404), ("other_city", 404)):
        browser = enter(part)
        assert browser.get(reverse("surveys:wish", args=[wish.public_id])).status_code == status, part
        listed = browser.get(reverse("surveys:wishes")).content.decode()
        assert (wish.title in listed) is (status == 200), part
        browser.post(reverse("surveys:turn_wishes"), {"wish": [wish.public_id]})
    assert not Case.objects.exists()


def test_many_are_turned_each_for_itself_and_what_was_not_is_told(client, enter):
    survey = make_day_one()
    answered(client, survey)
    Response.objects.update(phone="13800001234")
    wishes = list(Wish.objects.order_by("pk"))
    Wish.objects.filter(pk=wishes[0].pk).update(may_contact=False)
    given = {"wish": [one.public_id for one in wishes]}
    answer = enter("county").post(reverse("surveys:turn_wishes"), given)
    assert answer.status_code == 409
    assert "没有同意" in answer.content.decode()
    assert Case.objects.count() == len(wishes) - 1
    again = enter("county").post(reverse("surveys:turn_wishes"), given)
    assert "不会再转一次" in again.content.decode()
    assert Case.objects.count() == len(wishes) - 1


def test_few_answers_on_a_policy_are_not_shown(client, enter):
    survey = make_day_one()
    wave = survey.waves.get()
    for number in range(13):
        county, standing = ("430181", "had") if number < 12 else ("430121", "fits")
        PolicyReach.objects.create(
            wave=wave, prefecture=county, policy="si-defer", standing=standing, as_of=date(2020, 3, 1)
        )
    rows = reach_rows(PolicyReach.objects.all(), by_county=True)
    assert all(row.n is None for row in rows)
    (row,) = reach_rows(PolicyReach.objects.filter(prefecture="430181"), by_county=False)
    assert (row.n, row.counts[0]) == (12, 12)
    assert enter("analyst").get(reverse("surveys:reach")).status_code == 200
    assert enter("firm").get(reverse("surveys:reach")).status_code == 404


@pytest.mark.parametrize(("consent", "filed"), [("stats", 0), ("call", 1)])
def test_figures_of_an_invited_firm_are_filed_as_its_own_word_when_it_agrees(client, consent, filed):
    survey = make_day_one()
    client.post(reverse("surveys:cover", args=[survey.slug]))
    response = Response.objects.get()
    response.enterprise = make_firm()
    response.answers = json.dumps({"/data/firm/employees": "61", "/data/wish/consent": consent})
    session = session_of(response, today=date(2020, 3, 1), now=clock.now())
    file_facts(response, session, on=date(2020, 3, 1), at=clock.now())
    said = Statement.objects.filter(fact="employees", filing__source="survey")
    assert said.count() == filed
    if filed:
        row = said.get()
        assert (row.number, row.standing) == (61, "claimed")


# --- the chain ----------------------------------------------------------------------------------------


def test_an_answer_becomes_a_case_with_a_clock_and_the_policies_that_fit_are_shown(client, enter):
    survey = make_day_one()
    token, shown = answered(client, survey)
    # What was named is offered, and policies are judged by the facts of the answers.
    assert "现金只能维持1个月以内，需要融资" in shown
    assert "防护物资不足，影响复工" in shown
    assert "按您的回答，可能用得上的政策" in shown
    assert "以认定机关为准" in shown
    wish = Wish.objects.get(topic="finance")
    assert (wish.prefecture, wish.may_contact) == ("430181", True)
    # One tap: a draft with everything but the contact.
    opened = client.get(tap(client, token, wish)["Location"])
    link = opened["Location"].split("/")[3]
    assert opened["Location"] == reverse("cases:draft_step", args=[link, "contact"])
    step = reverse("cases:draft_step", args=[link, "contact"])
    client.post(step, {"name": "陈静", "phone": "13800001234"})
    who = client.get(reverse("cases:draft_step", args=[link, "who"])).content.decode()
    assert CODE in who and 'value="430181" selected' in who
    given = {"credit_code": CODE, "firm_name": "浏阳某厂", "county": "430181"}
    client.post(reverse("cases:draft_step", args=[link, "who"]), given)
    matter = {
        "topic": "finance",
        "item-wanted": "协调贷款",
        "item-asked_before": "no",
        "item-in_court": "no",
    }
    client.post(reverse("cases:draft_step", args=[link, "matter"]), matter)
    checked = client.get(reverse("cases:draft_check", args=[link])).content.decode()
    assert "现金只能维持1个月以内，需要融资" in checked
    sent = client.post(reverse("cases:draft_send", args=[link]))
    assert sent["Location"] == reverse("cases:draft_receipt", args=[link])
    # A case with a number, a desk and a clock.
    case = Case.objects.get()
    assert (case.channel, case.prefecture, case.due_at is not None) == (Channel.SURVEY, "430181", True)
    sheet = json.loads(CaseSheet.objects.get(case=case).content)
    rows = [tuple(row) for section in sheet["sections"] for row in section["rows"]]
    assert ("账上的现金还能维持多久？", "1个月以内") in rows
    assert sheet["version"] == "2020.1"
    # Never twice: the same answer tells its number.
    assert tap(client, token, wish)["Location"] == reverse("surveys:done", args=[token])
    assert case.spoken_number in client.get(reverse("surveys:done", args=[token])).content.decode()
    assert Case.objects.count() == 1
    # The office sees the answers on the case's page, and the survey counts what became of it.
    page = enter("county").get(reverse("cases:case", args=[case.public_id])).content.decode()
    assert "账上的现金还能维持多久？" in page and "问卷中的回答" in page
    became = became_of(survey)
    assert (became.wishes, became.cases, became.open) == (Wish.objects.count(), 1, 1)


def test_two_taps_begin_one_draft(client):
    token, _shown = answered(client, make_day_one())
    wish = Wish.objects.get(topic="finance")
    assert tap(client, token, wish).status_code == tap(client, token, wish).status_code == 302
    assert Draft.objects.count() == 1


def test_how_far_policies_reached_is_kept_by_policy(client):
    actor = make_editor()
    questionnaire = make_questionnaire(actor, shipped_xlsx("impact"))
    survey = make_survey(actor=actor, questionnaire=questionnaire)
    begun = client.post(reverse("surveys:cover", args=[survey.slug]))
    token = begun["Location"].split("/")[3]
    response = Response.objects.get()
    answers = {
        "/data/firm/county": "430181",
        "/data/policies/p_social": "had",
        "/data/policies/p_rent": "fits",
        "/data/wish/why_no_policy": "papers",
    }
    Response.objects.filter(pk=response.pk).update(answers=json.dumps(answers))
    response.refresh_from_db()
    session = session_of(response, today=date(2020, 3, 1), now=clock.now())
    keep_outcomes(response, session, on=date(2020, 3, 1))
    kept = PolicyReach.objects.order_by("policy").values_list("policy", "standing", "reasons", "prefecture")
    assert list(kept) == [
        ("rent-3m-state-owned", "fits", "papers", "430181"),
        ("si-exempt-msme", "had", "", "430181"),
    ]
    assert token
