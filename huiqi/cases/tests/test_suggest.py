"""Suggestions of topic and unit say why, never insist, and are measured."""

from datetime import timedelta

import pytest

from huiqi.accounts.models import Unit, UnitKind
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_unit
from huiqi.cases.commands.desk import accept_case, classify_case
from huiqi.cases.commands.handling import send_back
from huiqi.cases.commands.suggestions import keep_choice
from huiqi.cases.models import Case, Suggested, Suggestion
from huiqi.cases.queries.suggestions import acceptance, suggest_topics, suggest_topics_of, suggest_units
from huiqi.cases.tests.make import at, load_shipped, make_case, make_lead, make_officer
from huiqi.cases.workflow import State

pytestmark = pytest.mark.django_db


def topics(text: str, item: str = "shortage") -> list[tuple[str, str]]:
    definition = load_shipped()[item].definition
    return [(each.topic, str(each.reason)) for each in suggest_topics(definition, text, at=at())]


def test_a_text_that_says_none_of_the_words_gets_no_suggestion():
    assert topics("我们厂里有点困难") == []


def test_a_text_longer_than_any_is_read_to_a_limit():
    assert topics("啊" * 5000 + "口罩") == []


def test_the_reason_names_the_words_that_were_found():
    assert topics("急需口罩和隔离衣，厂里只够两天")[0] == ("protective", "文中有“隔离衣”“口罩”")


def test_a_word_of_one_character_counts_only_as_a_word():
    assert ("vehicles", "文中有“拦”") in topics("车在路口被拦", "shortage")
    assert topics("沿江的拦河坝", "shortage") == []


def test_words_that_belong_to_one_topic_weigh_more_than_shared_ones():
    found = [topic for topic, _why in topics("员工返岗，包车回来", "shortage")]
    assert found[0] == "people"


def test_history_tips_the_scale_and_is_said():
    load_shipped()
    for _ in range(12):
        make_case(item="shortage", topic="materials", title="运输受阻原料断供", state=State.ACCEPTED)
    make_case(
        item="shortage", topic="vehicles", title="运输", when=at() - timedelta(days=40), state=State.ACCEPTED
    )
    make_case(item="shortage", topic="vehicles", title="原料运输")  # nobody has looked at it yet
    found = topics("原料运输停了")
    assert found[0] == ("materials", "文中有“原料”；近30天说到它们的12件归入这一主题")
    assert dict(found)["vehicles"] == "文中有“运输”"


def test_no_suggestion_costs_more_than_one_query(assert_queries):
    definition = load_shipped()["shortage"].definition
    with assert_queries(1):
        suggest_topics(definition, "急需口罩、隔离衣、原料、柴油", at=at())
    with assert_queries(0):
        suggest_topics(definition, "没有什么", at=at())


# --- units --------------------------------------------------------------------------------------------------


def labour_office() -> Unit:
    unit = make_unit("浏阳市人力资源和社会保障局", UnitKind.AUTHORITY)
    Unit.objects.filter(pk=unit.pk).update(function="labour")
    return Unit.objects.get(pk=unit.pk)


def centre_below(office: str = "liuyang") -> Unit:
    """A unit that the desk may assign to."""
    return make_unit("创业服务站", UnitKind.SERVICE, parent=make_office(office))


def labour_case(**more: object) -> Case:
    return make_case(item="request", topic="labour", title="招工难", **more)


def units(case: Case) -> list[tuple[str, str]]:
    return [(each.unit.name, str(each.reason)) for each in suggest_units(case, at=at())]


def test_a_topic_nobody_answers_for_gets_no_unit():
    load_shipped()
    assert units(labour_case()) == []


def test_the_topics_own_office_is_suggested_with_the_reason():
    load_shipped()
    office = labour_office()
    assert units(labour_case()) == [(office.name, f"主题“用工”由{office.name}牵头")]


def test_where_the_same_matters_went_lately_comes_first():
    load_shipped()
    office, centre = labour_office(), centre_below()
    for _ in range(3):
        labour_case(state=State.HANDLING, lead=centre)
    found = units(labour_case())
    assert found[0] == (centre.name, f"近30天同类3件派往{centre.name}")
    assert found[1][0] == office.name


def test_two_cases_are_chance_and_no_custom():
    load_shipped()
    office, centre = labour_office(), centre_below()
    for _ in range(2):
        labour_case(state=State.HANDLING, lead=centre)
    assert [name for name, _why in units(labour_case())] == [office.name]


def test_what_other_counties_do_is_no_custom_here():
    load_shipped()
    officer, centre = make_officer("longshan"), centre_below("longshan")
    for _ in range(3):
        labour_case(state=State.HANDLING, lead=centre, officer=officer, prefecture="433130")
    assert units(labour_case()) == []


def test_a_unit_that_sent_the_case_back_is_not_offered_again():
    load_shipped()
    officer = make_officer("liuyang")
    case = make_case(item="request", topic="other", state=State.ASSIGNED, officer=officer)
    assert [name for name, _why in units(case)] == [officer.unit.name]
    send_back(make_lead(case), reason="not-our-duty", text="属企业内部管理", actor=officer, at=at())
    assert units(Case.objects.get(pk=case.pk)) == []


def test_no_bank_is_guessed_only_the_one_that_was_named():
    load_shipped()
    mine, other = make_office("bank"), make_unit("演示银行长沙分行", UnitKind.BANK, "430100")
    Unit.objects.filter(pk__in=[mine.pk, other.pk]).update(function="bank")
    case = make_case(item="loan-pulled", topic="not-renewed", answers={"bank_name": "另一家银行"})
    assert units(case) == []
    case = make_case(item="loan-pulled", topic="not-renewed", answers={"bank_name": "演示银行浏阳支行"})
    assert units(case) == [(mine.name, f"诉求人写明的单位是{mine.name}")]


# --- the measure --------------------------------------------------------------------------------------------


def test_nothing_suggested_leaves_nothing_to_measure():
    case = make_case()
    keep_choice(case, Suggested.TOPIC, suggested="", chosen="tax", at=at())
    assert not Suggestion.objects.exists()
    assert acceptance(since=at("2020-02-01"), until=at("2020-04-01"))["topic"].percent is None


def test_only_the_first_decision_counts_and_the_rate_has_its_denominator():
    for chosen in ("work", "work", "tax"):
        keep_choice(make_case(), Suggested.TOPIC, suggested="work", chosen=chosen, at=at())
    case = Case.objects.order_by("pk")[2]
    keep_choice(case, Suggested.TOPIC, suggested="work", chosen="work", at=at())
    figure = acceptance(since=at("2020-03-01"), until=at("2020-04-01"))["topic"]
    assert (figure.taken, figure.decided, figure.percent) == (2, 3, 66)
    assert acceptance(since=at("2020-02-01"), until=at("2020-03-01"))["topic"].decided == 0


def test_dispatching_keeps_whether_the_suggested_unit_was_taken():
    load_shipped()
    make_case(item="request", topic="other", state=State.ASSIGNED)
    make_case(item="request", topic="other", state=State.ASSIGNED, lead=centre_below())
    figure = acceptance(since=at("2020-03-01"), until=at("2020-04-01"))["unit"]
    assert (figure.taken, figure.decided) == (1, 2)


# --- the desk takes a case up, and the firm's own history ----------------------------------------------


def kept(case):
    row = case.suggestions.filter(what=Suggested.TOPIC).first()
    return (row.suggested, row.chosen, row.was_taken) if row else None


def test_taking_a_case_up_keeps_whether_its_topic_is_the_suggested_one():
    load_shipped()
    officer = make_officer()
    case = make_case(item="request", topic="other", title="招工难", officer=officer)
    accept_case(case, actor=officer, at=at())
    assert kept(case) == ("labour", "other", False)
    case = make_case(item="request", topic="labour", title="招工难", officer=officer)
    accept_case(case, actor=officer, at=at())
    assert kept(case) == ("labour", "labour", True)


def test_who_sets_the_topic_right_first_took_the_suggestion():
    load_shipped()
    officer = make_officer()
    case = make_case(item="request", topic="other", title="招工难", officer=officer)
    classify_case(case, topic="labour", urgency="ordinary", actor=officer, at=at())
    accept_case(case, actor=officer, at=at())
    assert kept(case) == ("labour", "labour", True)


def test_what_a_machine_takes_up_measures_nothing():
    load_shipped()
    case = make_case(item="request", topic="other", title="招工难")
    accept_case(case, actor=None, at=at())
    assert kept(case) is None


def asked_before(count, *, topic="labour", when="2020-02-20", code="91430181MA4L16KA1X", **more):
    for _ in range(count):
        make_case(item="request", topic=topic, title="老问题", credit_code=code, when=at(when), **more)


def own_reasons(**more):
    asked = {"title": "请帮忙", "text": "急。", "credit_code": "91430181MA4L16KA1X", **more}
    case = make_case(item="request", topic="other", **asked)
    return [(each.topic, str(each.reason)) for each in suggest_topics_of(case, at=at())]


def test_what_the_firm_asked_before_is_suggested_with_the_reason():
    load_shipped()
    asked_before(2, state=State.ACCEPTED)
    assert own_reasons() == [("labour", "这家企业近一年反映过2件这一主题")]
    assert own_reasons(title="招工难")[0][1] == "文中有“招工”；这家企业近一年反映过2件这一主题"


def test_one_earlier_case_what_was_not_taken_up_other_firms_and_older_years_say_nothing():
    load_shipped()
    asked_before(1, state=State.ACCEPTED)
    asked_before(3)
    asked_before(3, state=State.ACCEPTED, code="91430181MA4L16KA2Y")
    asked_before(3, state=State.ACCEPTED, when="2019-02-20")
    assert own_reasons() == []


def test_the_page_says_the_suggestion_and_why_to_who_takes_the_case_up(client, settings):
    settings.REFERENCE_DATE = at().date()
    load_shipped()
    officer, reader = make_officer(), make_officer("liuyang", Role.ANALYST)
    case = make_case(item="request", topic="other", title="招工难", officer=officer)
    client.force_login(officer)
    page = client.get(f"/cases/{case.public_id}/").content.decode()
    assert "建议的主题是“用工”" in page and "文中有“招工”" in page
    client.force_login(reader)
    assert "建议的主题" not in client.get(f"/cases/{case.public_id}/").content.decode()
