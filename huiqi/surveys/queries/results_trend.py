"""One answer from wave to wave, as printed."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from huiqi.surveys.analysis.headlines import per_cent
from huiqi.surveys.analysis.trends import Change, Point, trend
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
    return f"{100 * value:+.1f}"


def _between(change: Change) -> str:
    return (
        "" if change.low is None or change.high is None else f"{_points(change.low)}–{_points(change.high)}"
    )
