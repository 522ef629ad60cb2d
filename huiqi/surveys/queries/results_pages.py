"""What the pages of results show, made from a snapshot: shares, intervals and n, ready to print."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huiqi.core.language import worded
from huiqi.surveys.analysis.codebook import Choice, Kind, Question
from huiqi.surveys.analysis.guarded import COUNTY, PREFECTURE
from huiqi.surveys.analysis.headlines import per_cent
from huiqi.surveys.analysis.measures import NEUTRAL, Index, Measure, Measures, index_of, mean_of
from huiqi.surveys.analysis.sampling import Basis, Step
from huiqi.surveys.analysis.tables import Figure, Line, Table, table
from huiqi.surveys.analysis.wave import Percent, Query, Source, Wave
from huiqi.surveys.models import ResultSnapshot
from huiqi.surveys.queries.results_drafts import indices_of
from huiqi.surveys.queries.results_strata import SECTION, SIZE, UNKNOWN
from huiqi.surveys.queries.results_wave import Opened, message_of

STRATA = (SECTION, SIZE, PREFECTURE, COUNTY)
HIDDEN_MARK = "＊"
HEAT_STEPS = 5
# A table of two questions with more cells than this is read by nobody and settled by no machine in time.
MOST_CELLS = 4_000
STEP_WORDS = {
    Step.DESIGN: gettext_noop("设计权重"),
    Step.RESPONSE: gettext_noop("无应答调整"),
    Step.RAKED: gettext_noop("按登记库校准"),
}
BASIS_WORDS = {
    Basis.CENSUS: gettext_noop("全面调查"),
    Basis.SAMPLE: gettext_noop("分层随机抽样"),
    Basis.OPEN_LINK: gettext_noop("公开链接，自愿填写"),
}
INDEX_WORDS = {
    Index.DIFFUSION: gettext_noop("扩散指数"),
    Index.BOOM: gettext_noop("景气指数"),
    Index.SENTIMENT: gettext_noop("总体感受指数"),
}


@dataclass(frozen=True)
class Cell:
    """One figure as printed; `share` of 0 to 1 draws its bar, `low` and `high` its whisker."""

    label: str
    n: str
    share_text: str
    interval: str
    share: float | None
    low: float | None
    high: float | None
    firms: str = ""

    @property
    def is_hidden(self) -> bool:
        return self.n == HIDDEN_MARK

    @property
    def width(self) -> float:
        """Of the bar, in per cent."""
        return round(100 * (self.share or 0), 1)

    @property
    def whisker(self) -> tuple[float, float] | None:
        """From where to where the interval reaches, in per cent."""
        if self.low is None or self.high is None:
            return None
        return round(100 * self.low, 1), round(100 * self.high, 1)

    @property
    def whisker_width(self) -> float:
        """How long the interval is, in per cent; a sliver at least."""
        if self.low is None or self.high is None:
            return 0.0
        return max(round(100 * (self.high - self.low), 1), 0.4)

    @property
    def heat(self) -> int:
        """How dark the cell is, from 0 to HEAT_STEPS."""
        return (
            0
            if self.share is None
            else min(HEAT_STEPS, int(self.share * HEAT_STEPS * 1.25) + (self.share > 0))
        )


@dataclass(frozen=True)
class Row:
    """One group of a table."""

    key: str
    label: str
    base: str
    effective: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Shown:
    """A table as printed."""

    question: Question
    by: str
    answers: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row
    notes: tuple[str, ...]
    source: "Told"

    @property
    def has_hidden(self) -> bool:
        return any(cell.is_hidden for row in (*self.rows, self.total) for cell in row.cells)


@dataclass(frozen=True)
class Told:
    """这个数怎么来的: every part of a query in words, and as the machine has it."""

    lines: tuple[tuple[str, str], ...]
    machine: str


@dataclass(frozen=True)
class Gauge:
    """A mean or an index of all firms or of a group."""

    label: str
    value: str
    interval: str
    n: str
    neutral: str = ""


def question_shown(opened: Opened, name: str, by: str = "", percent: Percent = Percent.ROW) -> Shown:
    """The table of a question, by groups if named."""
    wave = opened.wave([name, by] if by and by not in STRATA else [name])
    return shown(opened, wave, Query(name, by=by, percent=percent))


def shown(opened: Opened, wave: Wave, query: Query) -> Shown:
    """The table of a query, printed."""
    result = table(wave, query, is_linked=True)
    group = opened.codebook.column(query.by).label if query.by else ""
    rows = tuple(_row(line, result) for line in result.lines if line.base is None or line.base > 0)
    notes = tuple(worded(note) for note in result.notes)
    return Shown(
        result.question,
        _(group) if group else "",
        tuple(choice.label for choice in result.answers),
        rows,
        _row(result.total, result),
        notes,
        told(opened.row, result.source, result.question, group),
    )


def _row(line: Line, result: Table) -> Row:
    cells = tuple(_cell(choice, figure) for choice, figure in zip(result.answers, line.figures, strict=True))
    base = HIDDEN_MARK if line.base is None else f"{line.base:,}"
    effective = "—" if line.effective is None else f"{line.effective:,.0f}"
    label = _(line.group.label) if line.group.name in ("", UNKNOWN.name, "-") else line.group.label
    return Row(line.group.name, label, base, effective, cells)


def _cell(choice: Choice, figure: Figure) -> Cell:
    if figure.is_hidden:
        return Cell(choice.label, HIDDEN_MARK, HIDDEN_MARK, "", None, None, None)
    firms = "" if figure.firms is None else f"{figure.firms:,.0f}"
    return Cell(
        choice.label,
        f"{figure.n:,}",
        per_cent(figure.share),
        interval_words(figure.low, figure.high),
        figure.share,
        figure.low,
        figure.high,
        firms,
    )


def interval_words(low: float | None, high: float | None) -> str:
    """31.1%–37.0%, or nothing where no interval is due."""
    return "" if low is None or high is None else f"{per_cent(low)}–{per_cent(high)}"


def gauges(opened: Opened, name: str, by: str = "") -> list[tuple[str, list[Gauge], Told, tuple[str, ...]]]:
    """Each index or mean a question has: its name, its lines, the query, the notes."""
    wave, question = opened.wave([name]), opened.codebook.column(name)
    query = Query(name, by=by)
    found: list[tuple[str, Measures]] = []
    if question.kind in (Kind.INTEGER, Kind.DECIMAL):
        found.append((_("平均值"), mean_of(wave, query, is_linked=True)))
    elif question.kind is Kind.SINGLE:
        for index in indices_of(question):
            found.append((_(INDEX_WORDS[index]), index_of(wave, query, index, is_linked=True)))
    group = opened.codebook.column(by).label if by else ""
    return [
        (
            title,
            [_gauge(one, result) for one in (*_present(result.lines), result.total)],
            told(opened.row, result.source, question, group),
            tuple(worded(note) for note in result.notes),
        )
        for title, result in found
    ]


def _present(lines: Sequence[Measure]) -> list[Measure]:
    return [line for line in lines if line.n is None or line.n > 0]


def _gauge(line: Measure, result: Measures) -> Gauge:
    label = _(line.group.label) if line.group.name in ("", UNKNOWN.name, "-") else line.group.label
    if line.value is None or line.n is None:
        return Gauge(label, HIDDEN_MARK, "", HIDDEN_MARK)
    places = 2 if result.source.measure == Index.SENTIMENT else 1
    interval = (
        "" if line.low is None or line.high is None else f"{line.low:,.{places}f}–{line.high:,.{places}f}"
    )
    neutral = f"{NEUTRAL[Index(result.source.measure)]:g}" if result.source.measure in set(Index) else ""
    return Gauge(label, f"{line.value:,.{places}f}{result.unit}", interval, f"{line.n:,}", neutral)


def told(row: ResultSnapshot, source: Source | dict[str, Any], question: Question, group: str) -> Told:
    """The query behind a figure, in words."""
    plain: dict[str, Any] = source if isinstance(source, dict) else dict(source.told())
    steps = plain["weights"]
    weights = "、".join(_(STEP_WORDS[Step(step)]) for step in steps) or _("未加权")
    is_row = plain["percent"] == Percent.ROW
    below = _("本组答过本题的企业") if plain["by"] and is_row else _("答过本题的企业")
    if not is_row:
        below = _("选这一项的企业")
    lines: tuple[tuple[str, str], ...] = (
        (_("题目"), f"{question.label}（{question.name}）"),
        (_("分组"), _(group) if group else _("不分组")),
        (_("筛选"), _("本轮全部已提交的答卷")),
        (_("算法"), _measure_words(str(plain["measure"]))),
        (_("分子"), _("选这一项的企业的权重之和") if steps else _("选这一项的企业数")),
        (_("分母"), _("%s的权重之和") % below if steps else below),
        (_("权重"), weights),
        (_("填报方式"), _(BASIS_WORDS[Basis(str(plain["basis"]))])),
        (_("作答"), _("n=%(n)s") % {"n": f"{plain['n']:,}"}),
        (_("问卷版本"), "、".join(row.versions)),
        (
            _("快照"),
            _("%(id)s，%(at)s，共%(n)s份") % {"id": row.public_id, "at": moment(row), "n": row.answers},
        ),
    )
    if plain["measure"] not in ("share",):
        lines = tuple(line for line in lines if line[0] not in (_("分子"), _("分母")))
    return Told(lines, json.dumps(plain, ensure_ascii=False))


def snapshot_words(row: ResultSnapshot) -> str:
    """Which answers a figure rests on."""
    told_ = {"id": row.public_id, "at": moment(row), "n": f"{row.answers:,}"}
    return _("%(id)s，汇总于%(at)s，共%(n)s份") % told_


def moment(row: ResultSnapshot) -> str:
    """2020-03-01 10:00, as the site's clock was."""
    return f"{timezone.localtime(row.made_at):%Y-%m-%d %H:%M}"


def _measure_words(measure: str) -> str:
    words = {
        "share": _("占比"),
        "mean": _("加权平均"),
        "diffusion": _("扩散指数：上升占比＋持平占比的一半，50为中性"),
        "boom": _("景气指数：（好的占比－差的占比）＋100，100为中性"),
        "sentiment": _("总体感受指数：从很大负面−1到很大正面＋1的平均，0为中性"),
        "themes": _("文字归类"),
    }
    return words.get(measure, measure)


@dataclass(frozen=True)
class Sentence:
    """A drafted finding with the query behind it."""

    text: str
    question: str
    source: Told


def sentences(opened_row: ResultSnapshot, questions: dict[str, Question]) -> list[Sentence]:
    """The findings drafted when the snapshot was made."""
    found = []
    for told_ in opened_row.facts.get("headlines", []):
        question = questions.get(told_["source"]["question"])
        if question is None:
            continue
        group = told_["source"]["by"]
        label = {SECTION: gettext_noop("行业门类"), SIZE: gettext_noop("企业规模")}.get(group, group)
        source = told(opened_row, told_["source"], question, label)
        found.append(Sentence(worded(message_of(told_["said"])), question.name, source))
    return found


def offered_groups(opened: Opened) -> list[Question]:
    """Columns of the frame that tell something: more than one class is present."""
    answers = opened.wave([]).answers
    found = []
    for name in STRATA:
        column = opened.codebook.column(name)
        present = {int(code) for code in set(answers.single(name).tolist())}
        if len(present) > 1:
            found.append(column)
    return found
