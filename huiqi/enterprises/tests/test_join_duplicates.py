"""Rows that may be one firm: found, decided, undone; the pages."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huiqi.accounts.tests.make import make_user
from huiqi.core.models import Job, JobState
from huiqi.enterprises.commands.duplicates import (
    Decision,
    PairDecided,
    decide_distinct,
    decide_same,
    find_duplicates,
    last_count,
    undo_decision,
)
from huiqi.enterprises.models import (
    Contact,
    DuplicatePair,
    Enterprise,
    FormerIdentity,
    Membership,
    Merging,
    Succession,
)
from huiqi.enterprises.queries.duplicates import side_by_side
from huiqi.enterprises.tests.make import AT, ON, make_firm, state
from tests.harness.cast import play
from tests.harness.together import together

pytestmark = pytest.mark.django_db
PLACE = {"gb4754": "3419"}


def find() -> int:
    return last_count(find_duplicates(actor=None, at=AT))


def decision(reason: str = "同一家") -> Decision:
    return Decision(None, reason, AT, ON)


def twins(county: str = "430181") -> tuple[Enterprise, Enterprise]:
    """Two rows of one name in one place."""
    first = make_firm(name="浏阳湘瑞机械有限公司", county=county, facts=PLACE)
    return first, make_firm(name="浏阳湘瑞机械有限责任公司", county=county, facts=PLACE)


def pair_of_twins(county: str = "430181") -> DuplicatePair:
    first, second = twins(county)
    return DuplicatePair.objects.create(first=first, second=second, signals=["name", "place"], found_at=AT)


def fresh(firm: Enterprise) -> Enterprise:
    return Enterprise.objects.get(pk=firm.pk)


# --- finding ------------------------------------------------------------------------------------------


def test_one_signal_is_not_enough():
    make_firm(name="浏阳湘瑞机械有限公司", county="430181", facts=PLACE)
    make_firm(name="湘潭湘瑞机械有限公司", county="430302", facts=PLACE)
    assert find() == 0


def test_equal_names_in_one_place_are_proposed_once():
    first, second = twins()
    assert (find(), find()) == (1, 0)
    pair = DuplicatePair.objects.get()
    assert (pair.first, pair.second, pair.signals) == (first, second, ["name", "place"])


def test_each_signal_is_found_in_the_database():
    first = make_firm(name="浏阳湘瑞机械有限公司", county="430181", facts=PLACE)
    by_sound = make_firm(name="浏阳湘锐机械有限公司", county="430181", facts=PLACE)
    by_past = make_firm(name="湖南恒发商贸有限公司", county="430181", facts=PLACE)
    FormerIdentity.objects.create(
        enterprise=by_past,
        kind="name",
        value="浏阳湘瑞机械有限公司",
        until_on=ON,
        reason="renamed",
        recorded_at=AT,
    )
    by_phone = make_firm(name="长沙湘瑞机械厂", county="430121")
    for firm in (first, by_phone):
        Contact.objects.create(enterprise=firm, phone="13812345678", source="register")
    find()
    pairs = {pair.second: pair.signals for pair in DuplicatePair.objects.filter(first=first)}
    assert pairs == {
        by_sound: ["sound", "place"],
        by_past: ["former", "place"],
        by_phone: ["core", "phone"],
    }


def test_the_same_organisation_code_in_two_credit_codes_is_a_signal():
    first = make_firm(name="浏阳湘瑞机械有限公司", facts=PLACE, credit_code="91430181MA0000007X")
    second = make_firm(name="改了名的公司", facts=PLACE, credit_code="92430181MA0000007X")
    find()
    assert DuplicatePair.objects.get().signals == ["code_body", "place"]
    assert {first, second} == {DuplicatePair.objects.get().first, DuplicatePair.objects.get().second}


def test_a_telephone_of_many_firms_is_an_agents_and_no_signal():
    for number in range(25):
        firm = make_firm(name=f"代账客户第{number}号湘瑞公司", facts=PLACE)
        Contact.objects.create(enterprise=firm, phone="13812345678", source="register")
    assert find() == 0


def test_merged_rows_and_lawful_successors_are_not_proposed():
    first, second = twins()
    Succession.objects.create(predecessor=second, successor=first, kind="merger", on=ON, recorded_at=AT)
    assert find() == 0


def test_what_was_found_to_be_two_firms_is_never_proposed_again():
    twins()
    find()
    decide_distinct(DuplicatePair.objects.get(), decision=decision("两家"))
    assert find() == 0
    assert DuplicatePair.objects.get().state == "distinct"


def test_the_command_says_how_many_it_found(capsys):
    twins()
    call_command("find_duplicates", "--json")
    assert capsys.readouterr().out.strip() == '{"found": 1}'


# --- deciding -----------------------------------------------------------------------------------------


def test_after_merging_facts_and_people_are_those_of_both_and_after_undoing_each_has_its_own():
    pair = pair_of_twins()
    first, second = pair.first, pair.second
    state(first, {"employees": 30})
    state(second, {"vacancies": 5}, as_of=date(2020, 2, 20))
    person = play("firm")
    Membership.objects.create(enterprise=second, user=person, part="owner", began_at=AT)
    decide_same(pair, kept=first, decision=decision())
    assert (fresh(first).employees, fresh(first).vacancies) == (30, 5)
    assert list(Enterprise.objects.visible_to(person, ON)) == [first]
    state(second, {"invention_patents": 3})
    assert fresh(first).invention_patents == 3
    undo_decision(pair, decision=decision("看错了"))
    kept, dropped = fresh(first), fresh(second)
    assert (kept.employees, kept.vacancies, kept.invention_patents) == (30, None, None)
    assert (dropped.employees, dropped.vacancies, dropped.invention_patents) == (None, 5, 3)
    assert list(Enterprise.objects.visible_to(person, ON)) == [second]
    assert DuplicatePair.objects.get().state == "open"
    assert Merging.objects.get().undo_reason == "看错了"


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_who_decide_at_once_one_is_told():
    pair = pair_of_twins()
    outcomes = together(
        lambda: decide_same(pair, kept=pair.first, decision=decision()).state,
        lambda: decide_distinct(pair, decision=decision()).state,
    )
    assert sum(isinstance(one, PairDecided) for one in outcomes) == 1
    assert Merging.objects.count() == (DuplicatePair.objects.get().state == "merged")


def test_side_by_side_says_what_differs_and_who_would_bring_what():
    pair = pair_of_twins()
    state(pair.first, {"employees": 30, "own_brand": True})
    state(pair.second, {"employees": 35, "vacancies": 5}, as_of=date(2020, 2, 20))
    for state_ in ("open", "merged"):
        if state_ == "merged":
            pair = decide_same(pair, kept=pair.first, decision=decision())
        lines = {line.fact.id: line for line in side_by_side(pair, ON).facts}
        employees = lines["employees"]
        shown = employees.first_shown, employees.second_shown, employees.together_shown
        assert (shown, employees.differs, employees.brought_by) == (("30人", "35人", "35人"), True, "second")
        assert (lines["own_brand"].differs, lines["own_brand"].brought_by) == (False, "first")
        assert lines["prefecture"].brought_by == ""


# --- pages --------------------------------------------------------------------------------------------


def page(pair: DuplicatePair, name: str = "duplicate") -> str:
    return reverse(f"enterprises:{name}", args=[pair.public_id])


def test_an_officer_who_sees_only_one_of_the_two_sees_no_pair(enter):
    pair = pair_of_twins()
    state(pair.second, {"prefecture": "430302"}, as_of=date(2020, 2, 1))
    for person in ("county", "other_city", "window_clerk", "firm"):
        assert enter(person).get(page(pair)).status_code == 404, person
        assert enter(person).post(page(pair), {"verdict": "distinct", "reason": "x"}).status_code == 404
        assert enter(person).post(page(pair, "duplicate_undo"), {"reason": "x"}).status_code == 404
    assert enter("province").get(page(pair)).status_code == 200


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "判断"),
        ({"verdict": "same", "reason": "同一家"}, "保留哪一条"),
        ({"verdict": "distinct", "reason": ""}, "理由"),
        ({"verdict": "distinct", "reason": "长" * 201}, "200"),
        ({"verdict": "same", "kept": "somebody-else", "reason": "x"}, "保留哪一条"),
    ],
)
def test_a_decision_without_its_parts_is_asked_for_again(enter, data, words):
    pair = pair_of_twins()
    response = enter("county").post(page(pair), data)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert DuplicatePair.objects.get().state == "open"


def test_an_officer_merges_looks_and_undoes(enter):
    pair, county = pair_of_twins(), enter("county")
    data = {"verdict": "same", "kept": pair.second.public_id, "reason": "执照相同"}
    assert "可以在本页撤销" in county.post(page(pair), data, follow=True).content.decode()
    assert fresh(pair.first).merged_into == pair.second
    done = county.get(reverse("enterprises:duplicates"), {"show": "merged"})
    assert "执照相同" in done.content.decode()
    assert county.post(page(pair, "duplicate_undo"), {"reason": ""}).status_code == 422
    county.post(page(pair, "duplicate_undo"), {"reason": "看错了"})
    assert fresh(pair.first).merged_into is None


def test_whoever_comes_second_is_shown_what_the_first_decided(enter):
    pair, county = pair_of_twins(), enter("county")
    colleague = make_user(name="李四")
    decide_distinct(pair, decision=Decision(colleague, "两家的法人不同", AT, ON))
    data = {"verdict": "same", "kept": pair.first.public_id, "reason": "执照相同"}
    response = county.post(page(pair), data)
    text = response.content.decode()
    assert response.status_code == 409
    assert "李四" in text
    assert "两家的法人不同" in text
    assert county.post(page(pair, "duplicate_undo"), {"reason": "再看"}).status_code == 302
    assert county.post(page(pair, "duplicate_undo"), {"reason": "再看"}).status_code == 409


def test_different_codes_are_pointed_out(enter):
    assert "代码不同" in enter("county").get(page(pair_of_twins())).content.decode()


def test_the_search_runs_as_a_job_of_whoever_asked(enter, django_capture_on_commit_callbacks):
    twins()
    with django_capture_on_commit_callbacks(execute=True):
        response = enter("county").post(reverse("enterprises:duplicates_find"))
    job = Job.objects.get()
    assert (response.status_code, job.state) == (302, JobState.DONE)
    assert "1对" in job.result["summary"]


def test_the_list_costs_the_same_whatever_its_length(enter):
    county, address = enter("county"), reverse("enterprises:duplicates")
    pair_of_twins()
    with CaptureQueriesContext(connection) as one:
        assert county.get(address).status_code == 200
    for _ in range(4):
        pair_of_twins()
    with CaptureQueriesContext(connection) as five:
        assert county.get(address).content.decode().count("名称相同") == 5
    assert len(five) == len(one)


def test_the_search_tells_an_officer_only_of_pairs_of_the_own_area(enter, django_capture_on_commit_callbacks):
    for county in ("430181", "430302"):
        make_firm("演示红日花炮有限公司", county=county, facts={"gb4754": "2671"})
        make_firm("演示红日花炮有限责任公司", county=county, facts={"gb4754": "2671"})
    client = enter("county")
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/duplicates/find/")
    assert DuplicatePair.objects.count() > 1
    page = client.get(response["Location"]).content.decode()
    assert "新找到1对，您负责的区域里现有1对疑似重复待判断" in page
    assert 'href="/duplicates/"' in page
