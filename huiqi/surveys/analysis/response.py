"""Who did not answer, and how those who did make up for them, cell by cell. Pure.

Outcomes are kept because a survey that only counts answers misses the firms that died: in a telephone survey
of May 2020 about a fifth of the firms were closed for good (ESIEC, Peking University).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.surveys.analysis.arrays import MISSING, Bools, Floats, Ints, cross
from huiqi.surveys.analysis.codebook import Question
from huiqi.surveys.analysis.sampling import Sampling, Step, listed

# A cell of the adjustment needs this many respondents, or one firm comes to stand for too many others. No
# rule fixes the number: 20 to 30 is what weighting manuals advise for adjustment cells (Kalton and
# Flores-Cervantes, Weighting Methods, J. Official Statistics 19, 2003, section 2).
LEAST_IN_A_CELL = 20

_MERGED_MANY = gettext_noop(
    "无应答调整：应答不足%(least)d家的类别与相近的合并，%(count)d个类别并入后共%(groups)d组。"
)
_MERGED = gettext_noop("应答不足%(least)d家的类别已合并计算无应答调整：%(cells)s。")
_STILL_THIN = gettext_noop("全部应答只有%(count)d家，不足%(least)d家，无应答调整只能对全体统一进行。")
_NOBODY = gettext_noop("没有一家企业作答，无法调整无应答。请先催收。")


class Outcome(IntEnum):
    """What became of an invitation."""

    ANSWERED = 0
    PARTIAL = 1
    REFUSED = 2
    UNREACHABLE = 3
    CLOSED = 4  # the firm no longer exists: known not to belong to the survey


@dataclass(frozen=True)
class Outcomes:
    """How many invitations ended how, and the rate of response with its two numbers.

    The rate is AAPOR's RR2 (Standard Definitions): complete and partial answers over all invitations but
    those known not to belong. Unreachable firms stay in the denominator, so it is a lower bound.
    """

    counts: tuple[int, ...]

    @property
    def responded(self) -> int:
        return self.counts[Outcome.ANSWERED] + self.counts[Outcome.PARTIAL]

    @property
    def eligible(self) -> int:
        return sum(self.counts) - self.counts[Outcome.CLOSED]

    @property
    def rate(self) -> float | None:
        return self.responded / self.eligible if self.eligible else None


def outcomes(codes: Ints) -> Outcomes:
    """The count of each outcome."""
    return Outcomes(tuple(int(count) for count in np.bincount(codes, minlength=len(Outcome))))


@dataclass(frozen=True)
class Axis:
    """A column known of everybody invited, whether they answered or not."""

    question: Question
    codes: Ints


@dataclass(frozen=True)
class _Cell:
    """Firms that are adjusted together; `key` is what they share of the columns, from the left."""

    key: tuple[int, ...]
    members: tuple[int, ...]
    responded: int

    def with_others(self, others: Sequence["_Cell"], key: tuple[int, ...]) -> "_Cell":
        members = self.members + tuple(member for other in others for member in other.members)
        return _Cell(key, members, self.responded + sum(other.responded for other in others))


def adjust(
    sampling: Sampling, outcome: Ints, axes: Sequence[Axis], least: int = LEAST_IN_A_CELL
) -> tuple[Sampling, Bools]:
    """Let those who answered make up for those who did not, within cells; returns who answered, too.

    In each cell the weights of all invitations are shared out among the firms of known fate: those that
    answered and those known to be closed (which keep their weight for the count of closed firms). The
    weights returned are for the respondents only. Cells with fewer than `least` respondents are merged:
    first with others that differ in the last column alone, then in the last two, and so on; put the column
    that matters least at the end. Merges are told in words.
    """
    responded = (outcome == Outcome.ANSWERED) | (outcome == Outcome.PARTIAL)
    if not responded.any():
        raise Refused("surveys.nobody_answered", Message(_NOBODY))
    known = responded | (outcome == Outcome.CLOSED)
    codes = cross(*((axis.codes + 1, len(axis.question.choices) + 1) for axis in axes))
    distinct, cell_of = np.unique(codes, return_inverse=True)
    cells = _cells(axes, cell_of, responded)
    merged = collapse(cells, len(axes), least)
    class_of = np.empty(len(distinct), dtype=np.int64)
    for number, cell in enumerate(merged):
        class_of[list(cell.members)] = number
    of_unit = class_of[cell_of]
    factors = _factors(sampling.weights, known, of_unit)
    notes = _told(merged, cells, axes, least)
    adjusted = sampling.weighted(sampling.weights * factors[of_unit], Step.RESPONSE, notes)
    return adjusted.kept(responded), responded


def _cells(axes: Sequence[Axis], cell_of: Ints, responded: Bools) -> list[_Cell]:
    first = np.unique(cell_of, return_index=True)[1]
    answered = np.bincount(cell_of, weights=responded)
    return [
        _Cell(tuple(int(axis.codes[at]) for axis in axes), (number,), int(answered[number]))
        for number, at in enumerate(first)
    ]


def collapse(cells: Sequence[_Cell], columns: int, least: int) -> list[_Cell]:
    """Cells merged until each has `least` respondents, or only one is left."""
    current = list(cells)
    for depth in reversed(range(columns)):
        families: dict[tuple[int, ...], list[_Cell]] = {}
        for cell in current:
            families.setdefault(cell.key[:depth], []).append(cell)
        current = [cell for key, family in sorted(families.items()) for cell in _settled(key, family, least)]
    return current


def _settled(key: tuple[int, ...], family: list[_Cell], least: int) -> list[_Cell]:
    """Thin cells of a family put together, with the smallest of the others if need be."""
    thin = [cell for cell in family if cell.responded < least]
    sturdy = sorted((cell for cell in family if cell.responded >= least), key=lambda cell: cell.responded)
    if not thin:
        return sturdy
    if len(thin) == 1 and not sturdy:
        return [_Cell(key, thin[0].members, thin[0].responded)]
    merged = thin[0].with_others(thin[1:], key)
    while merged.responded < least and sturdy:
        merged = merged.with_others([sturdy.pop(0)], key)
    return [*sturdy, merged]


def _factors(weights: Floats, known: Bools, of_unit: Ints) -> Floats:
    every = np.bincount(of_unit, weights=weights)
    some = np.bincount(of_unit, weights=weights * known)
    return np.divide(every, some, out=np.zeros_like(every), where=some > 0)


def _told(
    merged: Sequence[_Cell], cells: Sequence[_Cell], axes: Sequence[Axis], least: int
) -> tuple[Message, ...]:
    if len(merged) == 1 and merged[0].responded < least:
        return (Message(_STILL_THIN, {"count": merged[0].responded, "least": least}),)
    put_together = [cell for cell in merged if len(cell.members) > 1]
    if len(put_together) > 1:
        # By name they fill half a page under every table.
        told = {"least": least, "count": sum(len(c.members) for c in put_together), "groups": len(merged)}
        return (Message(_MERGED_MANY, told),)
    return tuple(
        Message(_MERGED, {"least": least, "cells": listed([_label(cells[m], axes) for m in cell.members])})
        for cell in put_together
    )


def _label(cell: _Cell, axes: Sequence[Axis]) -> str:
    parts = [
        axis.question.choices[code].label if code != MISSING else gettext_noop("未填")
        for code, axis in zip(cell.key, axes, strict=True)
    ]
    return "·".join(parts)
