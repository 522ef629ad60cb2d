"""The sentences a snapshot is told in: drafted by fixed templates, each with the query behind it."""

from typing import Any

from huiqi.surveys.analysis.codebook import Direction, Kind, Question
from huiqi.surveys.analysis.headlines import (
    Headline,
    at_most,
    index_said,
    most_said,
    several_said,
    widest_gap,
)
from huiqi.surveys.analysis.measures import Index, index_of
from huiqi.surveys.analysis.tables import table
from huiqi.surveys.analysis.wave import Query, Wave
from huiqi.surveys.queries.results_strata import SECTION, SIZE
from huiqi.surveys.queries.results_wave import Opened, told_message

# What is asked only to sort or to handle answers is no finding.
NO_FINDING = frozenset({"consent", "has_appeal"})
GROUPS = (SECTION, SIZE)


def draft_headlines(opened: Opened) -> list[dict[str, Any]]:
    """All sentences, what weighs most first, as JSON keeps them."""
    wave = opened.wave()
    found: list[Headline | None] = []
    for question in findings(opened):
        found += _of_question(wave, question)
    kept = [one for one in found if one is not None]
    kept.sort(key=lambda one: -one.weight)
    return [told_headline(one) for one in kept]


def findings(opened: Opened) -> list[Question]:
    """The questions whose answers are findings."""
    wanted = (Kind.SINGLE, Kind.MULTIPLE)
    return [one for one in opened.codebook.questions if one.kind in wanted and one.name not in NO_FINDING]


def indices_of(question: Question) -> list[Index]:
    """The indices a question's choices allow."""
    found = []
    if any(choice.direction is Direction.UP for choice in question.choices):
        found.append(Index.DIFFUSION)
    if any(choice.score is not None for choice in question.choices):
        found.append(Index.SENTIMENT)
    return found


def _of_question(wave: Wave, question: Question) -> list[Headline | None]:
    result = table(wave, Query(question.name), is_linked=True)
    if question.kind is Kind.MULTIPLE:
        return [several_said(result)]
    found: list[Headline | None] = []
    indices = indices_of(question)
    for index in indices:
        found.append(index_said(index_of(wave, Query(question.name), index, is_linked=True)))
    if Index.DIFFUSION not in indices:
        found.append(most_said(result))
    if question.is_ordered:
        found.append(at_most(wave, Query(question.name)))
    if wave.sampling.is_inferential:
        groups = [table(wave, Query(question.name, by=group), is_linked=True) for group in GROUPS]
        found += [widest_gap(one) for one in groups]
    return found


def told_headline(headline: Headline) -> dict[str, Any]:
    """A sentence with its source."""
    told = dict(headline.source.told())
    key = "|".join(str(told[name]) for name in ("measure", "question", "by", "percent"))
    template = headline.said.template
    return {
        "key": f"{key}|{headline.weight.name.lower()}",
        "said": told_message(headline.said),
        "template": template,
        "source": told,
        "weight": int(headline.weight),
    }
