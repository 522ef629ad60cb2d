"""How answers move from wave to wave: of cross-sections, and of the firms that answered both times. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.surveys.analysis.arrays import MISSING, Ints
from huiqi.surveys.analysis.codebook import Codebook, Question
from huiqi.surveys.analysis.estimates import Z, means
from huiqi.surveys.analysis.tables import Figure, number_or_none, table
from huiqi.surveys.analysis.wave import Query, Source, Wave

BEFORE = "before_"  # in front of the name of a question: what the same firm said in the wave before

_CHANGED = gettext_noop("“%(question)s”在“%(first)s”与“%(second)s”的题目或选项不同，不能直接比较。")
_ANONYMOUS = gettext_noop("“%(wave)s”没有企业标识，不能找出两轮都作答的企业。")
_NOBODY_TWICE = gettext_noop("两轮都作答的企业不足%(least)d家，不能计算同一批企业的变化。")


@dataclass(frozen=True)
class Change:
    """A difference of shares (of 0 to 1). `is_clear`: its 95 % interval leaves out nought; None: unknown."""

    value: float
    low: float | None
    high: float | None

    @property
    def is_clear(self) -> bool | None:
        if self.low is None or self.high is None:
            return None
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Point:
    """One wave of a trend, and the change since the one before."""

    wave: str
    source: Source
    base: int | None
    figure: Figure
    change: Change | None


def trend(waves: Sequence[Wave], query: Query, answer: str, group: str = "") -> tuple[Point, ...]:
    """The share of one answer in wave after wave, of all firms or of one group of `query.by`.

    The waves are taken for independent samples: where firms are asked again, intervals of changes err on the
    wide side, and `panel_change` says more. Refuses waves that asked something else.
    """
    points: list[Point] = []
    for wave, earlier in zip(waves, [None, *waves[:-1]], strict=False):
        if earlier is not None:
            same_question(earlier, wave, query.question)
        result = table(wave, query, is_linked=not query.where)
        figure = result.figure(answer, group)
        base = result.line(group).base if group else result.total.base
        change = _change(points[-1].figure, figure) if points else None
        points.append(Point(wave.name, result.source, base, figure, change))
    return tuple(points)


def _change(before: Figure, after: Figure) -> Change | None:
    if before.share is None or after.share is None:
        return None
    value = after.share - before.share
    if before.error is None or after.error is None:
        return Change(value, None, None)
    half = Z * (before.error**2 + after.error**2) ** 0.5
    return Change(value, value - half, value + half)


def same_question(first: Wave, second: Wave, name: str) -> Question:
    """The question, when both waves asked the same with the same choices; refuses otherwise."""
    one, other = (wave.answers.codebook.column(name) for wave in (first, second))
    if (one.kind, one.label, _said(one)) != (other.kind, other.label, _said(other)):
        told = {"question": other.label, "first": first.name, "second": second.name}
        raise Refused("surveys.question_changed", Message(_CHANGED, told))
    return other


def _said(question: Question) -> list[tuple[str, str]]:
    return [(choice.name, choice.label) for choice in question.choices]


def linked(first: Wave, second: Wave, name: str) -> Wave:
    """The second wave with a column `before_<name>`: what the same firm answered in the first.

    A table of the question by that column shows who moved where, with every guard of a table. Only
    questions of single choice; refuses anonymous waves and too few firms.
    """
    question = same_question(first, second, name)
    before = _matched(first, second, first.answers.single(name))
    if int((before >= 0).sum()) < second.least:
        raise Refused("surveys.nobody_twice", Message(_NOBODY_TWICE, {"least": second.least}))
    answers = second.answers
    column = replace(question, name=BEFORE + name)
    codebook = Codebook(
        answers.codebook.title, answers.codebook.questions, (*answers.codebook.strata, column)
    )
    codes = {**answers.codes, column.name: before}
    return replace(second, answers=replace(answers, codebook=codebook, codes=codes))


def _matched(first: Wave, second: Wave, codes: Ints) -> Ints:
    """What the firms of the second wave answered in the first; `MISSING` for who was not there."""
    units, wanted = first.answers.units, second.answers.units
    for wave, its in ((first, units), (second, wanted)):
        if its is None:
            raise Refused("surveys.anonymous", Message(_ANONYMOUS, {"wave": wave.name}))
    assert units is not None and wanted is not None
    if not len(units):
        return np.full(len(wanted), MISSING)
    order = np.argsort(units)
    at = np.minimum(np.searchsorted(units[order], wanted), len(units) - 1)
    found = units[order][at] == wanted
    return np.where(found, codes[order][at], MISSING)


def panel_change(first: Wave, second: Wave, query: Query, answer: str) -> tuple[Change, int]:
    """The change in the share of an answer among the firms that gave one both times, and their number.

    Weighted as in the second wave. The same firm is compared with itself, so the interval is narrower than
    that of two cross-sections; what it says holds for firms that stayed.
    """
    both = linked(first, second, query.question)
    groups, _ = both.groups(Query(query.question, where=query.where))
    code = both.answers.codebook.column(query.question).code_of(answer)
    now = both.answers.single(query.question)
    before = both.answers.single(BEFORE + query.question)
    moved = (now == code).astype(np.float64) - (before == code)
    moved[(now < 0) | (before < 0)] = np.nan
    reckoned = means(both.sampling, groups, 1, moved)
    if reckoned.n[0] < second.least:
        raise Refused("surveys.nobody_twice", Message(_NOBODY_TWICE, {"least": second.least}))
    low, high = number_or_none(reckoned.low[0]), number_or_none(reckoned.high[0])
    return Change(float(reckoned.value[0]), low, high), int(reckoned.n[0])
