"""Two people act on one case at the same moment, on SQLite (a file) and on PostgreSQL."""

import pytest

from huiqi.accounts.tests.make import make_office
from huiqi.cases.commands.approvals import ask_extension, decide_approval
from huiqi.cases.commands.closing import approve_answer, rate_case, record_call_back
from huiqi.cases.commands.desk import assign_case, merge_case, withdraw_case
from huiqi.cases.commands.handling import send_back, sign_order, take_on
from huiqi.cases.commands.knots import propose_knots
from huiqi.cases.commands.pack_merges import begin_merge, merge_rows
from huiqi.cases.models import Approval, Case, Clock, Knot, PackLine, PackMerge
from huiqi.cases.queries.alike import KNOT_CASES
from huiqi.cases.tests.make import at, make_case, make_edition, make_lead, make_officer
from huiqi.cases.tests.make_packs import BACK, FIELDS, GOOD, bring, filled, pack_for
from huiqi.cases.workflow import Ending, Stage, State
from huiqi.core.errors import Refused, VersionConflict
from tests.harness.together import together

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 3


def refused(outcomes):
    """The codes of what was refused; whatever else was raised is a fault."""
    faults = [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert faults == []
    return [one.code for one in outcomes if isinstance(one, Refused)]


def whole(case):
    """What must hold after every race."""
    case = Case.objects.get(pk=case.pk)
    assert (case.state == State.ENDED) == bool(case.ending)
    assert case.clocks.running().exists() == case.is_open
    assert case.orders.open().exists() <= case.is_open
    return case


def test_two_officers_sign_at_once_and_one_receipt_is_kept():
    first, second = make_officer(), make_officer()
    for _ in range(ROUNDS):
        order = make_lead(make_case(state=State.ASSIGNED))
        outcomes = together(
            lambda order=order: sign_order(order, actor=first, at=at()),
            lambda order=order: sign_order(order, actor=second, at=at()),
        )
        assert refused(outcomes) == ["cases.signed_already"]
        assert order.case.events.filter(kind="sign").count() == 1
        assert Clock.objects.filter(order=order, stage=Stage.HANDLE).count() == 1


def test_two_officers_who_saw_the_same_page_sign_once_and_the_other_sees_the_change():
    order = make_lead(make_case(state=State.ASSIGNED))
    seen = order.case.version
    outcomes = together(*[lambda: sign_order(order, actor=None, at=at(), expected=seen)] * 2)
    assert [type(one) for one in outcomes if isinstance(one, Exception)] == [VersionConflict]


def test_one_signs_while_another_sends_back():
    for _ in range(ROUNDS):
        order = make_lead(make_case(state=State.ASSIGNED))
        back = {"reason": "not_ours", "text": "不归我局。", "actor": None, "at": at()}
        outcomes = together(
            lambda order=order: sign_order(order, actor=None, at=at()),
            lambda order=order, back=back: send_back(order, **back),
        )
        assert len(refused(outcomes)) == 1
        assert whole(order.case).state in (State.HANDLING, State.ACCEPTED)


def test_two_colleagues_take_an_order_on_and_one_has_it():
    people = [make_officer(), make_officer()]
    order = make_lead(make_case(state=State.HANDLING))
    outcomes = together(*[lambda one=one: take_on(order, actor=one, at=at()).handler for one in people])
    assert refused(outcomes) == ["cases.taken_on"]
    assert Case.objects.get(pk=order.case_id).handler in outcomes


def test_an_answer_is_approved_while_the_requester_takes_the_request_back():
    reviewer = make_officer("changsha")
    for _ in range(ROUNDS):
        case = make_case(state=State.ANSWERED)
        outcomes = together(
            lambda case=case: approve_answer(case, actor=reviewer, at=at()),
            lambda case=case: withdraw_case(case, reason="", actor=None, at=at()),
        )
        assert refused(outcomes) in ([], ["cases.cannot_approve"])
        assert whole(case).ending == Ending.WITHDRAWN


def test_two_cases_are_merged_into_each_other_at_once_and_one_of_them_stays():
    for _ in range(ROUNDS):
        one, other = make_case(state=State.HANDLING), make_case(state=State.HANDLING)
        words = {"reason": "同一件事。", "actor": None, "at": at()}
        outcomes = together(
            lambda one=one, other=other, words=words: merge_case(one, into=other, **words),
            lambda one=one, other=other, words=words: merge_case(other, into=one, **words),
        )
        assert refused(outcomes) == ["cases.merge_ring"]
        one, other = whole(one), whole(other)
        assert sorted([one.ending, other.ending]) == ["", Ending.MERGED]
        assert other in (one.master, one) or one == other.master


def test_a_chain_of_merges_at_once_ends_at_one_master():
    for _ in range(ROUNDS):
        first, second, third = (make_case() for _ in range(3))
        words = {"reason": "同一件事。", "actor": None, "at": at()}
        outcomes = together(
            lambda a=first, b=second, words=words: merge_case(a, into=b, **words),
            lambda a=second, b=third, words=words: merge_case(a, into=b, **words),
        )
        # The one that came second may have met a master that had just been merged itself.
        assert set(refused(outcomes)) <= {"cases.master_ended", "cases.cannot_merge"}
        masters = [whole(case).master for case in (first, second) if whole(case).master]
        assert all(master.ending != Ending.MERGED for master in masters)


def test_a_word_by_telephone_and_one_on_the_web_at_once_end_the_case_once():
    for _ in range(ROUNDS):
        case = make_case(state=State.CALLING_BACK)
        outcomes = together(
            lambda case=case: record_call_back(case, word="solved", actor=None, at=at()),
            lambda case=case: rate_case(case, word="partly", rating=3, at=at()),
        )
        assert refused(outcomes) in (["cases.rated_already"], ["cases.cannot_take_word"])
        assert whole(case).call_backs.count() == 1


def test_two_dispatchers_give_a_case_to_two_units_and_one_lead_is_left():
    for _ in range(ROUNDS):
        case = make_case(state=State.ACCEPTED)
        seen = case.version
        units = [make_office("liuyang"), make_office("park")]
        outcomes = together(
            *[
                lambda unit=unit, case=case, seen=seen: assign_case(
                    case, lead=unit, mandate="纪要", actor=None, at=at(), expected=seen
                )
                for unit in units
            ]
        )
        assert len(refused(outcomes)) == 1
        assert whole(case).orders.open().count() == 1


def test_two_questions_of_one_kind_are_one():
    handler = make_officer()
    order = make_lead(make_case(state=State.HANDLING))
    words = {"amount": 2, "reason": "难。", "actor": handler, "at": at()}
    outcomes = together(*[lambda: ask_extension(order, **words)] * 2)
    assert refused(outcomes) == ["cases.asked_already"]
    asked = Approval.objects.get()
    others = [make_officer(), make_officer()]
    outcomes = together(
        *[lambda one=one: decide_approval(asked, granted=True, actor=one, at=at()) for one in others]
    )
    assert refused(outcomes) == ["cases.decided_already"]
    assert Clock.objects.get(order=order, stage=Stage.HANDLE).extensions == [2]


def test_two_workers_propose_a_knot_once():
    for _ in range(KNOT_CASES):
        make_case()
    outcomes = together(*[lambda: propose_knots(at=at("2020-03-03"))] * 2)
    assert refused(outcomes) == []
    assert Knot.objects.count() == 1


def test_two_uploads_of_one_pack_merged_at_once_are_one_case():
    make_edition(fields=FIELDS)
    officer = make_officer("liuyang", name="谭丽")
    content = filled(pack_for(officer), GOOD)
    merges = [bring(officer, content) for _ in range(2)]
    for merge in merges:
        begin_merge(merge)
    PackMerge.objects.update(state=PackMerge.State.RUNNING)
    ready = [PackMerge.objects.select_related("pack__unit", "owner").get(pk=one.pk) for one in merges]

    def run(merge):
        return list(merge_rows(merge, today=BACK.date(), at=BACK))

    assert refused(together(*[lambda merge=merge: run(merge) for merge in ready])) == []
    assert Case.objects.count() == 1
    results = sorted(PackLine.objects.values_list("result", flat=True))
    assert results == ["before", "opened"]
