"""What holds of every term, tried with thousands of them."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from huiqi.reference.working_days import Basis, due
from huiqi.workflow.terms import Limit, LimitUnit, Pause, Term, reckon
from huiqi.workflow.tests.make import ZONE, make_scale

REGIONS = ("", "430181", "433101", "450102")
SCALES = st.builds(make_scale, st.sampled_from([date(2019, 12, 1), date(2020, 1, 27), date(2020, 12, 1)]))
START = datetime(2019, 11, 1, tzinfo=ZONE)
INSTANTS = st.integers(0, 200 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
LIMITS = st.builds(Limit, st.integers(1, 30), st.sampled_from(LimitUnit))


@st.composite
def pauses(draw):
    """Up to five pauses in any order, the last perhaps open; some overlap."""
    found = []
    for _ in range(draw(st.integers(0, 5))):
        begun = draw(INSTANTS)
        found.append(
            Pause(begun, begun + draw(st.timedeltas(timedelta(0), timedelta(days=20))), "supplement")
        )
    if draw(st.booleans()):
        found.append(Pause(draw(INSTANTS), None, "suspended"))
    return tuple(found)


TERMS = st.builds(Term, INSTANTS, LIMITS, pauses(), st.lists(st.integers(1, 9), max_size=2).map(tuple))


@given(TERMS, SCALES, INSTANTS, st.timedeltas(timedelta(0), timedelta(days=60)))
def test_as_time_goes_on_nothing_goes_back(term, scale, now, later):
    early, late = reckon(term, scale, now), reckon(term, scale, now + later)
    assert early.due_at <= late.due_at
    assert early.used <= late.used
    assert early.paused <= late.paused
    assert not (early.is_late and not late.is_late)


@given(TERMS, SCALES, INSTANTS, INSTANTS, st.timedeltas(timedelta(0), timedelta(days=20)))
def test_one_more_pause_never_brings_the_end_forward(term, scale, now, begun, length):
    more = replace(term, pauses=(*term.pauses, Pause(begun, begun + length, "supplement")))
    assert reckon(more, scale, now).due_at >= reckon(term, scale, now).due_at
    assert reckon(more, scale, now).used <= reckon(term, scale, now).used


@given(TERMS, SCALES, INSTANTS, st.floats(0, 1))
def test_a_pause_cut_in_two_is_the_same_pause(term, scale, now, where):
    cut = []
    for pause in term.pauses:
        end = pause.to_at or now
        middle = pause.from_at + (end - pause.from_at) * where if end > pause.from_at else end
        if pause.from_at < middle:
            cut += [replace(pause, to_at=middle), replace(pause, from_at=middle)]
        else:
            cut.append(pause)
    whole, parts = reckon(term, scale, now), reckon(replace(term, pauses=tuple(cut)), scale, now)
    assert (whole.due_at, whole.paused, whole.used) == (parts.due_at, parts.paused, parts.used)


@given(TERMS, SCALES, INSTANTS, st.randoms())
def test_the_order_in_which_pauses_are_told_does_not_matter(term, scale, now, chance):
    shuffled = list(term.pauses)
    chance.shuffle(shuffled)
    mixed = reckon(replace(term, pauses=tuple(shuffled)), scale, now)
    first = reckon(term, scale, now)
    assert (mixed.due_at, mixed.used, mixed.paused) == (first.due_at, first.used, first.paused)


@given(TERMS, SCALES, INSTANTS, st.integers(1, 9))
def test_an_extension_is_a_larger_limit(term, scale, now, more):
    extended = replace(term, extensions=(*term.extensions, more))
    larger = replace(term, limit=Limit(term.limit.amount + more, term.limit.unit))
    assert reckon(extended, scale, now).due_at == reckon(larger, scale, now).due_at
    assert reckon(extended, scale, now).due_at > reckon(term, scale, now).due_at


@given(TERMS, SCALES, INSTANTS)
def test_the_segments_fill_the_time_without_gap_or_overlap(term, scale, now):
    found = reckon(term, scale, now)
    if now <= term.started_at:
        assert found.segments == ()
        return
    assert found.segments[0].from_at == term.started_at and found.segments[-1].to_at == now
    for left, right in zip(found.segments, found.segments[1:], strict=False):
        assert left.to_at == right.from_at
    assert found.used + found.paused == sum(segment.minutes for segment in found.segments)


@given(TERMS, SCALES, INSTANTS)
def test_a_paused_term_with_time_left_is_never_late(term, scale, now):
    found = reckon(term, scale, now)
    if found.left > 0:
        assert not found.is_late
    if found.left < 0:
        assert found.is_late


@given(
    st.dates(date(2017, 2, 1), date(2020, 10, 1)),
    st.integers(0, 23),
    st.integers(0, 60),
    st.dates(date(2016, 12, 1), date(2020, 12, 31)),
    st.sampled_from(REGIONS),
)
def test_a_term_of_whole_days_ends_on_the_day_the_calendar_says(received, hour, days, known_on, region):
    scale = make_scale(known_on, region)
    started = datetime(received.year, received.month, received.day, hour, tzinfo=ZONE)
    found = reckon(Term(started, Limit(days)), scale, started)
    assert found.due_at.date() == due(received, days, Basis(known_on, region=region)).due
