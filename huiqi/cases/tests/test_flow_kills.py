"""Killed between any two writes, an act on a case leaves nothing half: all of it stands or none."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from huiqi.accounts.models import UnitKind
from huiqi.accounts.tests.make import make_office, make_unit
from huiqi.cases.commands.approvals import ask_extension, ask_suspension, decide_approval, resume_case
from huiqi.cases.commands.closing import (
    approve_answer,
    rate_case,
    record_call_back,
    redo_case,
    reopen_case,
)
from huiqi.cases.commands.desk import (
    accept_case,
    add_co_handler,
    ask_supplement,
    assign_case,
    classify_case,
    escalate_case,
    give_supplement,
    merge_case,
    refuse_case,
    split_case,
    withdraw_case,
)
from huiqi.cases.commands.handling import answer_order, hand_on, record_contact, send_back, sign_order
from huiqi.cases.commands.knots import confirm_knot, propose_knots
from huiqi.cases.models import Case
from huiqi.cases.queries.alike import KNOT_CASES
from huiqi.cases.tests.make import at, make_case, make_lead, make_officer
from huiqi.cases.workflow import State

pytestmark = pytest.mark.django_db
SAID = {"actor": None, "at": at("2020-03-03")}
APPS = ("cases", "messages", "core")


class Killed(Exception):
    pass


class Killer:
    """Stops before the n-th write; counts them all when n is never reached."""

    def __init__(self, last: int) -> None:
        self.last, self.writes = last, 0

    def __call__(self, execute, sql, params, many, context):
        if sql.split(maxsplit=1)[0] in {"INSERT", "UPDATE", "DELETE"}:
            self.writes += 1
            if self.writes > self.last:
                raise Killed
        return execute(sql, params, many, context)


def everything():
    """All rows an act on a case may touch."""
    models = [model for app in APPS for model in apps.get_app_config(app).get_models() if model._meta.managed]
    return {model._meta.label: list(model.objects.order_by("pk").values()) for model in models}


# --- each act: made ready, then done ----------------------------------------------------------------------


def helped(state=State.HANDLING):
    case = make_case(state=state)
    below = make_unit("浏阳服务站", UnitKind.SERVICE, "430181", make_office("liuyang"))
    add_co_handler(case, unit=below, **SAID)
    return Case.objects.get(pk=case.pk)


def called():
    case = make_case(state=State.HANDLING)
    record_contact(make_lead(case), note="联系。", **SAID)
    return make_lead(case)


def asked(kind):
    order = make_lead(make_case(state=State.HANDLING))
    said = {"reason": "难。", "actor": make_officer(), "at": at("2020-03-03")}
    if kind == "extension":
        return ask_extension(order, amount=2, **said)
    return ask_suspension(order, review_on=date(2020, 3, 20), **said)


def resting():
    decide_approval(asked("suspension"), granted=True, actor=make_officer(), at=at("2020-03-03"))
    return Case.objects.get()


def supplementing():
    return ask_supplement(make_case(state=State.HANDLING), text="请补合同。", **SAID)


def followed():
    """A master with two that follow it."""
    master = make_case(state=State.HANDLING)
    for _ in range(2):
        merge_case(make_case(), into=master, reason="同一件事。", **SAID)
    return Case.objects.get(pk=master.pk)


def ended():
    return record_call_back(make_case(state=State.CALLING_BACK), word="solved", **SAID)


def knot():
    for _ in range(KNOT_CASES):
        make_case()
    return propose_knots(at=at("2020-03-03"))[0]


def confirm(found, cast):
    said = {"owner": cast.officer.unit, "cause": "停运。", "task": "包车。", "due_on": date(2020, 3, 20)}
    confirm_knot(found, **said, **SAID)


ACTS = {
    "accept": (make_case, lambda case, cast: accept_case(case, **SAID)),
    "refuse": (make_case, lambda case, cast: refuse_case(case, reason="outside", text="找甲局。", **SAID)),
    "ask_supplement": (
        lambda: make_case(state=State.HANDLING),
        lambda case, cast: ask_supplement(case, text="请补合同。", **SAID),
    ),
    "give_supplement": (supplementing, lambda case, cast: give_supplement(case, text="补上了。", **SAID)),
    "classify": (
        lambda: make_case(state=State.HANDLING),
        lambda case, cast: classify_case(case, topic="tax", urgency="urgent", **SAID),
    ),
    "assign": (
        lambda: make_case(state=State.ACCEPTED),
        lambda case, cast: assign_case(case, lead=cast.officer.unit, co=[cast.tax], **SAID),
    ),
    "assign_anew": (helped, lambda case, cast: assign_case(case, lead=case.orders.last().unit, **SAID)),
    "escalate": (helped, lambda case, cast: escalate_case(case, reason="难。", **SAID)),
    "withdraw": (helped, lambda case, cast: withdraw_case(case, reason="", **SAID)),
    "withdraw_master": (followed, lambda case, cast: withdraw_case(case, reason="", **SAID)),
    "merge_master": (
        followed,
        lambda case, cast: merge_case(case, into=cast.case, reason="同一件事。", **SAID),
    ),
    "split": (followed, lambda case, cast: split_case(case.merged.first(), reason="不是。", **SAID)),
    "sign": (
        lambda: make_lead(make_case(state=State.ASSIGNED)),
        lambda order, cast: sign_order(order, **SAID),
    ),
    "send_back": (
        lambda: make_lead(make_case(state=State.ASSIGNED)),
        lambda order, cast: send_back(order, reason="not_ours", text="不归我局。", **SAID),
    ),
    "hand_on": (called, lambda order, cast: hand_on(order, colleague=cast.officer, **SAID)),
    "contact": (
        lambda: make_lead(make_case(state=State.HANDLING)),
        lambda order, cast: record_contact(order, note="联系。", **SAID),
    ),
    "answer": (
        called,
        lambda order, cast: answer_order(order, text="办妥。", proposed_ending="solved", **SAID),
    ),
    "grant_more_time": (
        lambda: asked("extension"),
        lambda one, cast: decide_approval(one, granted=True, actor=cast.officer, at=at("2020-03-03")),
    ),
    "grant_rest": (
        lambda: asked("suspension"),
        lambda one, cast: decide_approval(one, granted=True, actor=cast.officer, at=at("2020-03-03")),
    ),
    "resume": (resting, lambda case, cast: resume_case(case, **SAID)),
    "approve": (
        lambda: make_case(state=State.ANSWERED),
        lambda case, cast: approve_answer(case, actor=cast.above, at=at("2020-03-03")),
    ),
    "redo": (
        lambda: make_case(state=State.ANSWERED),
        lambda case, cast: redo_case(case, reason="不全。", **SAID),
    ),
    "call_back": (
        lambda: make_case(state=State.CALLING_BACK),
        lambda case, cast: record_call_back(case, word="solved", rating=5, **SAID),
    ),
    "not_solved": (
        lambda: make_case(state=State.CALLING_BACK),
        lambda case, cast: rate_case(case, word="not_solved", text="没好。", **SAID),
    ),
    "reopen": (ended, lambda case, cast: reopen_case(case, reason="又坏了。", **SAID)),
    "confirm_knot": (knot, confirm),
}


@pytest.mark.parametrize("name", ACTS)
def test_killed_between_any_two_writes_it_leaves_nothing(name):
    ready, act = ACTS[name]
    thing = ready()
    cast = SimpleNamespace(
        officer=make_officer(), above=make_officer("changsha"), tax=make_office("tax"), case=make_case()
    )
    before, last, steps = everything(), 0, 0
    while True:
        killer = Killer(last)
        try:
            with connection.execute_wrapper(killer):
                act(type(thing).objects.get(pk=thing.pk), cast)
            break
        except Killed:
            steps += 1
        assert everything() == before, f"{name}: half an act after {last} writes"
        last += 1
    assert steps >= 4
    assert everything() != before
