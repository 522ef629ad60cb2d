"""Answers as lines to read: for the page 核对答案, the print and the trace."""

from dataclasses import dataclass, replace
from functools import lru_cache

from django.utils.translation import gettext as _

from huiqi.core.language import chinese, series
from huiqi.policies.queries.check import Standing, private_facts
from huiqi.policies.queries.fact_words import fact_label, in_words
from huiqi.policies.questions import Question
from huiqi.policies.sheet import SKIPPED
from huiqi.reference import judging
from huiqi.reference import queries as reference
from huiqi.reference.size_class import Figures, SizeClassifier
from huiqi.rules.catalogue import Catalogue

# The place is asked once and stated as two facts; the nearer one is shown.
PLACE, COUNTY = "province", "prefecture"
# The form's name for a list of ticks, where a link "更改" leads.
TICKS, TICKS_FROM = "ticks", 2


@dataclass(frozen=True)
class Line:
    """One answer said back; `borrowed` figures are not kept by us."""

    fact_id: str
    label: str
    text: str
    borrowed: bool
    is_known: bool
    is_elsewhere: bool = False


@dataclass(frozen=True)
class AnswerGroup:
    """The answers of one question."""

    question: Question
    is_skipped: bool
    lines: tuple[Line, ...]


def _label(standing: Standing, fact_id: str) -> str:
    prompt = standing.book.prompts.get(fact_id)
    return (
        prompt.label if prompt and prompt.label else fact_label(judging.rulebook().catalogue.facts[fact_id])
    )


def answer_line(standing: Standing, fact_id: str) -> Line:
    """The answer to one fact, money in 万元 and 元, codes with their names."""
    fact = judging.rulebook().catalogue.facts[fact_id]
    if fact_id == PLACE and standing.values.get(COUNTY):
        return replace(answer_line(standing, COUNTY), fact_id=PLACE, label=_("注册或参保在哪里"))
    value = standing.values.get(fact_id)
    elsewhere = fact_id in standing.missing_here
    text = chinese(_named(fact_id, str(value))) if fact.type == "code" and value else in_words(fact, value)
    return Line(fact_id, _label(standing, fact_id), text, not fact.kept, value is not None, elsewhere)


def _named(fact_id: str, code: str) -> str:
    if fact_id == "gb4754":
        found = reference.industry(code)
        return f"{found.name}（{code}）" if found else code
    place = reference.division(code)
    return place.full_name if place else code


def answer_groups(standing: Standing) -> list[AnswerGroup]:
    """Every question asked, in the order asked, then what was filled in on the result page."""
    asked = [question for name in standing.sheet.asked if (question := standing.book.get(name))]
    extra = [question for question in standing.book.questions if question not in asked]
    groups = []
    for question in [*asked, *extra]:
        lines = _lines(standing, question)
        if lines:
            is_skipped = standing.sheet.state_of(question.id) == SKIPPED
            groups.append(AnswerGroup(question, is_skipped, lines))
    return groups


def _lines(standing: Standing, question: Question) -> tuple[Line, ...]:
    """One line a fact; a list of ticks takes two: what is the case, and what is not."""
    stated = question.facts_in(standing.stated)
    ticked = [name for name in stated if name in question.tick and name not in standing.missing_here]
    if len(ticked) < TICKS_FROM:
        return tuple(answer_line(standing, name) for name in stated)
    lines = [answer_line(standing, name) for name in stated if name not in ticked]
    for value, label in ((True, _("有")), (False, _("没有")), (None, _("不清楚"))):
        names = [name for name in ticked if standing.values.get(name) is value]
        if names:
            text = series(_label(standing, name) for name in names)
            borrowed = any(name in private_facts() for name in names)
            lines.append(Line(TICKS, label, text, borrowed, value is not None))
    return tuple(lines)


def missing_lines(standing: Standing) -> list[Line]:
    """What was stated in another browser and is not at hand here."""
    return [answer_line(standing, name) for name in standing.missing_here]


@lru_cache(maxsize=2)
def _classifier(catalogue: Catalogue) -> SizeClassifier:
    return SizeClassifier(catalogue)


def size_sentence(standing: Standing) -> str:
    """The firm's size class and why, in one sentence; empty while the industry is not known."""
    code, people = standing.facts.get("gb4754"), standing.facts.get("employees")
    if not isinstance(code, str):
        return ""
    revenue, assets = standing.facts.get("revenue"), standing.facts.get("assets")
    figures = Figures(code, _whole(people), _whole(revenue), _whole(assets))
    return _classifier(standing.facts.catalogue).explain(figures).text


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
