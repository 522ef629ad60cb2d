"""One answer from wave to wave, as printed."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from huiqi.core.errors import Refused
from huiqi.surveys.analysis.codebook import Kind
from huiqi.surveys.analysis.headlines import per_cent
from huiqi.surveys.analysis.trends import Change, Point, panel_change, trend
from huiqi.surveys.analysis.wave import Query
from huiqi.surveys.analysis.wave import Wave as Reckoned
from huiqi.surveys.models import Wave
from huiqi.surveys.queries.results_pages import HIDDEN_MARK, Cell, Told, interval_words, told
from huiqi.surveys.queries.results_wave import latest, opened


@dataclass(frozen=True)
class Step:
    """A wave: its share, and how it moved since the one before."""

    wave: str
    base: str
    cell: Cell
    change: str
    change_interval: str
    is_clear: bool | None
    source: Told


def trend_shown(waves: Sequence[Wave], name: str, answer: str) -> list[Step]:
    """The share of an answer in every wave that has results and asked the question.

    Refused: `surveys.question_changed` where a wave asked something else.
    """
    reckoned: list[Reckoned] = []
    rows = []
    with ExitStack() as open_files:
        for wave in waves:
            row = latest(wave)
            if row is None:
                continue
            read = open_files.enter_context(opened(row))
            if any(one.name == name for one in read.codebook.questions):
                reckoned.append(read.wave([name]))
                rows.append((row, read.codebook.column(name)))
    points = trend(reckoned, Query(name), answer)
    return [
        _step(point, told(row, point.source, question, ""))
        for point, (row, question) in zip(points, rows, strict=True)
    ]


def _step(point: Point, source: Told) -> Step:
    figure = point.figure
    base = HIDDEN_MARK if point.base is None else f"{point.base:,}"
    if figure.is_hidden:
        cell = Cell("", HIDDEN_MARK, HIDDEN_MARK, "", None, None, None)
    else:
        interval = interval_words(figure.low, figure.high)
        cell = Cell(
            "", f"{figure.n:,}", per_cent(figure.share), interval, figure.share, figure.low, figure.high
        )
    change = point.change
    return Step(
        point.wave,
        base,
        cell,
        "" if change is None else _points(change.value),
        "" if change is None else _between(change),
        None if change is None else change.is_clear,
        source,
    )


def _points(value: float) -> str:
    """上升3.1个百分点, in words: a minus beside a dash is misread."""
    told = {"points": f"{abs(100 * value):.1f}"}
    if told["points"] == "0.0":
        return _("持平")
    return (_("上升%(points)s个百分点") if value > 0 else _("下降%(points)s个百分点")) % told


def _between(change: Change) -> str:
    if change.low is None or change.high is None:
        return ""
    return _("95%%区间：%(low)s至%(high)s") % {"low": _points(change.low), "high": _points(change.high)}


@dataclass(frozen=True)
class Same:
    """How the answer moved among the firms that answered both rounds."""

    first: str
    second: str
    n: str
    change: str
    interval: str
    is_clear: bool | None


def same_firms(waves: Sequence[Wave], name: str, answer: str) -> list[Same]:
    """The change among the same firms; nothing where they cannot be matched or are too few."""
    found: list[Same] = []
    for first, second in pairwise(wave for wave in map(latest, waves) if wave is not None):
        with opened(first) as one, opened(second) as other:
            asked = all(any(q.name == name for q in read.codebook.questions) for read in (one, other))
            if not asked or other.codebook.column(name).kind is not Kind.SINGLE:
                continue
            earlier, later = one.wave([name]), other.wave([name])
        try:
            change, n = panel_change(earlier, later, Query(name), answer)
        except Refused:
            continue
        words = (_points(change.value), _between(change), change.is_clear)
        found.append(Same(earlier.name, later.name, f"{n:,}", *words))
    return found
