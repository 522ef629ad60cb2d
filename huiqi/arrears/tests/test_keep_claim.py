"""A claim is opened with its case, paid with slips, answered by the debtor, and ends only with its paper."""

from datetime import date, timedelta
from typing import Any

import pytest

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.arrears.commands.claims import (
    answer_claim,
    change_claim,
    close_claim,
    open_claim,
    record_settlement,
    reopen_claim,
    take_back_payment,
)
from huiqi.arrears.models import Claim, ClaimState, DebtorAnswer, Payment
from huiqi.arrears.notices import DEBTOR_ASKED
from huiqi.arrears.queries.claims import (
    Likeness,
    beyond_the_law,
    claim_reader,
    debtors,
    is_proven,
    likes_of,
    open_to,
    reckon_claim,
    standing_of,
    track_lines,
)
from huiqi.arrears.regimes import book
from huiqi.arrears.tests.make import (
    WAN,
    keeper,
    make_bureau,
    make_claim,
    make_clerk,
    make_late_case,
    paper,
    pay,
)
from huiqi.cases.commands.approvals import ask_suspension
from huiqi.cases.commands.closing import approve_answer
from huiqi.cases.commands.desk import assign_case, withdraw_case
from huiqi.cases.commands.handling import answer_order, record_contact, sign_order
from huiqi.cases.models import Case
from huiqi.cases.tests.make import at, load_shipped, make_case, make_lead, make_officer
from huiqi.cases.workflow import Ending, State
from huiqi.core.errors import Refused, VersionConflict
from huiqi.enterprises.tests.make import make_firm
from huiqi.files.commands import attach
from huiqi.files.models import Attachment
from huiqi.messages.models import Notice

pytestmark = pytest.mark.django_db
TODAY = date(2020, 3, 2)


def refused(code: str) -> Any:
    """The command says no with this code."""
    return pytest.raises(Refused, check=lambda error: error.code == code)


# --- opening --------------------------------------------------------------------------------------


def test_another_kind_of_request_has_no_claim() -> None:
    with refused("arrears.other_item"):
        open_claim(make_case(state=State.ACCEPTED), actor=None, at=at())
    assert not Claim.objects.exists()


def test_accepting_a_late_payment_request_opens_its_claim_from_the_form() -> None:
    case = make_late_case()
    claim = Claim.objects.get(case=case)
    assert (claim.claimed, claim.undisputed, claim.disputed) == (30 * WAN, 20 * WAN, 10 * WAN)
    assert (claim.signed_on, claim.was_sme, claim.party) == (date(2019, 3, 1), "yes", "large")
    assert [row.number for row in claim.invoices.all()] == ["04300192", "04300193"]
    assert open_claim(case, actor=None, at=at()) == claim


def test_what_was_not_said_stays_unknown() -> None:
    claim = make_claim(answers={"sme_at_signing": "unsure", "debtor_kind": "state_owned", "contract_on": ""})
    assert (claim.was_sme, claim.party, claim.signed_on) == ("unknown", "unsure", None)
    assert reckon_claim(claim, until=TODAY).fen is None


# --- correcting -----------------------------------------------------------------------------------


@pytest.mark.parametrize("disputed", [9 * WAN, 11 * WAN])
def test_the_parts_are_what_is_owed_no_more_and_no_less_and_both_figures_are_said(disputed: int) -> None:
    claim = make_claim()
    with refused("arrears.parts_differ") as told:
        change_claim(claim, {"disputed": disputed}, actor=keeper(claim), at=at())
    assert f"{(20 * WAN + disputed) // 100:,}元" in told.value.message and "300,000元" in told.value.message


def test_a_request_that_does_not_add_up_is_taken_and_asked_for_only_when_its_amounts_are_touched() -> None:
    claim = make_claim(answers={"undisputed": 5 * WAN})
    change_claim(claim, {"debtor_region": "浏阳市"}, actor=keeper(claim), at=at())
    with refused("arrears.parts_differ"):
        change_claim(Claim.objects.get(), {"claimed": 31 * WAN}, actor=keeper(claim), at=at())


def test_more_cannot_be_invoiced_than_the_contract_is_about() -> None:
    claim = make_claim(answers={"invoiced_sum": 90 * WAN})
    assert (claim.contract_amount, claim.invoiced) == (100 * WAN, 90 * WAN)
    with refused("arrears.invoices_exceed") as told:
        change_claim(claim, {"invoiced": 100 * WAN + 1}, actor=keeper(claim), at=at())
    assert "1,000,000.01元" in told.value.message and "1,000,000元" in told.value.message


def test_a_debtor_the_register_knows_by_its_code_is_tied_to_it_and_untied_with_it() -> None:
    firm = make_firm(county="430181")
    claim = make_claim(answers={"debtor_code": firm.credit_code})
    assert claim.debtor_firm == firm
    change_claim(claim, {"debtor_code": ""}, actor=keeper(claim), at=at())
    assert Claim.objects.get().debtor_firm is None


def test_less_than_was_paid_cannot_be_claimed() -> None:
    claim = make_claim()
    pay(claim, 25 * WAN)
    with refused("arrears.paid_more"):
        given = {"claimed": 24 * WAN, "undisputed": 20 * WAN, "disputed": 4 * WAN}
        change_claim(claim, given, actor=keeper(claim), at=at())


def test_two_people_do_not_overwrite_each_other() -> None:
    claim = make_claim()
    change_claim(claim, {"debtor_region": "浏阳市"}, actor=keeper(claim), at=at(), expected=claim.version)
    with pytest.raises(VersionConflict):
        change_claim(claim, {"debtor_region": "长沙市"}, actor=keeper(claim), at=at(), expected=claim.version)


def test_naming_the_debtors_unit_asks_its_people_once_and_shows_them_the_claim_masked() -> None:
    claim, bureau = make_claim(), make_bureau()
    clerk = make_clerk(bureau)
    assert not open_to(clerk, TODAY).exists()
    for _again in range(2):
        claim = change_claim(claim, {"debtor_unit": bureau}, actor=keeper(claim), at=at())
    assert Notice.objects.filter(user=clerk, kind="arrears.debtor_asked").count() == 1
    reader = claim_reader(open_to(clerk, TODAY).get(), clerk, TODAY)
    assert reader.is_debtor and reader.is_masked and not reader.may_keep


# --- payments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "fen", "day"),
    [
        ("arrears.payment_in_future", WAN, date(2020, 3, 3)),
        ("arrears.payment_before_claim", WAN, date(2020, 3, 1)),
        ("arrears.paid_more", 30 * WAN + 1, date(2020, 3, 2)),
    ],
)
def test_a_payment_that_cannot_be_is_refused(code: str, fen: int, day: date) -> None:
    claim = make_claim()
    with refused(code):
        pay(claim, fen, on=day)
    assert not Payment.objects.exists()


def test_the_same_payment_is_not_recorded_twice() -> None:
    claim = make_claim()
    pay(claim, WAN)
    with refused("arrears.payment_twice"):
        pay(claim, WAN)


def test_payments_count_until_they_are_taken_back() -> None:
    claim = make_claim()
    payment = pay(claim, 12 * WAN)
    pay(claim, WAN, part="interest")
    found = standing_of(claim)
    assert (found.open, found.proven, found.interest_paid) == (18 * WAN, 12 * WAN, WAN)
    take_back_payment(payment, reason="登记到别的合同", actor=keeper(claim), at=at())
    assert standing_of(claim).open == 30 * WAN


# --- the debtor's word ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("arrears.reason_missing", {"answer": "disputed"}),
        ("arrears.amount_missing", {"answer": "partly", "text": "质量有争议"}),
        ("arrears.amount_wrong", {"answer": "partly", "text": "质量有争议", "acknowledged": 30 * WAN}),
    ],
)
def test_a_dispute_needs_its_reason_and_a_part_its_amount(code: str, given: dict[str, Any]) -> None:
    claim = make_claim()
    with refused(code):
        answer_claim(claim, **given, actor=keeper(claim), at=at())


def test_what_the_debtor_acknowledges_is_kept_beside_the_claim() -> None:
    claim = make_claim()
    said = answer_claim(claim, answer="acknowledged", actor=keeper(claim), at=at())
    assert (said.acknowledged, said.claimed) == (30 * WAN, 30 * WAN)


# --- the end --------------------------------------------------------------------------------------


def test_a_claim_is_not_paid_without_bank_slips_for_all_of_it() -> None:
    claim = make_claim()
    pay(claim, 20 * WAN)
    pay(claim, 10 * WAN, proven=False)
    with refused("arrears.slip_missing"):
        close_claim(claim, how="paid", actor=keeper(claim), at=at())


def test_a_slip_with_a_virus_proves_nothing() -> None:
    claim = make_claim()
    pay(claim, 30 * WAN)
    Attachment.objects.update(scan="infected")
    assert not is_proven(claim.case)
    with refused("arrears.slip_missing"):
        close_claim(claim, how="paid", actor=keeper(claim), at=at())


def test_a_claim_is_not_settled_without_the_signed_paper() -> None:
    claim = make_claim()
    with refused("arrears.paper_missing"):
        close_claim(claim, how="settled", actor=keeper(claim), at=at())


def test_a_claim_is_not_dropped_while_its_request_goes_on() -> None:
    claim = make_claim()
    with refused("arrears.case_open"):
        close_claim(claim, how="dropped", actor=keeper(claim), at=at())
    withdraw_case(claim.case, reason="自行和解", actor=None, at=at())
    assert close_claim(claim, how="dropped", actor=keeper(claim), at=at()).state == ClaimState.CLOSED


def test_slips_for_the_whole_close_it_and_then_nothing_changes_until_it_is_reopened() -> None:
    claim = make_claim()
    pay(claim, 30 * WAN)
    closed = close_claim(claim, how="paid", actor=keeper(claim), at=at())
    with refused("arrears.closed"):
        answer_claim(closed, answer="acknowledged", actor=keeper(claim), at=at())
    assert reopen_claim(closed, actor=keeper(claim), at=at()).state == ClaimState.OPEN


def test_a_signed_settlement_closes_it() -> None:
    claim = make_claim()
    actor = keeper(claim)
    record_settlement(
        claim, signed_on=TODAY, fen=28 * WAN, paper=paper(actor), actor=actor, at=at(), wall=at()
    )
    assert close_claim(claim, how="settled", actor=actor, at=at()).closed_as == "settled"


def answer(claim: Claim) -> Case:
    """The lead's answer to the claim's case, that it is solved."""
    officer = keeper(claim)
    text = "已付清"
    answer_order(make_lead(claim.case), text=text, proposed_ending=Ending.SOLVED, actor=officer, at=at())
    return Case.objects.get(pk=claim.case_id)


def handled(claim: Claim) -> User:
    """An officer who has contacted the creditor about the claim's case and may answer."""
    officer = keeper(claim)
    assign_case(claim.case, lead=claim.case.desk, actor=officer, at=at())
    sign_order(make_lead(claim.case), actor=officer, at=at())
    record_contact(make_lead(claim.case), note="已联系", actor=officer, at=at())
    return officer


def test_a_file_of_the_staff_or_half_of_the_money_does_not_end_the_case_as_solved() -> None:
    claim = make_claim()
    officer = handled(claim)
    attach(paper(officer, "会议纪要.pdf"), owner=claim.case, actor=officer, at=at())
    with refused("cases.proof_missing"):
        answer(claim)
    pay(claim, 20 * WAN)
    pay(claim, 10 * WAN, proven=False)
    with refused("cases.proof_missing") as told:
        answer(claim)
    assert "200,000元" in told.value.message and "300,000元" in told.value.message


def test_a_part_of_the_money_with_its_slip_ends_the_case_as_partly_solved() -> None:
    claim = make_claim()
    officer = handled(claim)
    part = {"text": "付了一部分", "proposed_ending": Ending.PARTLY_SOLVED, "actor": officer, "at": at()}
    with refused("cases.proof_missing"):
        answer_order(make_lead(claim.case), **part)
    pay(claim, 1 * WAN)
    assert answer_order(make_lead(claim.case), **part).answer == "付了一部分"


def test_slips_for_all_of_it_end_the_case_as_solved() -> None:
    claim = make_claim()
    handled(claim)
    pay(claim, 30 * WAN)
    case = approve_answer(answer(claim), actor=make_officer("changsha"), at=at())
    assert case.state == State.CALLING_BACK


def test_a_signed_settlement_ends_the_case_as_solved() -> None:
    claim = make_claim()
    officer = handled(claim)
    record_settlement(
        claim, signed_on=TODAY, fen=28 * WAN, paper=paper(officer), actor=officer, at=at(), wall=at()
    )
    assert answer(claim).proposed_ending == Ending.SOLVED


# --- the same debt --------------------------------------------------------------------------------


def test_another_contract_and_invoice_is_no_double() -> None:
    make_claim(answers={"contract_number": "浏建〔2019〕08号", "invoice_numbers": "99999999"})
    assert likes_of(make_claim()) == []


def test_the_same_contract_or_invoice_against_the_same_debtor_is_shown() -> None:
    one = make_claim(answers={"contract_number": "浏建（2019）07 号", "invoice_numbers": ""})
    two = make_claim(answers={"contract_number": "", "invoice_numbers": "０４３００１９３"})
    found = {like.claim.pk: like.why for like in likes_of(make_claim())}
    assert found == {one.pk: Likeness.CONTRACT, two.pk: Likeness.INVOICE}


def test_claims_of_both_sides_against_each_other_are_matched() -> None:
    other = make_claim(firm_name="演示市政工程公司", answers={"debtor_name": "演示照明公司"})
    assert [(like.claim, like.why) for like in likes_of(make_claim())] == [(other, Likeness.CROSS)]


def test_debts_of_one_debtor_are_summed_whatever_the_spelling() -> None:
    claim = make_claim()
    make_claim(answers={"debtor_name": "演示市政工程公司 ", "owed": 5 * WAN, "undisputed": 0, "disputed": 0})
    make_claim(answers={"debtor_name": "演示别的公司"})
    pay(claim, 10 * WAN)
    (first, second) = debtors(Claim.objects.all())
    assert (first.count, first.claimed, first.open) == (1, 30 * WAN, 30 * WAN)
    assert (second.count, second.claimed, second.open) == (2, 35 * WAN, 25 * WAN)


# --- who sees it ----------------------------------------------------------------------------------


def test_an_officer_elsewhere_sees_no_claim_and_may_not_write() -> None:
    claim = make_claim()
    stranger = make_officer("xiangtan")
    assert not open_to(stranger, TODAY).exists()
    assert not claim_reader(claim, stranger, TODAY).may_keep


def test_the_creditor_reads_the_own_claim_and_does_not_keep_it() -> None:
    person = make_user(role=Role.FIRM)
    claim = make_claim(requester=person)
    reader = claim_reader(open_to(person, TODAY).get(), person, TODAY)
    assert reader.is_creditor and not reader.may_keep and not reader.is_masked
    assert claim == open_to(keeper(claim), TODAY).get()


def test_a_debtors_unit_never_keeps_the_claim_against_itself() -> None:
    claim = make_claim()
    officer = keeper(claim)
    change_claim(claim, {"debtor_unit": claim.case.desk}, actor=officer, at=at())
    reader = claim_reader(Claim.objects.get(), officer, TODAY)
    assert reader.is_debtor and not reader.may_keep


# --- the statutory limits -------------------------------------------------------------------------


def test_a_complaint_of_2020_has_no_statutory_limit() -> None:
    assert track_lines(make_claim().case, TODAY) == []


def test_no_extension_passes_the_last_day_of_the_law() -> None:
    case = make_late_case(state=State.HANDLING, when=at("2025-07-01"))
    order = case.orders.get()
    begun = order.sent_at
    assert beyond_the_law(case, begun + timedelta(days=90)) is None
    said = beyond_the_law(case, begun + timedelta(days=91))
    assert said is not None and "802号" in str(said.values["source"])
    officer = case.desk.people.filter(role=Role.OFFICER).order_by("pk")[0]
    with pytest.raises(Refused) as refused:
        ask_suspension(
            order, review_on=date(2025, 12, 1), reason="等判决。", actor=officer, at=at("2025-07-02")
        )
    assert refused.value.code == "cases.beyond_the_law"
    asked = ask_suspension(
        order, review_on=date(2025, 9, 1), reason="等判决。", actor=officer, at=at("2025-07-02")
    )
    assert asked.review_on == date(2025, 9, 1)


def test_before_the_law_nothing_has_a_last_day() -> None:
    case = make_late_case(state=State.HANDLING)
    assert beyond_the_law(case, at("2029-01-01")) is None


def test_what_the_debtor_was_asked_is_done_once_it_answered() -> None:
    claim, unit = make_claim(), make_bureau()
    clerk = make_clerk(unit)
    claim = change_claim(claim, {"debtor_unit": unit}, actor=keeper(claim), at=at())
    assert clerk.notices.get(kind=DEBTOR_ASKED).settled_at is None
    answer_claim(claim, answer=DebtorAnswer.ACKNOWLEDGED, actor=clerk, at=at())
    assert clerk.notices.get(kind=DEBTOR_ASKED).settled_at is not None


def test_the_items_limits_agree_with_the_statutory_ones_that_came_later() -> None:
    definition = load_shipped()["late-payment"].definition
    limits = {row.stage: (row.limit.amount, row.limit.unit) for row in definition.limits}
    track = book().track_on(date(2025, 6, 1))
    assert limits["accept"] == (track["accept"].amount, "working_days")
    assert limits["dispatch"] == (track["dispatch"].amount, "working_days")
    assert limits["handle"] == (24 * track["result"].amount, "hours")
    assert set(book().track_on(date(2024, 1, 1))) == {"accept"}
