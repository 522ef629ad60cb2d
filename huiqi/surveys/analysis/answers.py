"""Answers in columns: small codes for choices, bits for several choices, doubles for numbers. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.surveys.analysis.arrays import MISSING, Bools, Floats, Ints
from huiqi.surveys.analysis.codebook import Codebook, Kind, Question

_UNKNOWN_CHOICE = gettext_noop("“%(question)s”的回答“%(answer)s”不在选项之内。请核对问卷版本。")
_WRONG_KIND = gettext_noop("“%(question)s”不能这样统计：%(wanted)s。")


@dataclass(frozen=True)
class Answers:
    """What the respondents said, a place in every column for each of them.

    `codes` of single choices count from 0, `MISSING` for none; `bits` of several choices hold one bit a
    choice, `MISSING` where the question was not answered (0: answered with none of them). `numbers` hold
    NaN where nothing was said, `texts` the empty text. `units` tell the firms apart (an opaque number, never
    a name), so that two waves of a panel can be matched; empty for anonymous answers.
    """

    codebook: Codebook
    count: int
    codes: Mapping[str, Ints]
    bits: Mapping[str, Ints]
    numbers: Mapping[str, Floats]
    texts: Mapping[str, Sequence[str]]
    units: Ints | None = None

    def single(self, name: str) -> Ints:
        """The codes of a single choice; refuses a question of another kind."""
        question = self.codebook.column(name)
        if question.kind is not Kind.SINGLE:
            raise _refused(question, gettext_noop("它不是单选题"))
        return self.codes[name]

    def answered(self, name: str) -> Bools:
        """Who answered the question at all."""
        kind = self.codebook.column(name).kind
        if kind is Kind.SINGLE:
            return self.codes[name] >= 0
        if kind is Kind.MULTIPLE:
            return self.bits[name] >= 0
        if kind is Kind.TEXT:
            return np.array([bool(text) for text in self.texts[name]], dtype=bool)
        return ~np.isnan(self.numbers[name])

    def chosen(self, name: str, choice: int) -> Ints:
        """1 who chose it among several choices, 0 who did not, `MISSING` who did not answer."""
        bits = self.bits[name]
        return np.where(bits < 0, MISSING, (bits >> choice) & 1)

    def number(self, name: str) -> Floats:
        """The numbers given; refuses a question of another kind."""
        question = self.codebook.column(name)
        if question.kind not in (Kind.INTEGER, Kind.DECIMAL):
            raise _refused(question, gettext_noop("它不是填数字的题"))
        return self.numbers[name]

    def kept(self, keep: Bools) -> "Answers":
        """Only the respondents marked."""
        return Answers(
            self.codebook,
            int(keep.sum()),
            {name: column[keep] for name, column in self.codes.items()},
            {name: column[keep] for name, column in self.bits.items()},
            {name: column[keep] for name, column in self.numbers.items()},
            {name: [texts[int(at)] for at in np.flatnonzero(keep)] for name, texts in self.texts.items()},
            None if self.units is None else self.units[keep],
        )


def _refused(question: Question, wanted: str) -> Refused:
    told = {"question": question.label, "wanted": Message(wanted)}
    return Refused("surveys.wrong_kind", Message(_WRONG_KIND, told))


def read_answers(codebook: Codebook, rows: Iterable[Mapping[str, object]]) -> Answers:
    """Answers from rows: a choice by its name, several choices as a sequence of names, numbers as numbers.

    None, an absent name and an empty text are no answer; an empty sequence is an answer (none of them).
    Refuses a choice that the codebook does not know: it belongs to another edition of the questionnaire.
    """
    readers = [(question, _codes_of(question)) for question in codebook.columns]
    columns: dict[str, list[object]] = {question.name: [] for question in codebook.columns}
    count = 0
    for row in rows:
        count += 1
        for question, known in readers:
            columns[question.name].append(_cell(question, known, row.get(question.name)))
    return answers_of(codebook, count, columns)


def answers_of(codebook: Codebook, count: int, columns: Mapping[str, Sequence[object]]) -> Answers:
    """Answers from columns that are coded already."""
    kinds = {question.name: question.kind for question in codebook.columns}

    def ints(kind: Kind) -> dict[str, Ints]:
        return {n: np.asarray(columns[n], dtype=np.int64) for n, its in kinds.items() if its is kind}

    numeric = (Kind.INTEGER, Kind.DECIMAL)
    return Answers(
        codebook,
        count,
        ints(Kind.SINGLE),
        ints(Kind.MULTIPLE),
        {n: np.asarray(columns[n], dtype=np.float64) for n, kind in kinds.items() if kind in numeric},
        {n: [str(text) for text in columns[n]] for n, kind in kinds.items() if kind is Kind.TEXT},
    )


def _codes_of(question: Question) -> dict[str, int]:
    return {choice.name: code for code, choice in enumerate(question.choices)}


def _cell(question: Question, known: Mapping[str, int], value: object) -> object:
    if question.kind is Kind.TEXT:
        return str(value or "").strip()
    if question.kind in (Kind.INTEGER, Kind.DECIMAL):
        return np.nan if value is None or value == "" else float(value)  # type: ignore[arg-type]
    if value is None or value == "":
        return MISSING
    if question.kind is Kind.SINGLE:
        return _code(question, known, value)
    names: Iterable[object] = value.split() if isinstance(value, str) else value  # type: ignore[assignment]
    return sum({1 << _code(question, known, name) for name in names})


def _code(question: Question, known: Mapping[str, int], value: object) -> int:
    code = known.get(str(value))
    if code is None:
        told = {"question": question.label, "answer": str(value)}
        raise Refused("surveys.unknown_choice", Message(_UNKNOWN_CHOICE, told))
    return code
