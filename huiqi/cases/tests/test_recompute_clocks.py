"""The working calendar becomes known differently while cases are open."""

import pytest

from huiqi.accounts.models import UnitKind
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_unit, make_user
from huiqi.cases.commands import recalculation
from huiqi.cases.commands.desk import ask_supplement
from huiqi.cases.commands.recalculation import recompute_clocks
from huiqi.cases.happenings import Happening
from huiqi.cases.models import CalendarUsed, Case, Clock, ClockMove
from huiqi.cases.notices import CLOCK_MOVED, PROGRESS
from huiqi.cases.queries.clock_lines import clock_lines
from huiqi.cases.tests.make import at, make_case, make_officer
from huiqi.cases.workflow import Stage, State, Urgency
from huiqi.core.models import AuditRecord
from huiqi.messages.models import Delivery, Notice
from tests.harness.together import together

pytestmark = pytest.mark.django_db
OPENED, KNOWN = at("2020-01-22", "15:00"), at("2020-01-28", "09:00")
NONE = {"clocks": 0, "moved": 0, "cases": 0, "skipped": 0}


@pytest.fixture(autouse=True)
def _same_tables(db):
    # As on a site whose tables did not change: only what becomes known moves anything.
    recompute_clocks(at=OPENED)


def handle_clock(case):
    return case.clocks.get(stage=Stage.HANDLE)


def test_nothing_is_touched_while_nothing_became_known():
    case = make_case(state=State.HANDLING, when=OPENED)
    assert recompute_clocks(at=at("2020-01-26")) == NONE
    assert handle_clock(case).known_on == OPENED.date()


def test_the_change_of_27_january_2020_moves_the_end_and_says_by_what():
    requester = make_user(role=Role.FIRM)
    case = make_case(state=State.HANDLING, when=OPENED, requester=requester)
    assert handle_clock(case).due_at == at("2020-02-04", "17:30")
    done = recompute_clocks(at=KNOWN)
    assert (done["cases"], done["skipped"]) == (1, 0)
    clock = handle_clock(case)
    assert (clock.due_at, clock.original_due_at) == (at("2020-02-06", "17:30"), at("2020-02-04", "17:30"))
    (move,) = clock.moves.all()
    assert (move.reason, move.from_due, move.to_due) == ("calendar", at("2020-02-04", "17:30"), clock.due_at)
    assert move.words == "国办发明电〔2020〕1号：春节1月31日至2月2日"


def test_the_case_shows_the_new_end_and_its_version_stays_so_that_nobody_typing_is_refused():
    case = make_case(state=State.HANDLING, when=OPENED)
    recompute_clocks(at=KNOWN)
    again = Case.objects.get(pk=case.pk)
    assert again.version == case.version
    assert again.due_at == min(clock.due_at for clock in again.clocks.running())


def test_the_timeline_tells_the_requester_which_ends_moved_and_the_trail_counts_them():
    case = make_case(state=State.HANDLING, when=OPENED)
    recompute_clocks(at=KNOWN)
    event = case.events.get(kind=Happening.CLOCK_MOVED)
    assert event.is_public and event.actor is None
    assert event.details["why"] == "国办发明电〔2020〕1号：春节1月31日至2月2日"
    assert {row["stage"] for row in event.details["moves"]} == {Stage.HANDLE, Stage.CONTACT}
    assert AuditRecord.objects.get(act="case.clock_moved").details == {"cases": 1, "clocks": 2}


def test_the_page_of_the_case_explains_the_move_in_a_sentence():
    case = make_case(state=State.HANDLING, when=OPENED)
    recompute_clocks(at=KNOWN)
    line = next(each for each in clock_lines(case, KNOWN) if each.stage == Stage.HANDLE)
    assert [str(said) for said in line.moves] == [
        "办理期限由2月4日17:30改为2月6日17:30（国办发明电〔2020〕1号：春节1月31日至2月2日）"
    ]
    assert str(line.words.line) == "还剩4个工作日（2月6日17:30前）"


def test_handler_and_requester_are_told_once_however_often_it_runs():
    requester, officer = make_user(role=Role.FIRM), make_officer("liuyang")
    case = make_case(state=State.HANDLING, when=OPENED, requester=requester, officer=officer)
    for _ in range(3):
        recompute_clocks(at=KNOWN)
    assert [row.kind for row in Notice.objects.filter(user=requester, text__contains="期限")] == [PROGRESS]
    told = Notice.objects.get(kind=CLOCK_MOVED)
    assert told.user == officer and case.number in told.text
    assert ClockMove.objects.filter(clock__case=case, clock__stage=Stage.HANDLE).count() == 1


def test_who_has_several_of_them_hears_once_of_all(monkeypatch):
    requester, officer = make_user(role=Role.FIRM), make_officer("liuyang")
    monkeypatch.setattr(recalculation, "BATCH", 1)
    for _ in range(3):
        make_case(state=State.HANDLING, when=OPENED, requester=requester, officer=officer)
    recompute_clocks(at=KNOWN)
    own = Notice.objects.get(user=requester, kind=PROGRESS, text__contains="期限")
    told = Notice.objects.get(kind=CLOCK_MOVED)
    assert (told.user, told.url, own.url) == (officer, "/cases/queue/", "/cases/mine/")
    assert "多件" in told.text and "多件" in own.text


def test_who_is_told_how_far_it_is_may_end_the_run_and_the_next_goes_on(monkeypatch):
    for _ in range(3):
        make_case(state=State.HANDLING, when=OPENED)
    monkeypatch.setattr(recalculation, "BATCH", 1)
    heard = []

    def stop(clocks):
        heard.append(clocks)
        if len(heard) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recompute_clocks(at=KNOWN, after_batch=stop)
    assert heard == [2, 4]
    assert recompute_clocks(at=KNOWN)["cases"] == 1


def test_a_requester_with_a_number_alone_gets_a_message():
    case = make_case(state=State.HANDLING, when=OPENED)
    recompute_clocks(at=KNOWN)
    sent = [row for row in Delivery.objects.all() if "有变" in row.text]
    assert [row.phone for row in sent] == [case.requester_phone]


def test_a_case_nobody_has_taken_is_told_to_the_desk():
    officer = make_officer("liuyang", role=Role.DISPATCHER)
    make_case(when=at("2020-01-23", "15:00"))
    recompute_clocks(at=KNOWN)
    assert officer.pk in Notice.objects.filter(kind=CLOCK_MOVED).values_list("user_id", flat=True)


def test_a_paused_clock_moves_by_the_calendar_alone():
    officer = make_officer("liuyang")
    case = make_case(state=State.HANDLING, when=OPENED, officer=officer)
    ask_supplement(case, text="请补充营业执照。", actor=officer, at=at("2020-01-23", "09:00"))
    recompute_clocks(at=KNOWN)
    (move,) = handle_clock(case).moves.all()
    assert (move.from_due, move.to_due) == (at("2020-02-04", "17:30"), at("2020-02-06", "17:30"))
    assert handle_clock(case).next_notice_at is None


def test_a_stopped_clock_stays_as_it_ended():
    case = make_case(state=State.HANDLING, when=OPENED)
    Clock.objects.filter(case=case).update(stopped_at=at("2020-01-23", "16:00"), was_late=False)
    assert recompute_clocks(at=KNOWN) == NONE
    assert not ClockMove.objects.exists()


def test_a_holiday_of_one_prefecture_moves_its_clocks_and_no_others():
    # 湘西州 gave 20 and 21 September 2018, known on 13 September.
    office, opened = make_unit("吉首市科工局", UnitKind.COUNTY_OFFICE, "433101"), at("2018-09-12", "10:00")
    long = {"state": State.HANDLING, "when": opened, "urgency": Urgency.COMPLEX}
    there = make_case(lead=office, officer=make_officer(office), prefecture="433101", **long)
    here = make_case(**long)
    recompute_clocks(at=at("2018-09-13", "10:00"))
    (move,) = handle_clock(there).moves.all()
    assert (move.from_due, move.to_due) == (at("2018-10-09", "17:30"), at("2018-10-11", "17:30"))
    assert move.words == "湘西州人民政府办公室通知：湘西州州庆9月20日至9月21日"
    assert not handle_clock(here).moves.exists()


def test_changed_tables_or_office_hours_reckon_everything_once(settings):
    case = make_case(state=State.HANDLING, when=OPENED)
    settings.HUIQI_OFFICE_HOURS = "09:00-12:00 13:30-17:00"
    done = recompute_clocks(at=at("2020-01-23", "09:00"))
    assert done["moved"] > 0
    assert handle_clock(case).due_at == at("2020-02-04", "17:00")
    assert handle_clock(case).moves.get().words == "工作日历或办公时间已更新"
    assert recompute_clocks(at=at("2020-01-23", "09:00")) == NONE
    assert CalendarUsed.objects.count() == 1


def test_a_run_that_is_killed_goes_on_where_it_stopped(monkeypatch):
    cases = [make_case(state=State.HANDLING, when=OPENED) for _ in range(3)]
    monkeypatch.setattr(recalculation, "BATCH", 1)
    real, calls = recalculation.put_event, []

    def dies(*args):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(recalculation, "put_event", dies)
    with pytest.raises(KeyboardInterrupt):
        recompute_clocks(at=KNOWN)
    assert ClockMove.objects.filter(clock__stage=Stage.HANDLE).count() == 1
    monkeypatch.setattr(recalculation, "put_event", real)
    assert recompute_clocks(at=KNOWN)["cases"] == 2
    assert {handle_clock(case).due_at for case in cases} == {at("2020-02-06", "17:30")}
    assert ClockMove.objects.filter(clock__stage=Stage.HANDLE).count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_move_each_clock_once():
    for _ in range(3):
        make_case(state=State.HANDLING, when=OPENED)
    together(*[lambda: recompute_clocks(at=KNOWN)] * 2)
    recompute_clocks(at=KNOWN)
    assert ClockMove.objects.filter(clock__stage=Stage.HANDLE).count() == 3
