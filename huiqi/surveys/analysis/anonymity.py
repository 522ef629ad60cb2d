"""Micro-data that may leave the house: k-anonymous in what could be looked up about a firm. Pure.

County, industry and size are known of every firm, so a row is told by their combination. They are made
coarser (county to prefecture, class to section, size to two) until each combination is shared by at least k
rows; what is left over is dropped, up to a bound (full-domain generalisation: Samarati and Sweeney 1998;
the least loss over all steps, for there are few). Further:

- firms' numbers and free text are left out;
- numbers are rounded to two digits, and cut where fewer than k firms lie beyond;
- weights are averaged over each combination, for a design weight tells the stratum;
- rows of a piece are put in the order of their combination, so that their order tells nothing of the intake.

k-anonymity does not hide what all firms of a combination have in common; the report says how small the
smallest is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.surveys.analysis.arrays import MISSING, Bools, Floats, Ints, counted, cross, divided, summed
from huiqi.surveys.analysis.codebook import Choice, Codebook, Kind, Question
from huiqi.surveys.analysis.snapshot import (
    WEIGHT,
    Field,
    Holds,
    Snapshot,
    choice_array,
    fields,
    open_snapshot,
    read_snapshot,
    schema_of,
)

# No rule names a k for surveys; five is the smallest a peer's guide asks of public cells, and can be raised.
LEAST_ALIKE = 5
MOST_DROPPED = 0.05  # of the rows; more, and the file no longer speaks for the survey
DIGITS = 2

_NOT_POSSIBLE = gettext_noop("即使合并到最粗，也有%(share)s的企业无法做到每类至少%(k)d家。请减少可识别的列。")
_KEPT = gettext_noop("“%(column)s”保持原样。")
_COARSER = gettext_noop("“%(column)s”合并为%(count)d类（原%(before)d类）。")
_LEFT_OUT = gettext_noop("“%(column)s”已隐去。")
_DROPPED = gettext_noop("删去%(count)d行（%(share)s），因其组合少于%(k)d家。")
_SMALLEST = gettext_noop("共%(rows)d行，%(classes)d种组合，最小的组合%(least)d家（要求至少%(k)d家）。")
_ALSO = gettext_noop("另已去掉企业编号和文字回答；数字取两位有效数字，过大过小的并为一档；权重按组合取平均。")


@dataclass(frozen=True)
class Coarser:
    """A coarser version of a column: its choices, and for each choice of the original the new one."""

    choices: tuple[Choice, ...]
    into: tuple[int, ...]


@dataclass(frozen=True)
class Ladder:
    """A column firms could be told by, and ever coarser versions of it; beyond the last it is left out."""

    name: str
    steps: tuple[Coarser, ...] = ()


@dataclass(frozen=True)
class Plan:
    """How far each column is made coarser (0: not; beyond the last step: left out) and what is dropped."""

    k: int
    levels: Mapping[str, int]
    kept: Bools
    combination: Ints
    report: tuple[Message, ...]


@dataclass(frozen=True)
class _Column:
    """A column at each of its levels: codes (missing is a code of its own) and number of codes."""

    question: Question
    codes: tuple[Ints, ...]
    sizes: tuple[int, ...]


def plan(path: Path, ladders: Sequence[Ladder], k: int = LEAST_ALIKE) -> Plan:
    """The least coarse way to at least `k` rows for each combination, dropping at most a twentieth.

    Refuses when even the coarsest drops more.
    """
    answers, _ = read_snapshot(path, [ladder.name for ladder in ladders])
    columns = [
        _levels(answers.codebook.column(ladder.name), answers.single(ladder.name), ladder)
        for ladder in ladders
    ]
    best: tuple[float, tuple[int, ...], Bools, Ints] | None = None
    least_dropped = 1.0
    for levels in product(*(range(len(column.codes)) for column in columns)):
        loss = _loss(columns, levels)
        if best is not None and loss >= best[0]:
            continue
        combination, kept = _alike(columns, levels, k)
        dropped = 1 - float(kept.mean()) if answers.count else 0.0
        least_dropped = min(least_dropped, dropped)
        if dropped <= MOST_DROPPED and (kept.any() or not answers.count):
            best = (loss, levels, kept, combination)
    if best is None:
        told = {"share": f"{least_dropped:.1%}", "k": k}
        raise Refused("surveys.not_anonymous", Message(_NOT_POSSIBLE, told))
    _, levels, kept, combination = best
    chosen = {ladder.name: level for ladder, level in zip(ladders, levels, strict=True)}
    return Plan(k, chosen, kept, combination, _report(columns, levels, (kept, combination), k))


def _levels(question: Question, codes: Ints, ladder: Ladder) -> _Column:
    size = len(question.choices)
    every, sizes = [np.where(codes < 0, size, codes)], [size + 1]
    for step in ladder.steps:
        every.append(np.array([*step.into, len(step.choices)])[every[0]])
        sizes.append(len(step.choices) + 1)
    every.append(np.zeros(len(codes), dtype=np.int64))
    return _Column(question, tuple(every), (*sizes, 1))


def _loss(columns: Sequence[_Column], levels: Sequence[int]) -> float:
    """What coarser columns cost: for each the part of its classes that is gone."""
    return sum(
        1 - (column.sizes[level] - 1) / (column.sizes[0] - 1)
        for column, level in zip(columns, levels, strict=True)
    )


def _alike(columns: Sequence[_Column], levels: Sequence[int], k: int) -> tuple[Ints, Bools]:
    pairs = [(c.codes[level], c.sizes[level]) for c, level in zip(columns, levels, strict=True)]
    combination = np.unique(cross(*pairs), return_inverse=True)[1]
    return combination, counted(combination, 1)[combination] >= k if len(combination) else combination > 0


def _report(
    columns: Sequence[_Column], levels: Sequence[int], rows: tuple[Bools, Ints], k: int
) -> tuple[Message, ...]:
    kept, combination = rows
    told = [
        _told(column, level, column.question.label) for column, level in zip(columns, levels, strict=True)
    ]
    dropped = int((~kept).sum())
    if dropped:
        share = f"{dropped / len(kept):.1%}"
        told.append(Message(_DROPPED, {"count": dropped, "share": share, "k": k}))
    sizes = counted(combination[kept], 0)
    sizes = sizes[sizes > 0]
    smallest = int(sizes.min()) if len(sizes) else 0
    told.append(
        Message(_SMALLEST, {"rows": int(kept.sum()), "classes": len(sizes), "least": smallest, "k": k})
    )
    return (*told, Message(_ALSO))


def _told(column: _Column, level: int, label: str) -> Message:
    if level == 0:
        return Message(_KEPT, {"column": label})
    if level == len(column.codes) - 1:
        return Message(_LEFT_OUT, {"column": label})
    before, count = column.sizes[0] - 1, column.sizes[level] - 1
    return Message(_COARSER, {"column": label, "count": count, "before": before})


def write_anonymous(source: Path, target: Path, ladders: Sequence[Ladder], planned: Plan) -> Snapshot:
    """Write the snapshot anew as planned, piece by piece, and open it."""
    snapshot = open_snapshot(source)
    codebook = _coarse_codebook(snapshot.codebook, ladders, planned)
    columns = fields(codebook, has_weights=snapshot.has_weights)
    bounds = {
        field.name: _bounds(snapshot, field.name, planned)
        for field in columns
        if field.question and field.holds in (Holds.INTEGER, Holds.DECIMAL)
    }
    weights = _mean_weights(source, planned) if snapshot.has_weights else None
    schema = schema_of(codebook, columns)
    steps = {ladder.name: ladder.steps[: planned.levels[ladder.name]][-1:] for ladder in ladders}
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for piece, kept, combination in _pieces(snapshot, planned):
            order = np.flatnonzero(kept)[np.argsort(combination[kept], kind="stable")]
            taken = piece.take(pa.array(order))
            arrays = []
            for field in columns:
                if field.name == WEIGHT and not field.question and weights is not None:
                    arrays.append(pa.array(weights[combination[order]]))
                else:
                    told = (steps.get(field.name, ()), bounds.get(field.name))
                    arrays.append(_changed(snapshot, field, taken, told))
            writer.write_batch(pa.record_batch(arrays, schema=schema))
    return open_snapshot(target)


def _pieces(snapshot: Snapshot, planned: Plan) -> Iterator[tuple[pa.RecordBatch, Bools, Ints]]:
    start = 0
    for piece in snapshot.pieces():
        rows = slice(start, start + piece.num_rows)
        yield piece, planned.kept[rows], planned.combination[rows]
        start += piece.num_rows


def _coarse_codebook(codebook: Codebook, ladders: Sequence[Ladder], planned: Plan) -> Codebook:
    by_name = {ladder.name: ladder for ladder in ladders}

    def coarse(questions: Sequence[Question]) -> tuple[Question, ...]:
        found = []
        for question in questions:
            level = planned.levels.get(question.name, 0)
            steps = by_name[question.name].steps if question.name in by_name else ()
            if question.kind is Kind.TEXT or level > len(steps):
                continue
            found.append(replace(question, choices=steps[level - 1].choices) if level else question)
        return tuple(found)

    return Codebook(codebook.title, coarse(codebook.questions), coarse(codebook.strata))


def _bounds(snapshot: Snapshot, name: str, planned: Plan) -> tuple[float, float]:
    """The k-th smallest and the k-th largest number: beyond lie fewer than k firms."""
    answers, _ = read_snapshot(snapshot.path, [name])
    values = answers.numbers[name][planned.kept]
    values = np.sort(values[~np.isnan(values)])
    if not len(values):
        return 0.0, 0.0
    at = min(planned.k, len(values)) - 1
    low, high = rounded(values[[at, len(values) - 1 - at]])
    return min(float(low), float(high)), max(float(low), float(high))


def rounded(values: Floats) -> Floats:
    """To two significant digits."""
    size = np.floor(np.log10(np.abs(values), out=np.zeros_like(values), where=values != 0))
    step = 10.0 ** (size - DIGITS + 1)
    return np.round(values / step) * step


def _mean_weights(source: Path, planned: Plan) -> Floats:
    """The mean weight of the rows kept of each combination."""
    _, weights = read_snapshot(source, [])
    assert weights is not None
    at = planned.combination[planned.kept]
    size = int(planned.combination.max(initial=0)) + 1
    return divided(summed(at, weights[planned.kept], size), counted(at, size).astype(np.float64))


def _changed(
    snapshot: Snapshot,
    field: Field,
    piece: pa.RecordBatch,
    told: tuple[tuple[Coarser, ...], tuple[float, float] | None],
) -> pa.Array:
    steps, bounds = told
    column = piece.column(field.name)
    if steps:
        original = next(each for each in snapshot.fields if each.name == field.name)
        into = np.array([*steps[0].into, MISSING])
        return choice_array(field, into[snapshot.codes(original, column)])
    if field.holds is Holds.CHOICE:
        return choice_array(field, snapshot.codes(field, column))
    if bounds is None:
        return column
    values = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    cut = np.clip(rounded(np.nan_to_num(values)), *bounds)
    made = pa.array(cut, mask=np.isnan(values))
    return made.cast(pa.int64(), safe=False) if field.holds is Holds.INTEGER else made
