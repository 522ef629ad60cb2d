"""划型异议: who may raise, follow and decide one, and what a decision does."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huiqi.accounts.tests.make import make_user
from huiqi.core.errors import Refused
from huiqi.enterprises.commands.disputes import (
    DisputeClosed,
    Ruling,
    reject_size_dispute,
    uphold_size_dispute,
    withdraw_size_dispute,
)
from huiqi.enterprises.commands.merging import merge_firms
from huiqi.enterprises.models import Enterprise, SizeDispute, Statement
from huiqi.enterprises.queries.disputes import judged_on, waited
from huiqi.enterprises.queries.history import fact_history
from huiqi.enterprises.tests.make import AT, ON, make_dispute, make_firm, make_member, state
from tests.harness.cast import play
from tests.harness.together import together

pytestmark = pytest.mark.django_db
FIGURES = {"gb4754": "2770", "employees": 35, "revenue": 12_000_000_00}
RULING = Ruling(None, "经核对社保人数，采纳", AT, ON)


def officer_ruling(name: str = "谭丽") -> Ruling:
    return Ruling(make_user(name=name), "经核对社保人数，采纳", AT, ON)


def fresh(firm: Enterprise) -> Enterprise:
    return Enterprise.objects.get(pk=firm.pk)


# --- commands -----------------------------------------------------------------------------------------


def test_a_second_dispute_is_refused_while_one_is_open():
    first = make_dispute()
    with pytest.raises(Refused, match="已有一件"):
        make_dispute(first.enterprise, first.raised_by)
    withdraw_size_dispute(first, actor=first.raised_by, at=AT)
    assert make_dispute(first.enterprise, first.raised_by).state == "open"


@pytest.mark.django_db(transaction=True)
def test_two_people_of_a_firm_who_raise_one_at_once_raise_one():
    firm = make_firm(facts=FIGURES)
    people = make_member(firm), make_member(firm, part="clerk")
    outcomes = together(*(lambda person=person: make_dispute(firm, person).public_id for person in people))
    assert sorted(type(one).__name__ for one in outcomes) == ["Refused", "str"]
    assert SizeDispute.objects.count() == 1


def test_to_claim_the_class_one_has_is_refused():
    with pytest.raises(Refused, match="就是这一类"):
        make_dispute(claimed_class="small")


def test_upheld_figures_are_confirmed_with_the_dispute_as_document_and_the_class_follows():
    dispute = make_dispute()
    upheld = uphold_size_dispute(dispute, adopt="figures", ruling=officer_ruling())
    firm = fresh(dispute.enterprise)
    assert (firm.employees, firm.size_class, upheld.state) == (18, "micro", "upheld")
    entry = fact_history(firm, "employees", ON)[0]
    assert (entry.standing, entry.document, entry.period) == (
        "confirmed",
        f"划型异议 {dispute.public_id}",
        "2019",
    )


@pytest.mark.parametrize(
    ("raised", "ruled", "year"),
    [
        (datetime(2020, 12, 30, 4, tzinfo=UTC), date(2020, 12, 31), "2019"),
        (datetime(2020, 12, 31, 15, 59, tzinfo=UTC), date(2021, 1, 4), "2019"),
        (datetime(2020, 12, 31, 16, tzinfo=UTC), date(2021, 1, 4), "2020"),  # New Year's Day in China
    ],
)
@pytest.mark.parametrize("adopt", ["figures", "class", "both"])
def test_figures_are_those_of_the_year_before_the_dispute_was_raised(raised, ruled, year, adopt):
    dispute = make_dispute()
    state(dispute.enterprise, FIGURES, as_of=date(2020, 12, 20))
    SizeDispute.objects.update(raised_at=raised)
    at = datetime(ruled.year, ruled.month, ruled.day, 2, tzinfo=UTC)
    uphold_size_dispute(dispute, adopt=adopt, ruling=Ruling(make_user(), "采纳", at, ruled))
    assert set(Statement.objects.filter(filing__source="officer").values_list("period", flat=True)) == {year}


def test_a_dispute_raised_after_a_fixed_reference_date_is_judged_by_that_date():
    dispute = make_dispute()
    SizeDispute.objects.update(raised_at=datetime(2026, 12, 31, 4, tzinfo=UTC))
    dispute.refresh_from_db()
    assert judged_on(dispute, ON) == ON


def test_an_upheld_class_stands_whatever_the_figures_say():
    dispute = make_dispute(figures={"employees": 36})
    uphold_size_dispute(dispute, adopt="class", ruling=officer_ruling())
    assert (fresh(dispute.enterprise).size_class, fresh(dispute.enterprise).employees) == ("micro", 35)


def test_to_uphold_what_would_change_nothing_is_refused_and_writes_nothing():
    dispute = make_dispute(figures={"employees": 36})
    before = Statement.objects.count()
    with pytest.raises(Refused, match="小型.*微型"):
        uphold_size_dispute(dispute, adopt="figures", ruling=officer_ruling())
    assert (Statement.objects.count(), SizeDispute.objects.get().state) == (before, "open")


def test_a_list_that_says_otherwise_is_not_overridden_by_an_office():
    dispute = make_dispute()
    state(dispute.enterprise, {"size_class": "small"}, standing="listed", as_of=date(2020, 1, 5))
    with pytest.raises(Refused, match="不是企业主张的"):
        uphold_size_dispute(dispute, adopt="both", ruling=officer_ruling())


def test_a_rejected_dispute_leaves_the_facts_alone():
    dispute = make_dispute()
    reject_size_dispute(dispute, ruling=officer_ruling())
    assert (fresh(dispute.enterprise).size_class, SizeDispute.objects.get().state) == ("small", "rejected")


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_who_decide_at_once_one_is_told():
    dispute = make_dispute()
    rulings = officer_ruling("甲"), officer_ruling("乙")
    outcomes = together(
        lambda: uphold_size_dispute(dispute, adopt="figures", ruling=rulings[0]).state,
        lambda: reject_size_dispute(dispute, ruling=rulings[1]).state,
    )
    assert sum(isinstance(one, DisputeClosed) for one in outcomes) == 1
    assert (fresh(dispute.enterprise).employees == 18) == (SizeDispute.objects.get().state == "upheld")


def test_the_dispute_of_a_row_merged_since_is_decided_on_the_firm_that_stands_for_it():
    dispute, kept = make_dispute(), make_firm()
    merge_firms(dropped=dispute.enterprise, kept=kept, reason="", actor=None, at=AT, on=ON)
    uphold_size_dispute(dispute, adopt="figures", ruling=officer_ruling())
    assert fresh(kept).size_class == "micro"


def test_waiting_is_counted_in_working_days_from_the_next_day():
    dispute = make_dispute()  # Thursday 20 February 2020
    days = [date(2020, 2, 20), date(2020, 2, 21), date(2020, 2, 24)]
    assert [waited(dispute, day) for day in days] == [0, 1, 2]


# --- the firm's pages ---------------------------------------------------------------------------------

FILLED = {
    "claimed_class": "micro",
    "employees": "18",
    "grounds": "社保缴费人数为18人",
    "is_committed": "on",
}


def raising(firm: Enterprise) -> str:
    return reverse("enterprises:dispute_raise", args=[firm.public_id])


def page(dispute: SizeDispute, name: str = "dispute") -> str:
    return reverse(f"enterprises:{name}", args=[dispute.public_id])


def test_who_does_not_act_for_the_firm_cannot_raise_a_dispute(enter):
    firm = make_firm(facts=FIGURES)
    for person in ("firm", "county", "province"):
        assert enter(person).get(raising(firm)).status_code == 404, person
        assert enter(person).post(raising(firm), FILLED).status_code == 404
    assert SizeDispute.objects.count() == 0


def test_a_person_who_left_the_firm_cannot_either(enter):
    firm = make_firm(facts=FIGURES)
    make_member(firm, play("firm")).memberships.update(ended_at=AT)
    assert enter("firm").get(raising(firm)).status_code == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"is_committed": ""}, "请勾选承诺"),
        ({"grounds": ""}, "理由"),
        ({"employees": ""}, "请至少填写一项数据"),
        ({"employees": "三十五"}, "应为整数"),
        ({"employees": "3000001"}, "不应超过"),
        ({"claimed_class": ""}, "应当划为"),
        ({"claimed_class": "small"}, "应当划为"),
        ({"revenue": "-5"}, "不能是负数"),
    ],
)
def test_a_dispute_filled_in_wrongly_says_what_and_keeps_the_text(enter, change, words):
    firm = make_firm(facts=FIGURES)
    make_member(firm, play("firm"))
    response = enter("firm").post(raising(firm), {**FILLED, **change})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert SizeDispute.objects.count() == 0


@pytest.mark.parametrize("part", ["owner", "clerk"])
def test_owner_and_clerk_see_why_raise_follow_and_withdraw(enter, part):
    firm = make_firm(facts=FIGURES)
    make_member(firm, play("firm"), part)
    browser = enter("firm")
    shown = browser.get(raising(firm)).content.decode()
    assert "从业人员35人" in shown
    done = browser.post(raising(firm), FILLED, follow=True)
    dispute = SizeDispute.objects.get()
    assert "待处理" in done.content.decode()
    assert (dispute.figures, dispute.claimed_class) == ({"employees": 18}, "micro")
    assert browser.get(raising(firm)).status_code == 302, "one at a time: the open one is shown instead"
    assert browser.post(raising(firm), FILLED).status_code == 409
    assert browser.post(page(dispute, "dispute_withdraw")).status_code == 302
    assert "企业撤回" in browser.get(page(dispute)).content.decode()
    assert browser.post(page(dispute, "dispute_withdraw")).status_code == 409


def test_a_person_of_a_merged_row_follows_the_dispute_of_the_firm(enter):
    firm, copy = make_firm(facts=FIGURES), make_firm()
    make_member(copy, play("firm"))
    merge_firms(dropped=copy, kept=firm, reason="", actor=None, at=AT, on=ON)
    assert enter("firm").get(raising(firm)).status_code == 200


# --- the office's pages -------------------------------------------------------------------------------

UPHELD = {"verdict": "uphold", "adopt": "figures", "opinion": "经核对社保人数，采纳"}


def test_an_officer_of_another_place_and_people_without_the_power_see_no_dispute(enter):
    dispute = make_dispute()
    for person in ("other_city", "park", "direct_county", "window_clerk", "analyst", "firm"):
        assert enter(person).get(page(dispute)).status_code == 404, person
        assert enter(person).post(page(dispute, "dispute_decide"), UPHELD).status_code == 404
    assert enter("county").post(page(dispute, "dispute_withdraw")).status_code == 404
    assert SizeDispute.objects.get().state == "open"


@pytest.mark.parametrize(
    ("change", "words"),
    [({"opinion": ""}, "处理意见"), ({"adopt": ""}, "请选择采纳什么"), ({"verdict": ""}, "处理")],
)
def test_a_decision_without_its_parts_is_asked_for_again(enter, change, words):
    dispute = make_dispute()
    response = enter("county").post(page(dispute, "dispute_decide"), {**UPHELD, **change})
    assert response.status_code == 422
    assert words in response.content.decode()


def test_a_decision_without_effect_is_explained_beside_the_choice(enter):
    dispute = make_dispute(figures={"employees": 36})
    response = enter("county").post(page(dispute, "dispute_decide"), UPHELD)
    assert response.status_code == 422
    assert "按主张认定" in response.content.decode()


def test_the_firm_reads_the_outcome_and_its_reason(enter):
    firm = make_firm(facts=FIGURES)
    dispute = make_dispute(firm, make_member(firm, play("firm")))
    assert enter("city").post(page(dispute, "dispute_decide"), UPHELD).status_code == 302
    seen = enter("firm").get(page(dispute)).content.decode()
    assert "采纳" in seen
    assert "经核对社保人数，采纳" in seen
    assert fresh(firm).size_class == "micro"


def test_whoever_decides_second_is_shown_what_the_first_decided_and_keeps_the_own_words(enter):
    dispute = make_dispute()
    reject_size_dispute(dispute, ruling=officer_ruling("李四"))
    response = enter("county").post(page(dispute, "dispute_decide"), {**UPHELD, "opinion": "我的意见"})
    text = response.content.decode()
    assert response.status_code == 409
    assert "李四" in text
    assert "我的意见" in text


def test_the_list_shows_who_waits_at_the_same_cost_whatever_its_length(enter):
    county, address = enter("county"), reverse("enterprises:disputes")
    make_dispute()
    with CaptureQueriesContext(connection) as one:
        assert "小型 → 微型" in county.get(address).content.decode()
    for _ in range(4):
        make_dispute()
    with CaptureQueriesContext(connection) as five:
        assert county.get(address).content.decode().count("小型 → 微型") == 5
    assert len(five) == len(one)


def test_the_longest_waiting_comes_first(enter):
    late, early = (
        make_dispute(make_firm("后来公司", facts=FIGURES)),
        make_dispute(make_firm("先到公司", facts=FIGURES)),
    )
    SizeDispute.objects.filter(pk=early.pk).update(raised_at=late.raised_at - timedelta(days=5))
    text = enter("county").get(reverse("enterprises:disputes")).content.decode()
    assert text.index("先到公司") < text.index("后来公司")
    closed = enter("county").get(reverse("enterprises:disputes"), {"show": "closed"}).content.decode()
    assert "这里还没有记录" in closed
