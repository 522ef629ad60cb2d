"""Headline findings in sentences, drafted by fixed templates; each with the query that made it. Pure.

A template is a msgid with its parameters: the page translates it, the brief prints it, and nobody has to
trust a text generator. A sentence never claims more than the sampling carries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from huiqi.core.messages import Message, gettext_noop
from huiqi.surveys.analysis.codebook import Kind, Question
from huiqi.surveys.analysis.measures import NEUTRAL, Index, Measures
from huiqi.surveys.analysis.sampling import Basis
from huiqi.surveys.analysis.tables import Figure, Line, Table, combined, table
from huiqi.surveys.analysis.trends import Point
from huiqi.surveys.analysis.wave import Query, Source, Wave

_MOST = gettext_noop("“%(question)s”：选“%(answer)s”的企业最多，占%(share)s%(known)s。")
_AT_MOST = gettext_noop("“%(question)s”：%(share)s的企业在“%(answer)s”及以下%(known)s。")
_SEVERAL = gettext_noop("“%(question)s”（可多选）：前三项是%(answers)s%(known)s。")
_GAP = gettext_noop(
    "“%(question)s”选“%(answer)s”的比例，%(high)s最高（%(high_share)s，n=%(high_n)d），"
    "%(low)s最低（%(low_share)s，n=%(low_n)d）。"
)
_ABOVE = gettext_noop("“%(question)s”%(index)s为%(value)s，高于%(neutral)s的中性值%(known)s。")
_BELOW = gettext_noop("“%(question)s”%(index)s为%(value)s，低于%(neutral)s的中性值%(known)s。")
_NEAR = gettext_noop("“%(question)s”%(index)s为%(value)s，与中性值%(neutral)s没有明显差别%(known)s。")
_ROSE = gettext_noop(
    "“%(question)s”选“%(answer)s”的比例由%(before)s升至%(after)s（%(first)s至%(second)s%(clear)s）。"
)
_FELL = gettext_noop(
    "“%(question)s”选“%(answer)s”的比例由%(before)s降至%(after)s（%(first)s至%(second)s%(clear)s）。"
)
_CLEAR = gettext_noop("，变化超出抽样误差")
_UNCLEAR = gettext_noop("，变化在抽样误差之内")
_UNKNOWN = gettext_noop("，自愿填写，变化可能来自作答企业不同")
_KNOWN = gettext_noop("（95%%置信区间%(low)s–%(high)s，n=%(n)d，有效样本%(effective)d）")
COUNTED = gettext_noop("（作答%(n)d家，自愿填写，不代表全部企业）")
WHOLE = gettext_noop("（n=%(n)d）")
_INDEX = {
    Index.DIFFUSION: gettext_noop("扩散指数"),
    Index.BOOM: gettext_noop("景气指数"),
    Index.SENTIMENT: gettext_noop("总体感受指数"),
}
HALF = 0.5  # "at most": the first step of an ordered scale that more than half have reached


class Weight(IntEnum):
    """How far in front a headline stands; higher first."""

    TABLE = 1
    ORDERED = 2
    GAP = 3
    INDEX = 4
    CHANGE = 5


@dataclass(frozen=True)
class Headline:
    """A sentence and where its numbers come from."""

    said: Message
    source: Source
    weight: Weight


def headlines(wave: Wave, names: Sequence[str], by: Sequence[str] = ()) -> tuple[Headline, ...]:
    """One or two sentences for each question named, and one for each clear gap between groups of `by`."""
    found: list[Headline | None] = []
    for name in names:
        question = wave.answers.codebook.column(name)
        if question.kind not in (Kind.SINGLE, Kind.MULTIPLE):
            continue
        result = table(wave, Query(name))
        found.append(several_said(result) if question.kind is Kind.MULTIPLE else most_said(result))
        if question.is_ordered:
            found.append(at_most(wave, Query(name)))
        found += [widest_gap(table(wave, Query(name, by=group))) for group in by]
    kept = [headline for headline in found if headline is not None]
    return tuple(sorted(kept, key=lambda headline: -headline.weight))


def most_said(result: Table) -> Headline | None:
    """The answer most firms gave; None when it is hidden."""
    at = _largest(result.total)
    if at is None:
        return None
    figure = result.total.figures[at]
    told = {
        "question": result.question.label,
        "answer": result.answers[at].label,
        "share": per_cent(figure.share),
        "known": _known(figure, result.total, result.source),
    }
    return Headline(Message(_MOST, told), result.source, Weight.TABLE)


def several_said(result: Table) -> Headline | None:
    """The three answers given most often where several could be given."""
    shown = [
        (figure.share, -at, result.answers[at].label)
        for at, figure in enumerate(result.total.figures)
        if figure.share
    ]
    if not shown:
        return None
    first = sorted(shown, reverse=True)[:3]
    told = {
        "question": result.question.label,
        "answers": "、".join(f"{label}（{per_cent(share)}）" for share, _, label in first),
        "known": _without_interval(result.total, result.source),
    }
    return Headline(Message(_SEVERAL, told), result.source, Weight.TABLE)


def at_most(wave: Wave, query: Query) -> Headline | None:
    """The step of an ordered scale by which more than half of the firms are counted."""
    result = table(wave, query)
    names = [choice.name for choice in result.answers]
    for step in range(2, len(names)):
        figure = combined(wave, query, names[:step])
        if figure.share is not None and figure.share > HALF:
            told = {
                "question": result.question.label,
                "answer": result.answers[step - 1].label,
                "share": per_cent(figure.share),
                "known": _known(figure, result.total, result.source),
            }
            return Headline(Message(_AT_MOST, told), result.source, Weight.ORDERED)
    return None


def widest_gap(result: Table) -> Headline | None:
    """The groups furthest apart in the answer most firms gave; None unless their intervals part them.

    Without inference the groups are compared as they answered only if both are shown, and no gap is told:
    who came to an open link may differ between groups for any reason.
    """
    at = _largest(result.total)
    if at is None:
        return None
    shown = [line for line in result.lines if line.base and line.figures[at].low is not None]
    if len(shown) < 2:
        return None
    top = max(shown, key=lambda line: line.figures[at].share or 0)
    bottom = min(shown, key=lambda line: line.figures[at].share or 0)
    if (top.figures[at].low or 0) <= (bottom.figures[at].high or 0):
        return None
    told = {
        "question": result.question.label,
        "answer": result.answers[at].label,
        "high": top.group.label,
        "high_share": per_cent(top.figures[at].share),
        "high_n": top.base,
        "low": bottom.group.label,
        "low_share": per_cent(bottom.figures[at].share),
        "low_n": bottom.base,
    }
    return Headline(Message(_GAP, told), result.source, Weight.GAP)


def index_said(result: Measures) -> Headline | None:
    """An index and on which side of neutral it lies, as far as its interval tells."""
    total = result.total
    if total.value is None:
        return None
    index = Index(result.source.measure)
    neutral = NEUTRAL[index]
    low = total.value if total.low is None else total.low
    high = total.value if total.high is None else total.high
    template = _ABOVE if low > neutral else _BELOW if high < neutral else _NEAR
    told = {
        "question": result.question.label,
        "index": Message(_INDEX[index]),
        "value": _points(total.value, index),
        "neutral": f"{neutral:g}",
        "known": _known_measure(result, index),
    }
    return Headline(Message(template, told), result.source, Weight.INDEX)


def change_said(question: Question, answer: str, before: Point, after: Point) -> Headline | None:
    """How the share of an answer moved between two waves; None when either is hidden."""
    change = after.change
    if change is None:
        return None
    clear = {True: _CLEAR, False: _UNCLEAR, None: _UNKNOWN}[change.is_clear]
    told = {
        "question": question.label,
        "answer": question.choices[question.code_of(answer)].label,
        "before": per_cent(before.figure.share),
        "after": per_cent(after.figure.share),
        "first": before.wave,
        "second": after.wave,
        "clear": Message(clear),
    }
    template = _ROSE if change.value >= 0 else _FELL
    return Headline(Message(template, told), after.source, Weight.CHANGE)


def per_cent(share: float | None) -> str:
    """A share with one place: what a sample of a thousand can carry."""
    return "—" if share is None else f"{100 * share:.1f}%"


def _points(value: float, index: Index) -> str:
    return f"{value:.2f}" if index is Index.SENTIMENT else f"{value:.1f}"


def _largest(line: Line) -> int | None:
    shares = [figure.share if figure.share is not None else -1.0 for figure in line.figures]
    at = max(range(len(shares)), key=shares.__getitem__)
    return at if shares[at] > 0 else None


def _known(figure: Figure, line: Line, source: Source) -> Message:
    if figure.low is None or line.effective is None:
        return _without_interval(line, source)
    told = {
        "low": per_cent(figure.low),
        "high": per_cent(figure.high),
        "n": line.base,
        "effective": round(line.effective),
    }
    return Message(_KNOWN, told)


def _without_interval(line: Line, source: Source) -> Message:
    return Message(COUNTED if source.basis is Basis.OPEN_LINK else WHOLE, {"n": line.base})


def _known_measure(result: Measures, index: Index) -> Message:
    total = result.total
    if total.low is None or total.high is None or total.effective is None:
        return Message(COUNTED, {"n": total.n})
    told = {
        "low": _points(total.low, index),
        "high": _points(total.high, index),
        "n": total.n,
        "effective": round(total.effective),
    }
    return Message(_KNOWN, told)
