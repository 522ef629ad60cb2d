from datetime import date

import pytest
from django.urls import reverse

from huiqi.enterprises.catalogue import MEMBERSHIPS
from huiqi.enterprises.importing.fields import is_importable
from huiqi.enterprises.models.firm import LIST_FACTS
from huiqi.enterprises.queries.firm_page import Days, firm_page
from huiqi.enterprises.queries.statements import catalogue
from huiqi.enterprises.queries.stating import can_be_stated
from huiqi.enterprises.tests.make import make_firm, state
from huiqi.lists.models import ImportLine
from huiqi.lists.queries.book import kinds
from huiqi.lists.queries.membership import facts_of_firms, facts_on, is_member, lists_of, members_on
from huiqi.lists.tests.make import make_batch, make_entry

pytestmark = pytest.mark.django_db
SUPPLIER = "key-supplier-local"


def listed(kind=SUPPLIER, firm=None, whole=True, **fields):
    day = date(2020, 2, 10)
    batch = make_batch(kind, "published", valid_from=day, published_on=day, is_whole=whole)
    return make_entry(batch, firm, "published", "province", **fields)


def test_nobody_is_a_member_before_the_first_day_or_on_the_day_of_removal():
    entry = listed(removed_on=date(2020, 3, 5), removed_known_on=date(2020, 3, 5), removal_reason="停产")
    firm = entry.enterprise
    days = [date(2020, 2, 9), date(2020, 2, 10), date(2020, 3, 4), date(2020, 3, 5)]
    assert [is_member(firm, SUPPLIER, day) for day in days] == [False, True, True, False]


def test_a_removal_not_known_yet_has_not_happened_yet():
    entry = listed(removed_on=date(2020, 3, 5), removed_known_on=date(2020, 3, 20), removal_reason="停产")
    assert is_member(entry.enterprise, SUPPLIER, date(2020, 3, 10), known_on=date(2020, 3, 10))
    assert not is_member(entry.enterprise, SUPPLIER, date(2020, 3, 10), known_on=date(2020, 3, 20))


def test_a_batch_that_is_still_being_published_has_no_members():
    batch = make_batch(SUPPLIER, "publishing", valid_from=date(2020, 2, 10))
    make_entry(batch, state="published", level="province")
    assert not members_on(SUPPLIER, date(2020, 3, 1)).exists()


def test_the_last_day_counts_and_the_day_after_does_not():
    entry = listed(valid_to=date(2020, 3, 31))
    assert list(lists_of(entry.enterprise, date(2020, 3, 31))) == [entry]
    assert not lists_of(entry.enterprise, date(2020, 4, 1)).exists()


def test_not_being_listed_says_nothing_unless_the_list_is_exhaustive():
    listed()
    other = make_firm()
    assert facts_on(other, date(2020, 3, 1)).facts.get("key_supplier_local") is None


def test_an_exhaustive_list_in_force_says_no_to_everybody_else():
    bad, good = make_firm(), make_firm()
    listed("severe-dishonesty", bad)
    on = date(2020, 2, 20)
    assert facts_on(bad, on).facts.get("severe_dishonesty") is True
    assert facts_on(good, on).facts.get("severe_dishonesty") is False
    assert facts_on(good, on).facts.standing("severe_dishonesty") == "listed"
    assert facts_on(good, date(2020, 2, 9)).facts.get("severe_dishonesty") is None


def test_an_imported_list_says_no_only_while_it_is_fresh():
    listed("severe-dishonesty")
    other = make_firm()
    assert facts_on(other, date(2020, 3, 11)).facts.get("severe_dishonesty") is False
    assert facts_on(other, date(2020, 3, 12)).facts.get("severe_dishonesty") is None


def test_a_listing_outweighs_what_the_firm_claimed_and_an_absence_does_not():
    firm, on = make_firm(), date(2020, 2, 25)
    state(firm, {"severe_dishonesty": True}, standing="confirmed", as_of=date(2020, 2, 1))
    listed("severe-dishonesty")
    assert facts_on(firm, on).facts.get("severe_dishonesty") is True
    state(firm, {"key_supplier_local": False}, standing="claimed", as_of=date(2020, 2, 1))
    listed(firm=firm)
    assert facts_on(firm, on).facts.get("key_supplier_local") is True


def test_a_firm_keeps_the_lists_of_the_row_merged_into_it():
    kept, old = make_firm(), make_firm()
    entry = listed(firm=old)
    old.merged_into = kept
    old.save(update_fields=["merged_into"])
    assert list(lists_of(kept, date(2020, 3, 1))) == [entry]


def test_a_part_of_somebody_elses_list_says_nothing_about_who_is_not_on_it():
    listed("severe-dishonesty", whole=False)
    assert facts_on(make_firm(), date(2020, 2, 20)).facts.get("severe_dishonesty") is None


def test_facts_that_lists_prove_come_through_no_other_door_of_the_register():
    proved = {fact for kind in kinds().values() for fact in kind.proves}
    assert proved == MEMBERSHIPS == set(LIST_FACTS)
    facts = catalogue().facts
    assert {facts[name].stated_by for name in proved} == {"authority_list"}
    assert not any(
        is_importable(facts[name]) or can_be_stated(facts[name], by_office=True) for name in proved
    )


@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        ("five-hundred-projects", "five_hundred_project"),
        ("chain-backbone", "chain_backbone"),
        ("provincial-titles", "provincial_title_valid"),
        ("provincial-sme", "provincial_sme_title"),
        ("little-giant-hunan", "chain_backbone"),
    ],
)
def test_a_title_or_project_is_known_of_who_is_on_its_list_and_open_for_the_others(kind, fact):
    firm, on = make_firm(), date(2020, 3, 1)
    listed(kind, firm=firm)
    assert facts_on(firm, on).facts.get(fact) is True
    assert facts_on(make_firm(), on).facts.get(fact) is None


def test_a_line_nobody_has_matched_leaves_the_firms_it_may_mean_unknown():
    """The whole list is in, but one of its lines may be this firm: it is not known not to be on it."""
    batch = make_batch("severe-dishonesty", "published", is_whole=True)
    named, coded, other = make_firm("某某厂"), make_firm("乙厂"), make_firm("丙厂")
    lines = [
        ImportLine.objects.create(batch=batch, row=2, name="某某厂", problem="有不止一家企业叫这个名称"),
        ImportLine.objects.create(batch=batch, row=3, credit_code=coded.credit_code or "", problem=""),
    ]
    told = {pk: known.facts.get("severe_dishonesty") for pk, known in on_first(named, coded, other).items()}
    assert told == {named.pk: None, coded.pk: None, other.pk: False}
    for line in lines:
        line.state = ImportLine.State.DISMISSED
        line.save()
    told = [known.facts.get("severe_dishonesty") for known in on_first(named, coded, other).values()]
    assert told == [False, False, False]


def on_first(*firms):
    return facts_of_firms([firm.pk for firm in firms], date(2020, 3, 1))


def test_a_past_day_of_a_firms_page_shows_the_lists_of_that_day(enter):
    firm = make_firm(county="430181")
    batch = make_batch(state="published", valid_from=date(2020, 2, 5), title="第一批名单")
    make_entry(batch, firm, state="published", valid_from=date(2020, 2, 5))
    page = reverse("enterprises:firm", args=[firm.public_id])
    county = enter("county")
    assert "第一批名单" in county.get(page).content.decode()
    assert "第一批名单" not in county.get(page, {"on": "2020-02-01"}).content.decode()


def test_a_firm_removed_since_is_shown_as_it_was_listed_on_the_day_looked_at(enter, settings):
    settings.REFERENCE_DATE = date(2020, 3, 10)
    gone = {"removed_on": date(2020, 3, 5), "removed_known_on": date(2020, 3, 5), "removal_reason": "停产"}
    firm = make_firm(county="430181")
    make_entry(make_batch(state="published", title="第一批名单"), firm, "removed", "province", **gone)
    page, county = reverse("enterprises:firm", args=[firm.public_id]), enter("county")
    then = county.get(page, {"on": "2020-03-01"}).content.decode()
    assert "第一批名单" in then and "停产" not in then and "已移出" not in then
    now = county.get(page).content.decode()
    assert "停产" in now and "已移出" in now
    before = county.get(page, {"on": "2020-02-01"}).content.decode()
    assert "2020年2月1日不在任何名单内" in before


@pytest.mark.parametrize(("on", "is_soon"), [(date(2020, 3, 5), False), (date(2020, 3, 16), True)])
def test_membership_that_is_read_anew_every_month_runs_out_soon_only_near_its_end(on, is_soon):
    firm = make_firm()
    state(firm, {"key_supplier_local": True}, standing="listed", as_of=date(2020, 2, 20))
    line = firm_page(firm, Days(on), on).line("key_supplier_local")
    assert line is not None and line.is_soon_over is is_soon
