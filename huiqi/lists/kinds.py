"""Kinds of list as content: reads `rulebook/lists.yaml` strictly and tells everything that is wrong. Pure.

Criteria are conditions of the rules engine, compiled by its own reader: a kind's criteria become a policy
with one edition, so that verdicts, reasons and "what is missing" are the engine's and not a second opinion.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from huiqi.lists.chain import LEVELS
from huiqi.rules.catalogue import Catalogue
from huiqi.rules.conditions_file import (
    CONFIDENCES,
    LEAF_KEYS,
    Reader,
    read_conditions,
    read_leaf,
    read_parameters,
)
from huiqi.rules.documents import Entry, read_document
from huiqi.rules.policy import Benefit, Edition, Group, Leaf, Parameter, Policy, Source, leaves
from huiqi.rules.policy_file import POLICY_ID
from huiqi.rules.problems import FactsError, RulebookError
from huiqi.rules.rulebook import Rulebook
from huiqi.rules.sections import Report, Section

ROLES = ("decide", "recommend", "import")
SECRECIES = ("public", "internal", "compartment")
EXPECTATIONS = {"meets": True, "fails": False, "unknown": None}
KEYS = frozenset(
    "id title title_en summary feeds implies exhaustive issuer role documents chain notice validity secrecy"
    " contact questionnaire parameters conditions scoring gaps readings confidence sources cases".split()
)
CASE_KEYS = frozenset("name on known_on facts expect failed unknown score score_most".split())
SCORE_KEYS = LEAF_KEYS | {"points", "confidence", "source"}
FORM_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,99}", re.ASCII)
MOST_WORKING_DAYS, MOST_MONTHS, MOST_POINTS = 60, 120, 10_000


class Sourced(NamedTuple):
    """Where a figure or rule comes from, and how far it was verified (GAP: not found)."""

    confidence: str
    source: str


@dataclass(frozen=True)
class Notice:
    """Public notice before publication. `working_days` None: a notice is held, its length was not found."""

    working_days: int | None
    basis: Sourced


@dataclass(frozen=True)
class Validity:
    """How long a listing holds: `months` from its first day, or `until` a day, or open."""

    months: int | None
    until: date | None
    basis: Sourced


@dataclass(frozen=True)
class Score:
    """An item of the scoring table. `points` None: the item counts, its points were not found."""

    leaf: Leaf
    points: int | None
    basis: Sourced


@dataclass(frozen=True)
class Case:
    """An example a jurist can read: facts, and what the criteria must say of them."""

    name: str
    on: date
    known_on: date | None
    facts: Mapping[str, object]
    expect: bool | None
    failed: tuple[str, ...] | None
    unknown: tuple[str, ...] | None
    score: tuple[int | None, int | None] | None
    line: int


@dataclass(frozen=True)
class ListKind:
    """One kind of list as its authority defines it.

    `feeds` are facts that are nothing but membership: true on the list, false after removal. `implies` are
    wider facts that membership proves: true on the list, afterwards open, as something else may prove them.
    """

    id: str
    title: str
    summary: str
    feeds: tuple[str, ...]
    implies: tuple[str, ...]
    is_exhaustive: bool
    issuer: str
    role: str
    documents: tuple[str, ...]
    chain: tuple[str, ...]
    chain_basis: Sourced
    notice: Notice | None
    validity: Validity
    secrecy: str
    secrecy_basis: Sourced
    confidence: str
    title_en: str | None = None
    contact: str | None = None
    # The form id of a questionnaire with the criteria's questions, filled in for each firm; "" without one.
    questionnaire: str = ""
    scoring: tuple[Score, ...] = ()
    gaps: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    cases: tuple[Case, ...] = ()
    # The criteria as a rulebook of one policy named after the kind; None when none were found.
    book: Rulebook | None = field(default=None, compare=False, repr=False)

    @property
    def criteria(self) -> Group | None:
        """The tree of conditions, or None."""
        return None if self.book is None else self.book.policies[self.id].conditions

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The figures of the criteria by name."""
        return {} if self.book is None else self.book.policies[self.id].parameters

    @property
    def proves(self) -> tuple[str, ...]:
        """Every fact that is true of a member."""
        return self.feeds + tuple(name for name in self.implies if name not in self.feeds)

    @property
    def is_import(self) -> bool:
        """Whether we only take in what another authority published."""
        return self.role == "import"


def load_kinds(path: Path, catalogue: Catalogue) -> Mapping[str, ListKind]:
    """The kinds by id in the order of the file. Raises RulebookError with every problem found."""
    document, problems = read_document(path, path.name)
    if document is None:
        raise RulebookError(problems)
    report = Report(path.name)
    top = Section(report, document, "", {"kinds"})
    found: dict[str, ListKind] = {}
    for index, entry in enumerate(top.items("kinds", required=True)):
        section = Section(report, entry, f"kinds[{index}]", KEYS)
        kind = _KindReader(section, catalogue).read()
        if kind is not None and kind.id in found:
            section.wrong("id", f"名单“{kind.id}”重复", "请给其中一个改名")
        elif kind is not None:
            found[kind.id] = kind
    if not found and not report.problems:
        top.wrong("kinds", "没有名单", "每种名单写一项")
    if report.problems:
        raise RulebookError(dict.fromkeys(report.problems))
    return found


class _KindReader:
    """Reads one kind; faults go to the section's report."""

    def __init__(self, section: Section, catalogue: Catalogue) -> None:
        self.section, self.catalogue, self.report = section, catalogue, section.report
        self.reader = Reader(catalogue, section.report)

    def read(self) -> ListKind | None:
        """The kind, or None when it has no usable name."""
        section = self.section
        kind_id = section.text("id", required=True)
        if kind_id is not None and (not POLICY_ID.fullmatch(kind_id) or len(kind_id) > 40):
            section.wrong("id", "不能作名单的名称", "用小写字母、数字和短横线，不超过40个字符")
            kind_id = None
        feeds, exhaustive = self._facts("feeds"), section.flag("exhaustive")
        if exhaustive and not feeds:
            section.wrong(
                "exhaustive", "没有对应的事实，谈不上“不在名单即为否”", "请填 feeds，或删去 exhaustive"
            )
        chain, chain_basis = self._chain()
        secrecy, secrecy_basis = self._secrecy()
        book, scoring = self._criteria(kind_id or "kind")
        kind = ListKind(
            id=kind_id or "",
            title=section.text("title", required=True) or "",
            summary=section.text("summary", required=True) or "",
            feeds=feeds,
            implies=self._facts("implies"),
            is_exhaustive=exhaustive,
            issuer=section.text("issuer", required=True) or "",
            role=section.word("role", ROLES, "import"),
            documents=section.texts("documents"),
            chain=chain,
            chain_basis=chain_basis,
            notice=self._notice(),
            validity=self._validity(),
            secrecy=secrecy,
            secrecy_basis=secrecy_basis,
            confidence=section.word("confidence", CONFIDENCES, "GAP"),
            title_en=section.text("title_en"),
            contact=section.text("contact"),
            questionnaire=self._questionnaire(),
            scoring=scoring,
            gaps=section.texts("gaps"),
            readings=section.texts("readings"),
            sources=self._sources(),
            cases=self._cases(book),
            book=book,
        )
        self._check_role(kind)
        return kind if kind_id else None

    def _questionnaire(self) -> str:
        form_id = self.section.text("questionnaire") or ""
        if form_id and (not FORM_ID.fullmatch(form_id) or not self.section.has("conditions")):
            remedy = "写问卷的表单编号；没有条件的名单不用表"
            self.section.wrong("questionnaire", f"“{form_id[:40]}”不能作条件的表", remedy)
            return ""
        return form_id

    def _check_role(self, kind: ListKind) -> None:
        if kind.role == "import" and (kind.book is not None or kind.notice is not None):
            self.section.wrong("role", "只接收外部名单的，不由我们审核和公示", "请删去条件和公示，或改 role")
        if kind.secrecy != "public" and kind.notice is not None:
            self.section.wrong("notice", "不公开的名单不能公示", "请删去 notice，或改 secrecy")

    def _facts(self, key: str) -> tuple[str, ...]:
        names = self.section.texts(key)
        for name in names:
            fact = self.catalogue.facts.get(name)
            if fact is None:
                close = get_close_matches(name, list(self.catalogue.facts), n=1)
                remedy = f"是否指 {close[0]}" if close else "请查事实目录"
                self.section.wrong(key, f"没有事实“{name[:60]}”", remedy)
            elif fact.type != "bool" or not fact.kept or fact.derived:
                remedy = "应是登记在册的“是否”类事实"
                self.section.wrong(key, f"“{fact.label}”不能由名单认定", remedy)
        return names

    def _basis(self, part: Section, *, value: object) -> Sourced:
        """Confidence and source of a figure; without a figure the confidence is GAP, and only then."""
        basis = Sourced(part.word("confidence", CONFIDENCES, "GAP"), part.text("source", required=True) or "")
        if (basis.confidence == "GAP") != (value is None):
            part.wrong(
                "confidence", "取值与可信程度不符", "未查到的写 null 和 confidence: GAP；有取值的不能是 GAP"
            )
        return basis

    def _part(self, key: str, allowed: frozenset[str]) -> Section | None:
        if not self.section.has(key):
            return None
        return Section(self.report, self.section.pairs[key], self.section.at(key), allowed)

    def _chain(self) -> tuple[tuple[str, ...], Sourced]:
        part = self._part("chain", frozenset({"levels", "confidence", "source"}))
        if part is None:
            return ("province",), Sourced("VERIFIED", "")
        levels = part.texts("levels")
        basis = Sourced(part.word("confidence", CONFIDENCES, "GAP"), part.text("source", required=True) or "")
        wrong = [level for level in levels if level not in LEVELS]
        in_order = sorted(set(levels) - set(wrong), key=LEVELS.index)
        if wrong or not levels or list(levels) != in_order:
            part.wrong("levels", "推荐层级不对", "从低到高写 county、city、province 中的若干级，各一次")
            return ("province",), basis
        return levels, basis

    def _notice(self) -> Notice | None:
        part = self._part("notice", frozenset({"working_days", "confidence", "source"}))
        if part is None:
            return None
        days = self._within(part, "working_days", MOST_WORKING_DAYS)
        return Notice(days, self._basis(part, value=days))

    def _validity(self) -> Validity:
        part = self._part("validity", frozenset({"months", "until", "confidence", "source"}))
        if part is None:
            self.section.wrong(
                "validity", "缺少这一项", "写明有效期；未查到的写 months: null 和 confidence: GAP"
            )
            return Validity(None, None, Sourced("GAP", ""))
        months, until = self._within(part, "months", MOST_MONTHS), part.day("until")
        if months is not None and until is not None:
            part.wrong("until", "months 与 until 只能写一个", "请删去一个")
        return Validity(months, until, self._basis(part, value=months or until))

    @staticmethod
    def _within(part: Section, key: str, most: int) -> int | None:
        number = part.whole(key)
        if number is not None and not 1 <= number <= most:
            part.wrong(key, f"应在1至{most}之间", "请核对")
        return number

    def _secrecy(self) -> tuple[str, Sourced]:
        part = self._part("secrecy", frozenset({"class", "confidence", "source"}))
        if part is None:
            self.section.wrong("secrecy", "缺少这一项", f"写明 class（{'、'.join(SECRECIES)}）和来源")
            return "compartment", Sourced("GAP", "")
        name = part.word("class", SECRECIES, "compartment")
        basis = Sourced(part.word("confidence", CONFIDENCES, "GAP"), part.text("source", required=True) or "")
        if basis.confidence == "GAP" and name == "public":
            part.wrong("class", "没有依据的不能定为公开", "未查到公开依据的先按 internal")
        return name, basis

    def _sources(self) -> tuple[Source, ...]:
        found = []
        for index, entry in enumerate(self.section.items("sources")):
            path = self.section.at(f"sources[{index}]")
            part = Section(self.report, entry, path, {"title", "url", "confidence", "note"})
            url = part.text("url")
            if url is not None and not url.startswith(("https://", "http://")):
                part.wrong("url", "不是网址", "网址以 https:// 开头；没有网址的不写这一项")
            confidence = part.optional_word("confidence", CONFIDENCES)
            found.append(Source(part.text("title"), url, confidence, part.text("note")))
        return tuple(found)

    # ---------------------------------------------------------------- criteria

    def _criteria(self, kind_id: str) -> tuple[Rulebook | None, tuple[Score, ...]]:
        section = self.section
        parameters = read_parameters(self.reader, section)
        self.reader.use(parameters)
        conditions = read_conditions(self.reader, section) if section.has("conditions") else None
        scoring = self._scoring()
        if conditions is None:
            if scoring:
                section.wrong("scoring", "没有条件，却有评分", "请补上 conditions；没有条件的写 {all: []}")
            return None, scoring
        optional = tuple(score.leaf for score in scoring)
        names = [leaf.id for leaf in leaves(conditions)] + [leaf.id for leaf in optional]
        for name in sorted({name for name in names if names.count(name) > 1}):
            section.wrong("conditions", f"条件名“{name}”重复", "请给其中一个改名")
        status = Benefit("status")
        edition = Edition("current", None, None, None, None, conditions, optional, status, parameters)
        policy = Policy(
            id=kind_id,
            title="",
            summary="",
            authority="",
            role="inform",
            grant_mode="rule",
            governed_by="",
            standing="live",
            conditions=conditions,
            optional=optional,
            benefit=status,
            parameters=parameters,
            editions=(edition,),
            confidence="PARTIAL",
        )
        return Rulebook(self.catalogue, {kind_id: policy}), scoring

    def _scoring(self) -> tuple[Score, ...]:
        found = []
        for index, entry in enumerate(self.section.items("scoring")):
            path = self.section.at(f"scoring[{index}]")
            part = Section(self.report, entry, path, SCORE_KEYS)
            points = self._within(part, "points", MOST_POINTS)
            basis = self._basis(part, value=points)
            leaf = read_leaf(self.reader, _only(entry, LEAF_KEYS), path)
            if leaf is not None:
                found.append(Score(leaf, points, basis))
        return tuple(found)

    # ---------------------------------------------------------------- cases

    def _cases(self, book: Rulebook | None) -> tuple[Case, ...]:
        entries = self.section.items("cases")
        if book is not None and not entries:
            self.section.wrong("cases", "有条件而没有用例", "至少写符合、不符合、缺数据各一例")
        found = [self._case(entry, index) for index, entry in enumerate(entries)]
        return tuple(case for case in found if case is not None)

    def _case(self, entry: Entry, index: int) -> Case | None:
        part = Section(self.report, entry, self.section.at(f"cases[{index}]"), CASE_KEYS)
        on = part.day("on", required=True)
        facts = self._case_facts(part)
        expect = part.word("expect", tuple(EXPECTATIONS), "unknown")
        score = (part.whole("score"), part.whole("score_most")) if part.has("score") else None
        if on is None:
            return None
        return Case(
            part.text("name") or f"第{index + 1}例",
            on,
            part.day("known_on"),
            facts,
            EXPECTATIONS[expect],
            part.texts("failed") if part.has("failed") else None,
            part.texts("unknown") if part.has("unknown") else None,
            score,
            entry.line,
        )

    def _case_facts(self, part: Section) -> Mapping[str, object]:
        entry = part.pairs.get("facts")
        if entry is None or not isinstance(entry.value, dict):
            part.wrong("facts", "缺少事实", "没有事实的写 {}")
            return {}
        given: dict[str, object] = {key: child.plain for key, child in entry.value.items()}
        try:
            self.catalogue.parse(given)
        except FactsError as error:
            for problem in error.problems:
                line = entry.value[problem.place].line if problem.place in entry.value else entry.line
                self.report.add(line, part.at(f"facts.{problem.place}"), problem.message, problem.remedy)
        return given


def _only(entry: Entry, keys: frozenset[str]) -> Entry:
    """The entry with these keys alone, for a reader that knows no others."""
    if not isinstance(entry.value, dict):
        return entry
    return Entry({key: child for key, child in entry.value.items() if key in keys}, entry.line)
