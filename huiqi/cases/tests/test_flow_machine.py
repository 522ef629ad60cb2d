"""Whatever officers, units and requesters do with three cases, in whatever order: what must hold, holds.

An act either happens or is refused; a refused one leaves no trace. At the end of each story every case that
is still open is brought to its end by the ordinary way: no state is a dead end.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from huiqi.accounts.models import UnitKind
from huiqi.accounts.tests.make import make_office, make_unit
from huiqi.cases.commands import approvals, closing, desk, handling
from huiqi.cases.commands.ordering import lead_order
from huiqi.cases.commands.timing import reckoning_of
from huiqi.cases.models import Approval, ApprovalState, Case, OrderMode, OrderPart, OrderState
from huiqi.cases.tests.make import at, make_case, make_edition, make_officer
from huiqi.cases.workflow import OPEN, PROPOSABLE, Ending, Stage, State, Word
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord

pytestmark = [pytest.mark.django_db, pytest.mark.both]
CASES, UNITS, PEOPLE = st.integers(0, 2), st.integers(0, 3), st.integers(0, 3)
DESK_CLOCKS = {
    State.REGISTERED: {Stage.ACCEPT},
    State.ACCEPTED: {Stage.DISPATCH},
    State.ANSWERED: {Stage.REVIEW},
    State.CALLING_BACK: {Stage.CALL_BACK},
}
LEADS = {
    State.ASSIGNED: OrderState.SENT,
    State.HANDLING: OrderState.SIGNED,
    State.SUSPENDED: OrderState.SIGNED,
}
RESTING = (State.SUPPLEMENTING, State.SUSPENDED)


# What each act is drawn with.
ARGUMENTS = {
    "accept": {"who": PEOPLE},
    "refuse": {"reason": st.sampled_from(["outside", "nonsense"])},
    "supplement": {"way": st.sampled_from(["ask", "give", "stop", "write"])},
    "assign": {
        "lead": UNITS,
        "co": st.lists(UNITS, max_size=2, unique=True),
        "mode": st.sampled_from([OrderMode.ASSIGN, OrderMode.ASSIGN, OrderMode.CONSULT, OrderMode.FORWARD]),
    },
    "help": {"unit": UNITS, "mode": st.sampled_from(["", OrderMode.INFORM, OrderMode.ASSIGN])},
    "classify": {
        "topic": st.sampled_from(["work", "tax"]),
        "urgency": st.sampled_from(["urgent", "complex"]),
    },
    "escalate": {},
    "withdraw": {},
    "merge": {"into": CASES},
    "split": {},
    "sign": {"part": st.sampled_from(OrderPart)},
    "send_back": {"part": st.sampled_from(OrderPart)},
    "contact": {"part": st.sampled_from(OrderPart)},
    "answer": {"part": st.sampled_from(OrderPart), "ending": st.sampled_from(PROPOSABLE), "who": PEOPLE},
    "cancel": {},
    "take_on": {"who": PEOPLE},
    "extend": {"part": st.sampled_from(OrderPart), "amount": st.integers(0, 6), "who": PEOPLE},
    "rest": {"days": st.integers(0, 20)},
    "exclude": {},
    "decide": {"granted": st.booleans(), "who": PEOPLE},
    "resume": {},
    "approve": {"who": PEOPLE, "ending": st.sampled_from(["", *PROPOSABLE])},
    "redo": {},
    "call_back": {"word": st.sampled_from(Word.values), "rating": st.sampled_from([None, 1, 5])},
    "rate": {"word": st.sampled_from(Word.values)},
    "reopen": {},
}
# What somebody would do in each state; everything else is tried too, and mostly refused.
FITTING = {
    State.REGISTERED: ("accept", "accept", "accept", "supplement", "classify", "merge"),
    State.SUPPLEMENTING: ("supplement", "sign"),
    State.ACCEPTED: ("assign", "assign", "assign", "escalate"),
    State.ASSIGNED: ("sign", "sign", "sign", "send_back", "assign", "help"),
    State.HANDLING: (
        *("contact", "contact", "answer", "answer", "answer", "sign", "help", "take_on", "cancel"),
        *("supplement", "extend", "rest", "decide", "decide", "assign", "classify", "escalate"),
    ),
    State.SUSPENDED: ("resume", "sign", "escalate"),
    State.ANSWERED: ("approve", "approve", "redo"),
    State.CALLING_BACK: ("call_back", "call_back", "rate", "redo", "merge"),
    State.ENDED: ("reopen", "split", "rate", "exclude", "decide"),
}


class Office(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.undo_all = transaction.atomic()
        self.undo_all.__enter__()
        self.when = at("2020-03-02", "09:00")
        make_edition()
        self.people = [make_officer(), make_officer(), make_officer("changsha"), make_officer("province")]
        home = make_office("liuyang")
        below = make_unit("浏阳服务站", UnitKind.SERVICE, "430181", home)
        self.units = [home, below, make_office("tax"), make_office("park")]
        self.keys = [make_case(when=self.when).pk for _ in range(3)]
        self.touched = {0, 1, 2}

    def teardown(self) -> None:
        for place in range(3):
            self.bring_to_end(place)
        transaction.set_rollback(True)
        self.undo_all.__exit__(None, None, None)

    # --- acting ---------------------------------------------------------------------------------------

    def case(self, place):
        return Case.objects.select_related("edition", "desk").get(pk=self.keys[place])

    def order(self, place, part=OrderPart.LEAD):
        if part == OrderPart.LEAD:
            return lead_order(self.case(place))
        return self.case(place).orders.filter(part=part).order_by("-pk").first()

    def act(self, place, command, thing, **said):
        """Do it, or be refused without a trace; anything else is a fault."""
        if thing is None:
            return False
        self.touched.add(place)
        before = self.traces(place)
        try:
            with transaction.atomic():
                command(thing, at=self.when, **said)
        except Refused as refused:
            assert refused.code.startswith("cases."), refused.code
            assert self.traces(place) == before
            return False
        return True

    def traces(self, place):
        case = self.case(place)
        told = case.events.count(), case.clocks.count(), case.orders.count(), AuditRecord.objects.count()
        return case.version, case.state, *told

    @rule(minutes=st.sampled_from([5, 60, 240, 1440, 4320, 14400]))
    def let_time_pass(self, minutes):
        # Office time is known for some months ahead; two of them are stories enough.
        self.when = min(self.when + timedelta(minutes=minutes), at("2020-05-20"))

    @rule(place=CASES, data=st.data())
    def do_what_fits(self, place, data):
        self.do(place, data.draw(st.sampled_from(FITTING[self.case(place).state])), data)

    @rule(place=CASES, data=st.data())
    def do_four_times_what_fits(self, place, data):
        for _ in range(4):
            self.do_what_fits(place, data)

    @rule(place=CASES, name=st.sampled_from(list(ARGUMENTS)), data=st.data())
    def do_anything(self, place, name, data):
        self.do(place, name, data)

    def do(self, place, name, data):
        said = {key: data.draw(values, label=key) for key, values in ARGUMENTS[name].items()}
        note(f"{name}({said}) on case {place}, {self.case(place).state}")
        getattr(self, name)(place, **said)

    # --- the desk -------------------------------------------------------------------------------------

    def accept(self, place, who):
        self.act(place, desk.accept_case, self.case(place), actor=self.people[who])

    def refuse(self, place, reason):
        self.act(place, desk.refuse_case, self.case(place), reason=reason, text="请找甲局。", actor=None)

    def supplement(self, place, way):
        command, said = {
            "ask": (desk.ask_supplement, {"text": "请补合同。"}),
            "give": (desk.give_supplement, {"text": "补上了。"}),
            "stop": (desk.stop_waiting, {"reason": "不等了。"}),
            "write": (handling.write_to_office, {"text": "请快一点。"}),
        }[way]
        self.act(place, command, self.case(place), actor=None, **said)

    def assign(self, place, lead, co, mode):
        units = [self.units[one] for one in co if one != lead]
        said = {"lead": self.units[lead], "co": units, "mode": mode, "actor": self.people[0]}
        self.act(place, desk.assign_case, self.case(place), **said)

    def help(self, place, unit, mode):
        said = {"unit": self.units[unit], "mode": mode, "actor": None}
        self.act(place, desk.add_co_handler, self.case(place), **said)

    def classify(self, place, topic, urgency):
        said = {"topic": topic, "urgency": urgency, "actor": None}
        self.act(place, desk.classify_case, self.case(place), **said)

    def escalate(self, place):
        self.act(place, desk.escalate_case, self.case(place), reason="协调不了。", actor=None)

    def withdraw(self, place):
        self.touched = {0, 1, 2}
        self.act(place, desk.withdraw_case, self.case(place), reason="", actor=None)

    def merge(self, place, into):
        self.touched = {0, 1, 2}
        said = {"into": self.case(into), "reason": "同一件事。", "actor": None}
        self.act(place, desk.merge_case, self.case(place), **said)

    def split(self, place):
        self.act(place, desk.split_case, self.case(place), reason="不是一件事。", actor=None)

    # --- the units ------------------------------------------------------------------------------------

    def sign(self, place, part):
        self.act(place, handling.sign_order, self.order(place, part), actor=self.people[1])

    def send_back(self, place, part):
        said = {"reason": "not_ours", "text": "不归我局。", "actor": None}
        self.act(place, handling.send_back, self.order(place, part), **said)

    def contact(self, place, part):
        self.act(place, handling.record_contact, self.order(place, part), note="联系。", actor=self.people[0])

    def answer(self, place, part, ending, who):
        said = {"text": "办妥。", "proposed_ending": ending, "actor": self.people[who]}
        self.act(place, handling.answer_order, self.order(place, part), **said)

    def cancel(self, place):
        self.act(place, desk.cancel_order, self.order(place, OrderPart.CO), reason="不用了。", actor=None)

    def take_on(self, place, who):
        self.act(place, handling.take_on, self.order(place), actor=self.people[who])

    def extend(self, place, part, amount, who):
        said = {"amount": amount, "reason": "难。", "actor": self.people[who]}
        self.act(place, approvals.ask_extension, self.order(place, part), **said)

    def rest(self, place, days):
        until = (self.when + timedelta(days=days)).date()
        said = {"review_on": until, "reason": "等。", "actor": self.people[0]}
        self.act(place, approvals.ask_suspension, self.order(place), **said)

    def exclude(self, place):
        said = {"reason": "政策不允许。", "actor": self.people[0]}
        self.act(place, approvals.ask_exclusion, self.case(place), **said)

    def decide(self, place, granted, who):
        waiting = Approval.objects.filter(case=self.keys[place], state=ApprovalState.WAITING).first()
        said = {"granted": granted, "decision": "照此。", "actor": self.people[who]}
        self.act(place, approvals.decide_approval, waiting, **said)

    def resume(self, place):
        self.act(place, approvals.resume_case, self.case(place), actor=None)

    # --- the end --------------------------------------------------------------------------------------

    def approve(self, place, who, ending):
        said = {"ending": ending, "actor": self.people[who]}
        self.act(place, closing.approve_answer, self.case(place), **said)

    def redo(self, place):
        self.act(place, closing.redo_case, self.case(place), reason="不全。", actor=None)

    def call_back(self, place, word, rating):
        said = {"word": word, "rating": rating, "actor": None}
        self.act(place, closing.record_call_back, self.case(place), **said)

    def rate(self, place, word):
        self.act(place, closing.rate_case, self.case(place), word=word, rating=3, text="好。")

    def reopen(self, place):
        self.act(place, closing.reopen_case, self.case(place), reason="还没好。", actor=None)

    # --- what must hold -------------------------------------------------------------------------------

    @invariant()
    def every_case_is_whole(self):
        for place in self.touched:
            case = self.case(place)
            orders = list(case.orders.all())
            self.check_orders(case, orders)
            self.check_clocks(case, list(case.clocks.running().select_related("order")))
            self.check_time(case)
            if case.state == State.ENDED:
                self.check_end(case)
            else:
                assert not case.ending and case.ended_at is None and not case.word
        self.touched = set()

    def check_orders(self, case, orders):
        leads = [one for one in orders if one.part == OrderPart.LEAD and one.is_open]
        state = case.asked_from if case.state == State.SUPPLEMENTING else case.state
        assert [one.state for one in leads] == ([LEADS[state]] if state in LEADS else [])
        if leads:
            assert (case.lead, case.handler) == (leads[0].unit, leads[0].handler)
        returned = [one for one in orders if one.part == OrderPart.LEAD and one.state == OrderState.RETURNED]
        assert case.bounces == len(returned)

    def check_clocks(self, case, running):
        at_desk = {clock.stage for clock in running if clock.order is None}
        wanted = DESK_CLOCKS.get(case.state, set())
        if case.state == State.SUPPLEMENTING:
            wanted = {Stage.SUPPLEMENT} | DESK_CLOCKS.get(case.asked_from, set())
        assert at_desk == wanted
        assert all(clock.order.is_open for clock in running if clock.order is not None)
        held = {Stage.HANDLE, Stage.CONTACT, Stage.ACCEPT}
        for clock in running:
            assert clock.is_paused == (case.state in RESTING and clock.stage in held)
            assert clock.is_paused == clock.pauses.filter(to_at=None).exists()
        # An open case always has a term somebody answers for; the next end is the one lists show.
        counting = [one for one in running if not one.is_reference]
        assert bool(counting) == (case.state in OPEN)
        ends = [one.due_at for one in counting if not one.is_paused] or [one.due_at for one in counting]
        assert case.due_at == (min(ends) if ends else None)

    def check_time(self, case):
        for clock in case.clocks.all():
            said = reckoning_of(clock, case, clock.stopped_at or self.when)
            assert said.is_late or said.used <= said.allowed, clock.stage
            if clock.stopped_at is not None:
                assert (clock.was_late, clock.used_minutes) == (said.is_late, max(said.used, 0))

    def check_end(self, case):
        assert not case.orders.open().exists()
        waiting = case.approvals.filter(state=ApprovalState.WAITING)
        assert not waiting.exclude(kind="exclusion").exists()
        if case.ending in (Ending.SOLVED, Ending.PARTLY_SOLVED):
            assert case.word in (Word.SOLVED, Word.PARTLY)
        if case.ending == Ending.MERGED:
            assert case.master.ending != Ending.MERGED and case.master_id != case.pk
        else:
            assert case.master is None

    # --- no dead end ----------------------------------------------------------------------------------

    def bring_to_end(self, place):
        for _ in range(20):
            case = self.case(place)
            if case.state == State.ENDED:
                return
            assert self.next_step(place, case), f"stuck in {case.state}"
            self.every_case_is_whole()
        raise AssertionError("no end in sight")

    def next_step(self, place, case):
        home, above = self.people[0], self.people[3]
        lead = lead_order(case)
        if case.state == State.HANDLING:
            for co in case.orders.open().filter(part=OrderPart.CO):
                assert self.act(place, desk.cancel_order, co, reason="收尾。", actor=None)
            assert self.act(place, handling.record_contact, lead, note="联系。", actor=home)
        thing, command, said = {
            State.REGISTERED: (case, desk.accept_case, {"actor": home}),
            State.SUPPLEMENTING: (case, desk.stop_waiting, {"reason": "不等了。", "actor": home}),
            State.ACCEPTED: (case, desk.assign_case, {"lead": case.desk, "actor": home}),
            State.ASSIGNED: (lead, handling.sign_order, {"actor": home}),
            State.HANDLING: (
                lead,
                handling.answer_order,
                {"text": "如实答复。", "proposed_ending": Ending.EXPLAINED, "actor": home},
            ),
            State.SUSPENDED: (case, approvals.resume_case, {"actor": home}),
            State.ANSWERED: (case, closing.approve_answer, {"ending": Ending.EXPLAINED, "actor": above}),
            State.CALLING_BACK: (case, closing.record_call_back, {"word": Word.PARTLY, "actor": home}),
        }[case.state]
        if case.state == State.ANSWERED and not self.act(place, command, thing, **said):
            # The province's officer answered it: a colleague reviews.
            said["actor"] = self.people[2]
            return self.act(place, command, thing, **said)
        return case.state == State.ANSWERED or self.act(place, command, thing, **said)


def test_every_story_of_three_cases_is_whole_and_comes_to_its_end():
    run_state_machine_as_test(
        Office, settings=settings(max_examples=5, stateful_step_count=40, deadline=None)
    )


@pytest.mark.slow
def test_the_same_for_long():
    run_state_machine_as_test(
        Office, settings=settings(max_examples=60, stateful_step_count=60, deadline=None)
    )
