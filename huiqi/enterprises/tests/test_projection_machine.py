"""Whatever happens to three firms, their columns are what their statements say, and the past stays put.

Each step files, takes back, merges, undoes or lets days pass; a shadow of plain lists does the same beside
it, and the oracle answers from the shadow.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from huiqi.enterprises.commands.merging import merge_firms, undo_merging
from huiqi.enterprises.commands.projection import rebuild_facts, refresh_facts
from huiqi.enterprises.commands.statements import Said, file_statements, open_filing, retract_statements
from huiqi.enterprises.models import Enterprise, Merging, Statement
from huiqi.enterprises.queries.statements import facts_on
from huiqi.enterprises.tests.oracle import RANKS, Kind, Remark, answer

pytestmark = [pytest.mark.django_db, pytest.mark.both]
# As rulebook/facts.yaml has them.
FACTS = {
    "employees": Kind("last year", 365),
    "graduate_hires": Kind("this year", 90),
    "vacancies": Kind("any", 30),
    "monthly_rent": Kind("any", 180),
}
FIRMS = st.integers(0, 2)


class Register(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.undo_all = transaction.atomic()
        self.undo_all.__enter__()
        self.today = date(2020, 11, 20)
        self.second = 0
        self.rows = [Enterprise.objects.create(name=f"机器{n}公司", initials="jqgs") for n in range(3)]
        self.remarks: list[Remark] = []
        self.statements: list[int] = []
        # (dropped, kept, from, to or None), as places in self.rows
        self.mergings: list[list] = []
        self.past: list[tuple[int, date, date, dict]] = []
        list(refresh_facts(self.today))

    def teardown(self) -> None:
        for firm, on, known_on, then in self.past:
            assert self.seen(firm, on, known_on) == then, "what was known then reads otherwise now"
        transaction.set_rollback(True)
        self.undo_all.__exit__(None, None, None)

    def now(self) -> datetime:
        """A later instant of the same day at each call."""
        self.second += 1
        return datetime(self.today.year, self.today.month, self.today.day, 1, tzinfo=UTC) + timedelta(
            seconds=self.second
        )

    # --- what happens --------------------------------------------------------------------------------

    @rule(
        firm=FIRMS,
        fact=st.sampled_from(list(FACTS)),
        value=st.one_of(st.integers(0, 9), st.none()),
        back=st.integers(-3, 60),
        period=st.sampled_from(["", "2019", "2020"]),
        standing=st.sampled_from(RANKS),
        lasts=st.one_of(st.none(), st.integers(0, 40)),
    )
    def state(self, firm, fact, value, back, period, standing, lasts):
        as_of = self.today - timedelta(days=back)
        expires = None if lasts is None else as_of + timedelta(days=lasts)
        said = Said(self.rows[firm].pk, fact, value, as_of, period, expires)
        filing = open_filing("register", actor=None, at=self.now())
        file_statements([said], filing=filing, standing=standing, on=self.today)
        number = len(self.remarks)
        self.remarks.append(Remark(number, firm, fact, value, period, as_of, self.today, standing, expires))
        self.statements.append(Statement.objects.latest("pk").pk)

    @precondition(lambda self: self.remarks)
    @rule(which=st.integers(0, 1000))
    def take_back(self, which):
        number = which % len(self.remarks)
        filing = open_filing("officer", actor=None, at=self.now())
        retract_statements(Statement.objects.filter(pk=self.statements[number]), filing=filing, on=self.today)
        self.remarks[number].taken_back = self.remarks[number].taken_back or self.today

    @precondition(lambda self: len(self.present()) > 1)
    @rule(dropped=FIRMS, kept=FIRMS)
    def merge(self, dropped, kept):
        present = self.present()
        at = dropped % len(present)
        dropped, kept = present[at], present[(at + 1 + kept % (len(present) - 1)) % len(present)]
        both = {"dropped": self.rows[dropped], "kept": self.rows[kept]}
        merge_firms(**both, reason="", actor=None, at=self.now(), on=self.today)
        self.mergings.append([dropped, kept, self.today, None])

    @precondition(lambda self: any(one[3] is None for one in self.mergings))
    @rule(which=st.integers(0, 1000))
    def unmerge(self, which):
        standing = [one for one in self.mergings if one[3] is None]
        one = standing[which % len(standing)]
        row = Merging.objects.get(dropped=self.rows[one[0]], undone_at=None)
        undo_merging(row, reason="", actor=None, at=self.now(), on=self.today)
        one[3] = self.today

    @rule(days=st.sampled_from([1, 2, 9, 31, 60]))
    def let_days_pass(self, days):
        for firm in self.present():
            self.past.append((firm, self.today, self.today, self.seen(firm, self.today, self.today)))
        self.today += timedelta(days=days)
        list(refresh_facts(self.today))

    # --- what must hold ------------------------------------------------------------------------------

    def stands_for(self, known_on: date) -> dict[int, int]:
        """For each row the row that stood for it at the end of a day."""
        into = {
            a: b
            for a, b, begun, ended in self.mergings
            if begun <= known_on and not (ended and ended <= known_on)
        }
        found = {}
        for row in range(3):
            root = row
            while root in into:
                root = into[root]
            found[row] = root
        return found

    def present(self) -> list[int]:
        stands = self.stands_for(date.max)
        return [row for row in range(3) if stands[row] == row]

    def expected(self, firm: int, on: date, known_on: date) -> dict[str, object]:
        stands = self.stands_for(known_on)
        found = {}
        for fact, kind in FACTS.items():
            said = [one for one in self.remarks if one.fact == fact and stands[one.firm] == firm]
            counts = answer(kind, said, on, known_on)
            found[fact] = counts.value if counts else None
        return found

    def seen(self, firm: int, on: date, known_on: date | None) -> dict[str, object]:
        facts = facts_on(self.rows[firm], on, known_on).facts
        return {fact: facts.get(fact) for fact in FACTS}

    @invariant()
    def columns_are_what_the_statements_say(self):
        for firm in self.present():
            row = Enterprise.objects.get(pk=self.rows[firm].pk)
            assert {fact: getattr(row, fact) for fact in FACTS} == self.expected(firm, self.today, date.max)
        *_, met = rebuild_facts(self.today, check=True)
        assert (met.firms, met.differing) == (len(self.present()), 0), met.shown

    @precondition(lambda self: self.remarks)
    @rule(back=st.integers(0, 70), forward=st.integers(-70, 70))
    def any_day_as_known_on_any_other(self, back, forward):
        known_on = self.today - timedelta(days=back)
        for firm in self.present():
            if self.stands_for(known_on)[firm] == firm:
                on = known_on + timedelta(days=forward)
                assert self.seen(firm, on, known_on) == self.expected(firm, on, known_on)


def test_the_projection_always_equals_a_rebuild_and_the_past_stays_as_known():
    run_state_machine_as_test(
        Register, settings=settings(max_examples=5, stateful_step_count=30, deadline=None)
    )


@pytest.mark.slow
def test_the_same_for_long():
    run_state_machine_as_test(
        Register, settings=settings(max_examples=400, stateful_step_count=50, deadline=None)
    )
