"""The form of an item, made from its definition, and its answers in words."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from huiqi.cases.forms.item_fields import initial_answers, item_form
from huiqi.cases.items.answers import answers_in_words
from huiqi.cases.items.reading import read_items
from huiqi.core.language import worded
from huiqi.reference.credit_codes import check_character

SHIPPED = {item: shipped.definition for item, shipped in read_items(Path(settings.RULEBOOK_DIR)).items()}


def typed(**boxes: object) -> dict[str, object]:
    return {f"item-{name}": value for name, value in boxes.items()}


def request_boxes(**more: object) -> dict[str, object]:
    return typed(**{"wanted": "早日拨付", "asked_before": "no", "in_court": "no", **more})


def loan_boxes(**more: object) -> dict[str, object]:
    boxes = {
        "bank_name": "演示银行浏阳支行",
        "loan_kind": "working",
        "loan_amount": "300",
        "loan_amount_unit": "wan",
        "affected_amount": "120.5",
        "affected_amount_unit": "wan",
        "due_on": "2020年3月20日",
        "security": ["mortgage", "guarantee"],
        "told_reason": "worse",
        "is_overdue": "no",
        "consents": "yes",
    }
    return typed(**{**boxes, **more})


def test_what_is_missing_is_told_beside_its_box():
    form = item_form(SHIPPED["request"], typed(asked_before="no"))
    assert not form.is_valid()
    assert set(form.errors) == {"wanted", "in_court"}


def test_a_question_behind_an_answer_is_required_only_then():
    form = item_form(SHIPPED["loan-pulled"], loan_boxes(is_overdue="yes"))
    assert not form.is_valid() and set(form.errors) == {"overdue_days"}
    assert item_form(SHIPPED["loan-pulled"], loan_boxes()).is_valid()


def test_what_an_answer_does_not_ask_for_is_dropped_but_stays_on_the_page():
    form = item_form(SHIPPED["loan-pulled"], loan_boxes(overdue_days="不知道"))
    assert form.is_valid()
    assert "overdue_days" not in form.answers()
    assert 'value="不知道"' in str(form["overdue_days"])


def test_a_question_behind_a_question_not_asked_is_not_asked():
    boxes = typed(
        purpose="transport", has_promise="no", has_pass="no", pass_number="湘A-1", plate_number="湘A00000"
    )
    form = item_form(SHIPPED["green-channel"], boxes)
    assert form.is_valid(), form.errors
    assert form.answers() == {"purpose": "transport", "has_promise": "no", "has_pass": "no"}
    assert form.private_json() == ""


def test_a_tick_among_several_asks_the_question_behind_it():
    boxes = typed(other_side="某外商", help_kind=["advice", "certificate"], in_court="no")
    form = item_form(SHIPPED["legal-service"], boxes)
    assert not form.is_valid() and set(form.errors) == {"certificate_country"}


def test_money_is_kept_in_fen_and_days_as_iso():
    form = item_form(SHIPPED["loan-pulled"], loan_boxes())
    assert form.is_valid()
    answers = form.answers()
    assert answers["loan_amount"] == 300 * 1_000_000
    assert answers["affected_amount"] == 120_500_000
    assert answers["due_on"] == "2020-03-20"
    assert answers["security"] == ["mortgage", "guarantee"]


def test_a_zero_amount_is_an_answer():
    form = item_form(SHIPPED["request"], request_boxes(amount="0", amount_unit="yuan"))
    assert form.is_valid() and form.answers()["amount"] == 0


@pytest.mark.parametrize(
    ("box", "value", "part"),
    [
        ("amount", "很多", "金额应为数字"),
        ("people", "三十五", "应为整数"),
        ("people", "1000001", "不应超过1,000,000人"),
        ("started_on", "前天", ""),
        ("asked_before", "maybe", ""),
    ],
)
def test_what_cannot_be_read_is_told(box, value, part):
    form = item_form(SHIPPED["request"], request_boxes(**{box: value}))
    assert not form.is_valid()
    assert part in "".join(form.errors[box])


def test_a_wrong_credit_code_is_told_and_a_right_one_tidied():
    stem = "91430100MA4L16JQ9"
    good = stem + check_character(stem)
    form = item_form(SHIPPED["late-payment"], typed(debtor_code=stem + "I"))
    assert not form.is_valid() and "debtor_code" in form.errors
    form = item_form(SHIPPED["late-payment"], typed(debtor_code=f" {good.lower()} "))
    form.is_valid()
    assert "debtor_code" not in form.errors and form.cleaned_data["debtor_code"] == good


def test_personal_answers_are_kept_apart():
    boxes = typed(
        what="N95口罩",
        how_many="500",
        how_unit="piece",
        place="浏阳经开区",
        is_epidemic_supply="yes",
        plate_numbers="湘A00000",
        driver_phone="138 0000 0000",
    )
    form = item_form(SHIPPED["shortage"], boxes)
    assert form.is_valid(), form.errors
    assert set(form.answers()) == {"what", "how_many", "how_unit", "place", "is_epidemic_supply"}
    assert form.private_answers() == {"plate_numbers": "湘A00000", "driver_phone": "13800000000"}
    assert initial_answers(form.answers(), form.private_json())["driver_phone"] == "13800000000"


def test_a_wrong_telephone_number_is_told():
    form = item_form(SHIPPED["shortage"], typed(driver_phone="12345"))
    assert not form.is_valid() and "driver_phone" in form.errors


def test_every_shipped_item_draws_its_form_and_starts_it_from_stored_answers():
    for definition in SHIPPED.values():
        assert all(str(bound) for bound in item_form(definition))
    form = item_form(SHIPPED["request"], initial={"amount": 128_000_000, "started_on": "2020-02-03"})
    assert "128" in str(form["amount"]) and "2020-02-03" in str(form["started_on"])


def test_answers_are_told_in_words_and_personal_ones_only_when_given():
    answers = {
        "what": "口罩",
        "how_many": 50000,
        "how_unit": "piece",
        "needed_on": "2020-03-03",
        "is_epidemic_supply": "yes",
    }
    said = {each.field.id: each.words for each in answers_in_words(SHIPPED["shortage"], answers)}
    assert said["how_many"] == "50,000"
    assert said["how_unit"] == "件（个、只、套）"
    assert said["needed_on"] == date(2020, 3, 3)
    assert worded(said["is_epidemic_supply"]) == "是"
    assert "driver_phone" not in said
    private = answers_in_words(SHIPPED["shortage"], answers, {"driver_phone": "13800000000"})
    assert private[-1].words == "13800000000"
    money = answers_in_words(SHIPPED["request"], {"amount": 128_000_000})
    assert worded(money[0].words) == "128万元"
