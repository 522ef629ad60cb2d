"""The form of a late-payment request says what does not add up beside the field, with both figures."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from huiqi.arrears.debts import form_faults
from huiqi.cases.forms.item_fields import item_form
from huiqi.cases.items.reading import read_items

WAN = 1_000_000
SAID = {"contract_amount": 100 * WAN, "paid": 70 * WAN, "owed": 30 * WAN, "undisputed": 20 * WAN}


@pytest.mark.parametrize(
    ("changes", "field", "figures"),
    [
        ({"disputed": 9 * WAN}, "disputed", ("290,000元", "300,000元")),
        ({"disputed": 11 * WAN}, "disputed", ("310,000元", "300,000元")),
        ({"disputed": 10 * WAN, "paid": 70 * WAN + 1}, "owed", ("1,000,000.01元", "1,000,000元")),
        ({"disputed": 10 * WAN, "invoiced_sum": 101 * WAN}, "invoiced_sum", ("1,010,000元", "1,000,000元")),
    ],
)
def test_what_does_not_add_up_is_said_with_both_figures(
    changes: dict[str, int], field: str, figures: tuple[str, str]
) -> None:
    ((name, said),) = form_faults({**SAID, **changes}).items()
    assert name == field and all(figure in str(said) for figure in figures)


@pytest.mark.parametrize("changes", [{}, {"disputed": 10 * WAN}, {"disputed": 10 * WAN, "invoiced_sum": WAN}])
def test_what_adds_up_or_is_not_said_is_no_fault(changes: dict[str, int]) -> None:
    assert form_faults({**SAID, **changes}) == {}
    assert form_faults({}) == {}


SHIPPED = read_items(Path(settings.RULEBOOK_DIR))["late-payment"].definition


def form(**typed: Any) -> Any:
    money = {"contract_amount": "100", "owed": "30", "undisputed": "20", "disputed": "10"}
    data = {f"item-{name}": value for name, value in {**money, **typed}.items()}
    return item_form(SHIPPED, data | {f"item-{name}_unit": "wan" for name in (*money, "invoiced_sum")})


def test_the_fault_stands_beside_its_field_and_other_faults_do_not_hide_it() -> None:
    wrong = form(disputed="11")
    assert "310,000元" in wrong.errors["disputed"][0] and "debtor_name" in wrong.errors
    assert "disputed" not in form().errors
