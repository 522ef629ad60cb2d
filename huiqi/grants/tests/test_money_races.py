"""Several people spend one budget at the same moment, in threads of their own; on SQLite and PostgreSQL."""

import pytest

from huiqi.accounts.roles import Role
from huiqi.core.errors import Refused
from huiqi.grants.commands.applying import withdraw_application
from huiqi.grants.commands.booking import Control, take_return
from huiqi.grants.commands.deciding import agree, propose
from huiqi.grants.commands.paying import make_payment_lists
from huiqi.grants.models import Application, Booking, Call, PaymentLine, ReturnFile
from huiqi.grants.queries.verifying import faults, totals
from huiqi.grants.tests.make import (
    AFTER_NOTICE,
    at,
    make_checked,
    make_funded,
    make_list,
    make_open_call,
    make_proposed,
    owner_of,
    person,
    return_csv,
)
from tests.harness.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def refused(outcomes):
    """The codes of what was refused; whatever else was raised is a fault."""
    wrong = [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert wrong == []
    return sorted(one.code for one in outcomes if isinstance(one, Refused))


def proposal(row):
    """An act that proposes support, by a maker of its own."""
    maker = person(Role.GRANT_MAKER)
    return lambda: propose(row, grant=True, opinion="符合", actor=maker, at=at())


@pytest.mark.parametrize(
    ("limit", "code"), [({"budget": 2_000_000}, "grants.budget_spent"), ({"quota": 2}, "grants.quota_full")]
)
def test_four_proposals_at_once_never_pass_the_budget_or_the_quota(limit, code):
    call = make_open_call(**limit)
    rows = [make_checked(call) for _ in range(4)]
    outcomes = together(*(proposal(row) for row in rows))
    assert refused(outcomes) == [code, code]
    call = Call.objects.get(pk=call.pk)
    assert (call.reserved, call.reserved_count) == (1_500_000, 2)
    assert Application.objects.filter(state="proposed").count() == 2
    assert list(faults()) == []


def test_a_withdrawal_and_a_check_at_once_leave_money_held_for_nobody_who_left():
    row = make_proposed()
    firm, checker = owner_of(row.enterprise), person(Role.GRANT_CHECKER)
    refused(
        together(
            lambda: withdraw_application(row, actor=firm, at=at()),
            lambda: agree(row, actor=checker, at=at()),
        )
    )
    assert Application.objects.get(pk=row.pk).state == "withdrawn"
    assert Call.objects.get(pk=row.call_id).reserved == 0
    assert list(faults()) == []


def test_two_makers_at_once_draw_up_one_payment_list():
    row = make_funded()
    makers = [person(Role.GRANT_MAKER), person(Role.GRANT_MAKER)]
    outcomes = together(
        *(lambda maker=maker: make_payment_lists(row, actor=maker, at=at(AFTER_NOTICE)) for maker in makers)
    )
    assert refused(outcomes) == ["grants.nobody_to_pay"]
    assert PaymentLine.objects.count() == 2


@pytest.mark.parametrize("is_same_file", [True, False])
def test_two_return_files_at_once_book_each_payment_once(is_same_file):
    payment_list = make_list()
    contents = [return_csv(payment_list), return_csv(payment_list, total=None if is_same_file else "15000")]
    checkers = [person(Role.GRANT_CHECKER), person(Role.GRANT_CHECKER)]

    def take(content, checker):
        return take_return(
            payment_list,
            content,
            name="回单.csv",
            control=Control(2, 1_500_000),
            actor=checker,
            today=AFTER_NOTICE,
            at=at(AFTER_NOTICE),
        )

    pairs = zip(contents, checkers, strict=True)
    outcomes = together(*(lambda pair=pair: take(*pair) for pair in pairs))
    assert refused(outcomes) == []
    assert Booking.objects.count() == 2
    assert ReturnFile.objects.count() == (1 if is_same_file else 2)
    assert totals()["booked_fen"] == 1_500_000
    assert list(faults()) == []
