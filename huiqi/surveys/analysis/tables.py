"""Tables of a wave: one question, by groups or not, one answer or several. Nothing without its n. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.surveys.analysis.arrays import MISSING, Bools, Ints
from huiqi.surveys.analysis.codebook import Choice, Kind, Question
from huiqi.surveys.analysis.estimates import Shares, shares, shares_of, tallies_of_several, tally
from huiqi.surveys.analysis.guarded import grouped, mask_of
from huiqi.surveys.analysis.suppression import Hidden, hidden
from huiqi.surveys.analysis.wave import Percent, Query, Source, Wave

ALL = Choice("", gettext_noop("合计"))

_HIDDEN = gettext_noop("少于%(least)d家的数字不显示；为免由合计推算，另有数字一并隐藏。")
_SEVERAL = gettext_noop("多选题：百分比以答过本题的企业为分母，各项之和可超过100%%。")
_BLANK = gettext_noop("另有%(count)d家未答本题，不计入。")
_NOT_A_CHOICE = gettext_noop("“%(question)s”不是选择题，不能列百分比。")
_COLUMNS_OF_SEVERAL = gettext_noop("多选题只按行计算百分比。")


@dataclass(frozen=True)
class Figure:
    """One cell: respondents, the firms they stand for, the share with its interval and standard error.

    Shares are of 0 to 1. All None when the cell is hidden; interval and error are None when no inference is
    due.
    """

    n: int | None = None
    firms: float | None = None
    share: float | None = None
    low: float | None = None
    high: float | None = None
    error: float | None = None

    @property
    def is_hidden(self) -> bool:
        return self.n is None


@dataclass(frozen=True)
class Line:
    """One group: the respondents who answered, their effective number, and a figure for each answer."""

    group: Choice
    base: int | None
    effective: float | None
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Table:
    """Lines of groups and, below them, all groups together."""

    source: Source
    question: Question
    answers: tuple[Choice, ...]
    lines: tuple[Line, ...]
    total: Line
    notes: tuple[Message, ...]

    def line(self, group: str) -> Line:
        """The line of a group by its name; KeyError when there is none."""
        for line in self.lines:
            if line.group.name == group:
                return line
        raise KeyError(group)

    def figure(self, answer: str, group: str = "") -> Figure:
        """The cell of an answer by its name, of all groups or of one."""
        line = self.line(group) if group else self.total
        return line.figures[self.question.code_of(answer)]


def table(wave: Wave, query: Query, *, is_linked: bool = False) -> Table:
    """The shares of the answers to a question, by groups of `query.by` if given.

    Single choice: per cent of the row (a group's answers) or of the column (an answer's groups). Several
    choices: of those who answered the question. Refuses a question without choices. `is_linked`: people see
    other tables of the same survey too, so what is hidden is settled for all of them (analysis.guarded); who
    did not say to which group he belongs is a line of his own, and the totals are those of the question
    alone.
    """
    question = wave.answers.codebook.column(query.question)
    if question.kind is Kind.SINGLE:
        return _single(wave, query, question, is_linked)
    if question.kind is Kind.MULTIPLE:
        return _multiple(wave, query, question, is_linked)
    told = Message(_NOT_A_CHOICE, {"question": question.label})
    raise Refused("surveys.not_a_choice", told)


def combined(wave: Wave, query: Query, chosen: Sequence[str]) -> Figure:
    """The share of those who gave any of some answers, such as "three months at most"; hidden when small."""
    question = wave.answers.codebook.column(query.question)
    groups, _ = wave.groups(Query(query.question, where=query.where))
    codes = [question.code_of(name) for name in chosen]
    if question.kind is Kind.MULTIPLE:
        bits = wave.answers.bits[question.name]
        yes = (bits & sum(1 << code for code in codes)) != 0
        answered = bits >= 0
    else:
        given = wave.answers.single(question.name)
        yes, answered = np.isin(given, codes), given >= 0
    reckoned = shares(wave.sampling, groups, 1, np.where(answered, yes.astype(np.int64), MISSING), 2)
    mask = hidden(reckoned.n, has_column_totals=False, least=wave.least)
    if mask.cells[0, 1] or (not query.where and _parts_hidden(wave, query.question, codes)):
        return Figure()
    return _figure(reckoned, 0, 1)


def _parts_hidden(wave: Wave, name: str, codes: Sequence[int]) -> bool:
    """Whether a sum holds some of the hidden answers and not all: the shown ones taken off, it tells them."""
    is_hidden = mask_of(wave, Query(name)).cells[0]
    inside = int(is_hidden[list(codes)].sum())
    return 0 < inside < int(is_hidden.sum())


def _groups(wave: Wave, query: Query, is_linked: bool) -> tuple[Ints, int, tuple[Choice, ...]]:
    if is_linked:
        codes, choices = grouped(wave, query)
        return codes, len(choices) or 1, choices
    codes, count = wave.groups(query)
    return codes, count, wave.answers.codebook.column(query.by).choices if query.by else ()


def _single(wave: Wave, query: Query, question: Question, is_linked: bool) -> Table:
    groups, count, lines = _groups(wave, query, is_linked)
    codes = wave.answers.single(question.name)
    answers = len(question.choices)
    counts = tally(wave.sampling, groups, count, codes, answers)
    within, whole = shares_of(counts), shares_of(counts.merged())
    if query.percent is Percent.COLUMN:
        within = _turned(shares(wave.sampling, codes, answers, groups, count), within)
        whole = _turned(shares(wave.sampling, codes, answers, _one(groups), 1), whole)
    mask = mask_of(wave, query) if is_linked else _mask_of_single(within.n, bool(query.by), wave.least)
    return _table(wave, query, question, ((within, mask), whole, _blank(groups, codes)), lines)


def _one(groups: Ints) -> Ints:
    return np.where(groups >= 0, 0, MISSING)


def _turned(columns: Shares, rows: Shares) -> Shares:
    """The counts of rows with the shares of columns."""
    return Shares(
        rows.n,
        rows.base,
        rows.weighted,
        columns.share.T,
        columns.low.T,
        columns.high.T,
        rows.effective,
        columns.variance.T,
    )


def _blank(groups: Ints, codes: Ints) -> int:
    return int(((groups >= 0) & (codes < 0)).sum())


def _mask_of_single(counts: Ints, has_groups: bool, least: int) -> Hidden:
    return hidden(counts, has_column_totals=has_groups, least=least)


def _multiple(wave: Wave, query: Query, question: Question, is_linked: bool) -> Table:
    """Each choice is a question of its own, yes or no, with one base for all."""
    if query.percent is Percent.COLUMN:
        raise Refused("surveys.columns_of_several", Message(_COLUMNS_OF_SEVERAL))
    groups, count, lines = _groups(wave, query, is_linked)
    bits = wave.answers.bits[question.name]
    counts = tallies_of_several(wave.sampling, groups, count, bits, len(question.choices))
    within = _yes([shares_of(each) for each in counts])
    whole = _yes([shares_of(each.merged()) for each in counts]) if query.by else within
    if is_linked:
        mask = mask_of(wave, query)
    else:
        mask = hidden_of_several(within.n, within.base, has_groups=bool(query.by), least=wave.least)
    return _table(wave, query, question, ((within, mask), whole, _blank(groups, bits)), lines)


def _yes(parts: Sequence[Shares]) -> Shares:
    def column(name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.stack([getattr(part, name)[:, 1] for part in parts], axis=1)

    first = parts[0]
    return Shares(
        np.stack([part.n[:, 1] for part in parts], axis=1),
        first.base,
        column("weighted"),
        column("share"),
        column("low"),
        column("high"),
        first.effective,
        column("variance"),
    )


def hidden_of_several(counts: Ints, base: Ints, *, has_groups: bool, least: int) -> Hidden:
    """What to hide where several answers may be given: `counts` chose it, of `base` in each group.

    Who did not choose it is as good as counted, so each answer is a table of yes and no; a group whose base
    must be hidden in one of them is hidden in all.
    """
    answers = counts.shape[1]
    alone = hidden(base[None, :], has_column_totals=False, least=least)
    rows = alone.cells[0] if has_groups else alone.rows
    while True:
        parts = [
            hidden(
                np.column_stack([counts[:, at], base - counts[:, at]]),
                has_column_totals=has_groups,
                least=least,
                rows=rows,
            )
            for at in range(answers)
        ]
        more = np.logical_or.reduce([part.rows for part in parts] + [rows])
        if (more == rows).all():
            break
        rows = more
    cells = np.stack([part.cells[:, 0] for part in parts], axis=1)
    columns = np.array([bool(part.columns[0]) for part in parts])
    return Hidden(cells | rows[:, None], rows, columns, any(part.whole for part in parts))


def _table(
    wave: Wave,
    query: Query,
    question: Question,
    reckoned: tuple[tuple[Shares, Hidden], Shares, int],
    groups: tuple[Choice, ...],
) -> Table:
    (within, mask), whole, blank = reckoned
    lines: tuple[Line, ...] = ()
    if query.by:
        lines = tuple(
            _line(group, within, at, mask.cells[at], bool(mask.rows[at])) for at, group in enumerate(groups)
        )
        total_mask, is_base_hidden = mask.columns, mask.whole
    else:
        total_mask, is_base_hidden = mask.cells[0], bool(mask.rows[0])
    total = _line(ALL, whole, 0, total_mask, is_base_hidden)
    n = 0 if total.base is None else total.base
    source = wave.source(query, "share", n)
    return Table(source, question, question.choices, lines, total, _notes(wave, question, mask, blank))


def _line(group: Choice, reckoned: Shares, at: int, mask: Bools, is_hidden: bool) -> Line:
    figures = tuple(
        Figure() if mask[column] or is_hidden else _figure(reckoned, at, column)
        for column in range(reckoned.n.shape[1])
    )
    if is_hidden:
        return Line(group, None, None, figures)
    return Line(group, int(reckoned.base[at]), float(reckoned.effective[at]), figures)


def _figure(reckoned: Shares, row: int, column: int) -> Figure:
    return Figure(
        int(reckoned.n[row, column]),
        float(reckoned.weighted[row, column]),
        number_or_none(reckoned.share[row, column]),
        number_or_none(reckoned.low[row, column]),
        number_or_none(reckoned.high[row, column]),
        number_or_none(np.sqrt(reckoned.variance[row, column])),
    )


def number_or_none(value: np.float64) -> float | None:
    """A plain number; None for what is not one."""
    return None if np.isnan(value) else float(value)


def _notes(wave: Wave, question: Question, mask: Hidden, blank: int) -> tuple[Message, ...]:
    notes = list(wave.sampling.words)
    if question.kind is Kind.MULTIPLE:
        notes.append(Message(_SEVERAL))
    if blank >= wave.least:
        notes.append(Message(_BLANK, {"count": blank}))
    if mask.cells.any() or mask.columns.any():
        notes.append(Message(_HIDDEN, {"least": wave.least}))
    return tuple(notes)
