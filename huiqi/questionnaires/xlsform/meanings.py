"""The columns `huiqi::fact`, `huiqi::unit` and `huiqi::policy`: what an answer means to the site. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.xform.annotations import below_root
from huiqi.questionnaires.xform.definition import Meaning
from huiqi.questionnaires.xlsform.lists import Lists
from huiqi.questionnaires.xlsform.problems import Problem, problem
from huiqi.questionnaires.xlsform.sheets import SURVEY
from huiqi.questionnaires.xlsform.survey import NUMERIC, Line, Outline

FACT, UNIT, POLICY = "huiqi::fact", "huiqi::unit", "huiqi::policy"
UNITS = ("yuan", "wan", "percent")
# How far a policy reached a firm, as ESIEC and BPS asked it; the list of such a question has these names.
STANDINGS = ("had", "applied", "fits", "unfit", "unknown")
YES_NO = frozenset({"yes", "no"})


class Fact(Protocol):
    """A fact of the catalogue, as far as a question is held to it."""

    @property
    def label(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def values(self) -> Mapping[str, str]: ...
    @property
    def kept(self) -> bool: ...
    @property
    def derived(self) -> bool: ...


@dataclass(frozen=True)
class ItemSketch:
    """A service item as far as an offer names it: its topics, and the ids of its plain fields."""

    topics: frozenset[str]
    fields: frozenset[str] = frozenset()
    # What people call it and its topics; for choosing in the builder.
    title: str = ""
    topic_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """What a questionnaire of this site may name."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    policies: Collection[str] = ()
    # None: there is nobody to ask (the app of requests is not there).
    items: Mapping[str, ItemSketch] | None = None


def read_meanings(
    outline: Outline, lists: Lists, known: Known | None, problems: list[Problem]
) -> dict[str, Meaning]:
    """Meanings by path below the root; what is wrong is told with row and column."""
    found: dict[str, Meaning] = {}
    for line in outline.lines:
        fact, unit, policy = (outline.sheet.get(line.row, name) for name in (FACT, UNIT, POLICY))
        if not (fact or unit or policy) or not line.path:
            continue
        meaning = Meaning(fact, unit, tuple(policy.split()))
        wrong = list(_wrong(line, meaning, lists, known, outline))
        problems += wrong
        if not wrong:
            found[below_root(line.path)] = meaning
    return found


def _wrong(
    line: Line, meaning: Meaning, lists: Lists, known: Known | None, outline: Outline
) -> Iterator[Problem]:
    def place(name: str) -> tuple[str, int, str]:
        return SURVEY, line.row.number, outline.sheet.header(name)

    if line.begins or line.ends or line.repeats:
        said = gettext_noop("组和重复组里的题不能对应企业事实或政策。")
        yield problem(place(FACT if meaning.fact else POLICY), said, gettext_noop("请清空这一格。"))
        return
    if meaning.unit and meaning.unit not in UNITS:
        said = gettext_noop("没有单位“%(unit)s”。")
        yield problem(
            place(UNIT), said, gettext_noop("金额写 yuan 或 wan，比率写 percent。"), unit=meaning.unit[:20]
        )
    if meaning.fact:
        yield from _wrong_fact(line, meaning, lists, known, place(FACT))
    if meaning.policies:
        yield from _wrong_policies(line, meaning, lists, known, place(POLICY))


def _wrong_fact(
    line: Line, meaning: Meaning, lists: Lists, known: Known | None, place: tuple[str, int, str]
) -> Iterator[Problem]:
    if known is None:
        return
    fact = known.facts.get(meaning.fact)
    if fact is None:
        advice = gettext_noop("请写事实目录里的名称，如 employees、revenue。")
        yield problem(place, gettext_noop("事实目录里没有“%(fact)s”。"), advice, fact=meaning.fact[:60])
        return
    if not fact.kept:
        said = gettext_noop("“%(fact)s”属于税务、社保等部门的数据，问卷不能保存。")
        yield problem(place, said, gettext_noop("请删去这一列的对应，或改用名单比对。"), fact=fact.label)
        return
    if fact.derived:
        said = gettext_noop("“%(fact)s”由其他事实推算，不用填报。")
        yield problem(place, said, gettext_noop("请对应推算所用的事实。"), fact=fact.label)
        return
    if not fits(fact, line, lists):
        said = gettext_noop("题型 %(type)s 填不了“%(fact)s”。")
        advice = gettext_noop(
            "数字用 integer 或 decimal，日期用 date，是否用选项 yes、no，选择用事实的选项名称，代码用 text。"
        )
        yield problem(place, said, advice, type=line.type, fact=fact.label)


def fits(fact: Fact, line: Line, lists: Lists) -> bool:
    """Whether answers to the line can be values of the fact."""
    names = frozenset(lists.names.get(line.list_name, ()))
    if fact.type in {"int", "ratio"}:
        return line.type in NUMERIC
    if fact.type == "bool":
        return line.type == "select_one" and names >= YES_NO
    if fact.type == "enum":
        return line.type == "select_one" and bool(names & set(fact.values))
    if fact.type == "date":
        return line.type == "date"
    return line.type in {"text", "select_one", "hidden", "calculate"}


def _wrong_policies(
    line: Line, meaning: Meaning, lists: Lists, known: Known | None, place: tuple[str, int, str]
) -> Iterator[Problem]:
    names = lists.names.get(line.list_name, {})
    if line.type != "select_one" or not set(names) <= set(STANDINGS) or "had" not in names:
        said = gettext_noop("问政策享受情况的题，要用单选，选项名称限于 %(names)s。")
        yield problem(place, said, gettext_noop("请改选项表。"), names="、".join(STANDINGS))
    for policy in meaning.policies if known is not None else ():
        if known is not None and policy not in known.policies:
            advice = gettext_noop("请写政策目录里的名称，如 si-defer。")
            yield problem(place, gettext_noop("没有政策“%(policy)s”。"), advice, policy=policy[:60])
