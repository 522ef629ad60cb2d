"""Money: held, paid, booked once, paid back; every total agrees to the fen."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from huiqi.accounts.roles import Role
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from huiqi.files.tables.problems import TableRefused
from huiqi.grants.commands.applying import change_account, withdraw_application
from huiqi.grants.commands.booking import Control, record_repayment, take_return
from huiqi.grants.commands.deciding import propose
from huiqi.grants.commands.paying import hand_over_list, make_payment_lists, release_list
from huiqi.grants.models import Application, Booking, Call, PaymentLine, PaymentList, ReturnFile
from huiqi.grants.queries.verifying import faults, totals
from huiqi.grants.standards import Standard, awarded
from huiqi.grants.tests.make import (
    AFTER_NOTICE,
    at,
    make_agreed,
    make_checked,
    make_funded,
    make_list,
    make_open_call,
    make_proposed,
    owner_of,
    paper,
    person,
    return_csv,
    success_rows,
)
from tests.harness.examples import thorough

pytestmark = pytest.mark.django_db


def book(payment_list, content, *, count=2, total=15_000_00, on=AFTER_NOTICE):
    return take_return(
        payment_list,
        content,
        name="回单.csv",
        control=Control(count, total),
        actor=person(Role.GRANT_CHECKER),
        today=on,
        at=at(on),
    )


def test_a_share_is_rounded_once_half_up_and_capped():
    half = Standard("share", share_bp=5000, cap_fen=1_000)
    assert awarded(half, status="eligible", rule_fen=None, base_fen=3) == 2
    assert awarded(half, status="eligible", rule_fen=None, base_fen=999_999) == 1_000
    assert awarded(half, status="unknown", rule_fen=None, base_fen=999) is None
    assert awarded(half, status="ineligible", rule_fen=None, base_fen=999) == 0


def test_a_budget_that_is_spent_supports_nobody_more():
    call = make_open_call(budget=10_000_00)
    make_proposed(call)
    row = make_checked(call)
    with pytest.raises(Refused) as refused:
        propose(row, grant=True, opinion="符合", actor=person(Role.GRANT_MAKER), at=at())
    assert refused.value.code == "grants.budget_spent"
    assert Application.objects.get(pk=row.pk).state == "checking"
    assert Call.objects.get(pk=call.pk).reserved == 7_500_00


def test_a_full_quota_supports_nobody_more():
    call = make_open_call(quota=1)
    make_proposed(call)
    with pytest.raises(Refused) as refused:
        make_proposed(call)
    assert refused.value.code == "grants.quota_full"


def test_the_database_itself_refuses_a_call_over_its_budget():
    call = make_open_call(budget=10_000_00)
    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(reserved=10_000_01)


def test_what_a_firm_withdraws_is_free_again():
    row = make_agreed()
    withdraw_application(row, actor=owner_of(row.enterprise), at=at())
    call = Call.objects.get(pk=row.call_id)
    assert (call.reserved, call.reserved_count) == (0, 0)
    assert list(faults()) == []


def test_a_list_is_not_handed_over_before_somebody_else_released_it():
    payment_list = make_list(released=False)
    with pytest.raises(Refused) as refused:
        hand_over_list(payment_list, actor=person(Role.GRANT_CHECKER))
    assert refused.value.code == "grants.not_released"
    with pytest.raises(Refused) as refused:
        release_list(payment_list, actor=payment_list.made_by, at=at())
    assert refused.value.code == "grants.same_person"


def test_the_control_sum_is_the_sum_of_the_lines():
    payment_list = make_list()
    assert (payment_list.total, payment_list.count) == (15_000_00, 2)
    assert sum(line.fen for line in payment_list.lines.all()) == 15_000_00


def test_nobody_is_on_two_lists_at_once():
    payment_list = make_list()
    with pytest.raises(Refused) as refused:
        make_payment_lists(payment_list.round, actor=person(Role.GRANT_MAKER), at=at())
    assert refused.value.code == "grants.nobody_to_pay"
    line = payment_list.lines.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentLine.objects.create(
            payment_list=payment_list, application=line.application, fen=1, holder="x", bank="x", account="1"
        )


@pytest.mark.parametrize(("count", "total"), [(3, 15_000_00), (2, 15_000_01)])
def test_a_file_that_is_not_what_the_treasury_says_is_refused_whole(count, total):
    payment_list = make_list()
    with pytest.raises(Refused) as refused:
        book(payment_list, return_csv(payment_list), count=count, total=total)
    assert refused.value.code == "grants.control_differs"
    assert not Booking.objects.exists()
    assert not ReturnFile.objects.exists()


def test_a_truncated_file_is_refused_whole():
    payment_list = make_list()
    content = return_csv(payment_list)
    with pytest.raises(Refused):
        book(payment_list, content[: content.rindex(b"\r\n")])
    assert not Booking.objects.exists()


def test_a_total_line_that_does_not_add_up_is_refused_whole():
    payment_list = make_list()
    with pytest.raises(TableRefused) as refused:
        book(payment_list, return_csv(payment_list, total="15000.01"))
    assert refused.value.code == "files.grants_total"
    assert not Booking.objects.exists()


def test_a_file_without_a_column_is_refused_whole():
    with pytest.raises(TableRefused) as refused:
        book(make_list(), "收款账号,金额（元）\r\n62,1\r\n".encode())
    assert refused.value.code == "files.grants_columns"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_whole_file_is_booked_in_either_encoding_and_the_round_ends(encoding):
    payment_list = make_list()
    taken = book(payment_list, return_csv(payment_list, total="15000.00", encoding=encoding))
    assert (taken.file.booked, taken.file.total) == (2, 15_000_00)
    assert set(Application.objects.values_list("state", "paid")) == {("paid", 7_500_00)}
    payment_list.round.refresh_from_db()
    assert payment_list.round.state == "done"
    assert list(faults()) == []


def test_the_same_file_again_changes_nothing():
    payment_list = make_list()
    content = return_csv(payment_list)
    book(payment_list, content)
    again = book(payment_list, content)
    assert again.is_again
    assert Booking.objects.count() == 2


def test_the_same_payments_in_another_file_are_known_and_not_booked_twice():
    payment_list = make_list()
    book(payment_list, return_csv(payment_list))
    taken = book(payment_list, return_csv(payment_list, total="15000"))
    assert (taken.file.booked, taken.file.known) == (0, 2)
    assert Booking.objects.count() == 2


def wrong_rows(payment_list, what):
    first, second = success_rows(payment_list)
    changed = {
        "unknown": ("99999999999", second[1], "成功", "2020-03-16"),
        "amount": (second[0], "1.00", "成功", "2020-03-16"),
        "doubled": first,
        "future": (second[0], second[1], "成功", "2020-04-16"),
        "no_day": (second[0], second[1], "成功", ""),
        "no_result": (second[0], second[1], "", "2020-03-16"),
        "odd_result": (second[0], second[1], "也许", "2020-03-16"),
    }
    return [first, changed[what]]


@pytest.mark.parametrize(
    "what", ["unknown", "amount", "doubled", "future", "no_day", "no_result", "odd_result"]
)
def test_a_wrong_line_is_named_and_the_others_are_booked(what):
    payment_list = make_list()
    rows = wrong_rows(payment_list, what)
    total = sum(round(float(row[1]) * 100) for row in rows)
    taken = book(payment_list, return_csv(payment_list, rows=rows), total=total)
    assert [fault.row for fault in taken.file.faults.all()] == [3]
    assert taken.file.booked == 1
    assert Booking.objects.count() == 1
    assert list(faults()) == []


def test_an_account_that_succeeds_and_bounces_in_one_file_is_not_booked():
    payment_list = make_list()
    first, second = success_rows(payment_list)
    rows = [first, (first[0], first[1], "退票", "2020-03-16"), second]
    taken = book(payment_list, return_csv(payment_list, rows=rows), count=3, total=22_500_00)
    assert [fault.row for fault in taken.file.faults.all()] == [2, 3]


def test_a_bounced_payment_is_paid_after_the_firm_corrected_its_account():
    payment_list = make_list()
    first, second = success_rows(payment_list)
    rows = [first, (second[0], second[1], "退票", "2020-03-16")]
    taken = book(payment_list, return_csv(payment_list, rows=rows))
    assert (taken.file.booked, taken.file.bounced) == (1, 1)
    line = payment_list.lines.get(state="bounced")
    assert line.bounce_reason == "户名不符"
    row = line.application
    change_account(row, bank="演示银行", account="62111111111", actor=owner_of(row.enterprise), at=at())
    again = make_payment_lists(payment_list.round, actor=person(Role.GRANT_MAKER), at=at())[0]
    assert (again.total, again.count) == (7_500_00, 1)
    release_list(again, actor=person(Role.GRANT_CHECKER), at=at())
    book(again, return_csv(again), count=1, total=7_500_00)
    assert Application.objects.get(pk=row.pk).state == "paid"
    assert list(faults()) == []


def test_two_firms_with_one_account_are_not_paid():
    call = make_open_call()
    first = make_agreed(call)
    second = make_agreed(call)
    Application.objects.filter(pk=second.pk).update(account=first.account)
    second.refresh_from_db()
    with pytest.raises(Refused) as refused:
        make_list(applications=[first, second])
    assert refused.value.code == "grants.account_shared"


def test_no_more_is_paid_back_than_was_paid():
    payment_list = make_list()
    book(payment_list, return_csv(payment_list))
    row = Application.objects.order_by("pk").first()
    maker = person(Role.GRANT_MAKER)
    said = {"on": AFTER_NOTICE, "reason": "审计核减", "actor": maker, "at": at(), "wall": at()}
    record_repayment(row, fen=7_000_00, scan=paper(maker), **said)
    with pytest.raises(Refused) as refused:
        record_repayment(row, fen=500_01, scan=paper(maker), **said)
    assert refused.value.code == "grants.repaid_more"
    assert list(faults()) == []
    assert totals()["repaid_fen"] == 7_000_00


def test_the_command_proves_the_books_and_names_what_does_not_agree():
    payment_list = make_list()
    book(payment_list, return_csv(payment_list))
    out = StringIO()
    call_command("grants", "verify", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert said["paid_lines_fen"] == said["booked_fen"] == said["audited_fen"] == 15_000_00
    row = Application.objects.order_by("pk").first()
    Call.objects.filter(pk=row.call_id).update(reserved=1)
    with pytest.raises(CommandError, match=row.call.public_id):
        call_command("grants", "verify")


def test_an_amount_that_does_not_follow_from_its_record_is_named():
    row = make_agreed()
    PaymentList.objects.all().delete()
    Application.objects.filter(pk=row.pk).update(reserved=1, granted=1)
    Call.objects.filter(pk=row.call_id).update(reserved=1)
    assert [row.public_id in fault for fault in faults()] == [True]


def test_what_leaves_with_account_numbers_is_recorded():
    payment_list = make_list()
    hand_over_list(payment_list, actor=person(Role.GRANT_CHECKER))
    record = AuditRecord.objects.get(act="grant_list.exported")
    assert record.details["fen"] == 15_000_00
    assert "account" not in json.dumps(record.details)


def test_a_paper_whose_sum_differs_does_not_move_the_round():
    row = make_funded()
    assert row.state == "funded"
    assert [paper_.fen for paper_ in row.papers.order_by("pk")] == [15_000_00] * 3


class EveryFen(TestCase):
    """Whatever the fees, the standard and the budget are, what is paid, booked and audited is one sum."""

    @thorough(25, deadline=None)
    @given(
        bases=st.lists(st.integers(1, 10**9), min_size=1, max_size=4),
        share=st.integers(1, 10_000),
        budget=st.integers(1, 3 * 10**9),
    )
    def test_payments_bookings_and_audit_agree(self, bases, share, budget):
        call = make_open_call(budget=budget, share_bp=share, cap_fen=None)
        rows = []
        for base in bases:
            try:
                rows.append(make_agreed(call, asked_base=base))
            except Refused as refusal:
                assert refusal.code in ("grants.budget_spent", "grants.not_entitled")
        call.refresh_from_db()
        assert call.reserved == sum(row.reserved for row in rows) <= budget
        if rows:
            payment_list = make_list(applications=rows)
            book(payment_list, return_csv(payment_list), count=payment_list.count, total=payment_list.total)
        assert list(faults()) == []
        sums = totals()
        assert sums["paid_lines_fen"] == sums["booked_fen"] == sums["audited_fen"] == call.reserved
