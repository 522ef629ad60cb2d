"""What the result counts: never two benefits that exclude each other, and the known parts of a sum."""

from dataclasses import dataclass

import pytest
from django.urls import reverse

from huiqi.policies.queries import judging, sums
from huiqi.policies.queries.sums import Amount, left_out, open_parts, totals_of
from huiqi.policies.tests.make import make_check
from huiqi.rules.explain import PartAmount
from huiqi.rules.policy import Benefit

pytestmark = pytest.mark.django_db

PAYER = {
    "gb4754": "1789",
    "org_type": "enterprise",
    "province": "430000",
    "employees": 45,
    "revenue": 10**9,
    "pension_base": 30_000_000,
    "ui_base": 30_000_000,
}


@dataclass(frozen=True)
class Gain:
    id: str
    benefit: Benefit
    amount: Amount | None


def gain(name: str, fen: int | None, per: str = "年", nature: str = "saving") -> Gain:
    return Gain(name, Benefit(nature, note=name), None if fen is None else Amount(nature, fen, per, False))


@pytest.fixture
def excluding(monkeypatch):
    """States which policies exclude which, by id."""

    def state(**pairs: tuple[str, ...]) -> None:
        monkeypatch.setattr(sums, "named_exclusions", lambda benefit: pairs.get(benefit.note or "", ()))

    return state


def test_of_two_that_exclude_each_other_only_the_larger_counts(excluding):
    excluding(free=("reduced",), reduced=("free",))
    (total,) = totals_of([gain("reduced", 200), gain("free", 300, "月"), gain("other", 50)])
    assert {amount.per: amount.fen for amount in total.amounts} == {"月": 300, "年": 50}
    assert total.excluded_count == 1


def test_one_side_naming_the_other_is_enough_and_a_policy_that_is_not_to_be_had_excludes_nothing(excluding):
    excluding(small=("large", "absent"))
    assert left_out([gain("small", 1), gain("large", 2)]) == {"small"}
    assert left_out([gain("small", 1), gain("alone", 2)]) == frozenset()


def test_a_known_sum_counts_before_an_open_one_and_of_two_open_ones_one_is_still_open(excluding):
    excluding(a=("b",))
    (total,) = totals_of([gain("a", None), gain("b", 7)])
    assert (total.amounts[0].fen, total.open_count, total.excluded_count) == (7, 0, 1)
    (total,) = totals_of([gain("a", None), gain("b", None)])
    assert (total.amounts, total.open_count, total.excluded_count) == ((), 1, 1)


def shown(client, view: str = "result", **more: object):
    _, token = make_check(**{**PAYER, **more})
    return client.get(reverse(f"policies:check_{view}", args=[token]))


def test_rows_that_exclude_each_other_say_so(client, monkeypatch):
    first, second = (row.policy for row in shown(client).context["result"].groups["eligible"][:2])
    own = {first.id: (second.id,)}
    monkeypatch.setattr(
        sums,
        "named_exclusions",
        lambda benefit: next(
            (own.get(one.id, ()) for one in (first, second) if benefit in [e.benefit for e in one.editions]),
            (),
        ),
    )
    text = shown(client).content.decode()
    assert f"不能与“{second.title}”同时享受，可选其一" in text
    assert f"不能与“{first.title}”同时享受，可选其一" in text


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
