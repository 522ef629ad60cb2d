"""Answers as lines to read: for the page 核对答案, the print and the trace."""

from dataclasses import dataclass
from functools import lru_cache

from huiqi.policies import answers
from huiqi.policies.queries import judging
from huiqi.policies.queries.check import Standing
from huiqi.policies.questions import Question
from huiqi.policies.sheet import SKIPPED
from huiqi.reference import queries as reference
from huiqi.reference.size_class import Figures, SizeClassifier
from huiqi.rules.catalogue import Catalogue


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


def answer_line(standing: Standing, fact_id: str) -> Line:
    """The answer to one fact, money in 万元 and 元, codes with their names."""
    fact = judging.rulebook().catalogue.facts[fact_id]
    prompt = standing.book.prompts.get(fact_id)
    label = prompt.label if prompt and prompt.label else fact.label
    value = standing.values.get(fact_id)
    elsewhere = fact_id in standing.missing_here
    text = _named(fact_id, str(value)) if fact.type == "code" and value else answers.in_words(fact, value)
    return Line(fact_id, label, text, not fact.kept, value is not None, elsewhere)


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
        lines = tuple(answer_line(standing, name) for name in question.facts if name in standing.stated)
        if lines:
            is_skipped = standing.sheet.state_of(question.id) == SKIPPED
            groups.append(AnswerGroup(question, is_skipped, lines))
    return groups


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
