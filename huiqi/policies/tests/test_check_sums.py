"""What the result counts: never two benefits that exclude each other, and the known parts of a sum."""

from dataclasses import dataclass

import pytest
from django.urls import reverse

from huiqi.policies.queries.sums import Amount, left_out, open_parts, totals_of
from huiqi.policies.tests.make import PAYER, make_check
from huiqi.reference import judging
from huiqi.rules.explain import PartAmount
from huiqi.rules.policy import Benefit

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Gain:
    id: str
    benefit: Benefit
    amount: Amount | None


def gain(name: str, fen: int | None, *excludes: str, per: str = "年") -> Gain:
    amount = None if fen is None else Amount("saving", fen, per, False)
    return Gain(name, Benefit("saving", excludes_policies=excludes), amount)


def test_of_two_that_exclude_each_other_only_the_larger_counts():
    rows = [gain("reduced", 200, "free"), gain("free", 300, "reduced", per="月"), gain("other", 50)]
    (total,) = totals_of(rows)
    assert {amount.per: amount.fen for amount in total.amounts} == {"月": 300, "年": 50}
    assert total.excluded_count == 1


def test_one_side_naming_the_other_is_enough_and_a_policy_that_is_not_to_be_had_excludes_nothing():
    assert left_out([gain("small", 1, "large", "absent"), gain("large", 2)]) == {"small"}
    assert left_out([gain("small", 1, "absent"), gain("alone", 2)]) == frozenset()


def test_a_known_sum_counts_before_an_open_one_and_of_two_open_ones_one_is_still_open():
    (total,) = totals_of([gain("a", None, "b"), gain("b", 7)])
    assert (total.amounts[0].fen, total.open_count, total.excluded_count) == (7, 0, 1)
    (total,) = totals_of([gain("a", None, "b"), gain("b", None)])
    assert (total.amounts, total.open_count, total.excluded_count) == ((), 1, 1)


def shown(client, view: str = "result", **more: object):
    _, token = make_check(**{**PAYER, **more})
    return client.get(reverse(f"policies:check_{view}", args=[token]))


def test_tax_on_the_same_sales_is_saved_once_and_both_rows_say_so(client):
    sales = {"taxable_sales": 45_000_000, "living_services_sales": 45_000_000, "living_vat_rate": "0.03"}
    who = {"vat_status": "small_scale", "vat_levy_rate": "0.03", "living_services_activity": True}
    response = shown(client, **who, **sales)
    result, text = response.context["result"], response.content.decode()
    rows = {row.id: row for row in result.groups["eligible"]}
    free, reduced = rows["public-transport-living-services-vat-exempt"], rows["vat-small-scale-1pct"]
    assert (free.amount.fen, reduced.amount.fen) == (1_350_000, 900_000)
    saving = next(total for total in result.totals if total.nature == "saving")
    assert free.per in {one.per for one in saving.amounts} and reduced.per not in {
        one.per for one in saving.amounts
    }
    assert saving.excluded_count == 1 and "另有1项不能同时享受，未计入" in text
    assert f"不能与“{free.title}”同时享受，可选其一" in text
    assert f"不能与“{reduced.title}”同时享受，可选其一" in text


@pytest.mark.parametrize("view", ["result", "print"])
def test_known_parts_of_a_sum_count_as_at_least(client, view):
    response = shown(client, view)
    result = response.context["result"]
    row = next(one for one in result.rows if one.id == "si-exempt-msme")
    assert row.amount == Amount("saving", 30_000_000 * 167 // 1000, "月", at_least=True)
    saving = next(total for total in result.totals if total.nature == "saving")
    monthly = next(amount for amount in saving.amounts if amount.per == "月")
    assert monthly.at_least and monthly.fen >= row.amount.fen
    assert "未计入工伤保险单位缴费，要等机关核定：工伤保险单位费率" in response.content.decode()


def test_a_figure_that_would_not_bring_the_sum_about_is_not_asked_for(client):
    result = shown(client, ui_base=None).context["result"]
    row = next(one for one in result.rows if one.id == "si-exempt-msme")
    assert [fact.id for fact in row.firm_facts] == ["ui_base"]
    assert [fact.id for fact in row.certified] == ["injury_rate"]


def test_parts_given_besides_the_amount_are_not_parts_of_the_sum():
    for policy_id, adds_up in {
        "si-exempt-msme": True,
        "arrears-clearing": False,
        "loan-deferral-wave1": False,
        "startup-guarantee-loan": False,
    }.items():
        benefit = judging.rulebook().policies[policy_id].benefit
        parts = [PartAmount(part.id, part.text, None, False) for part in benefit.parts]
        assert bool(open_parts(benefit, parts)) is adds_up, policy_id
