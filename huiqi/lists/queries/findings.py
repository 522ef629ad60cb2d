"""What the criteria say of firms on the register, and how it is kept with an entry."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from huiqi.lists.criteria import Finding, examine, stored
from huiqi.lists.kinds import ListKind
from huiqi.lists.queries.membership import facts_of_firms
from huiqi.questionnaires.fact_answers import Plain
from huiqi.reference.judging import rulebook_fingerprint
from huiqi.rules.catalogue import Facts, Value
from huiqi.rules.problems import FactsError

Answered = Mapping[int, Mapping[str, Plain]]


def findings(
    kind: ListKind,
    enterprise_ids: Sequence[int],
    on: date,
    known_on: date | None = None,
    *,
    answered: Answered | None = None,
) -> Mapping[int, Finding]:
    """The finding for each firm on a day, from its facts and lists; a fixed number of queries.

    `answered` are facts by firm from the kind's questionnaire: as claims, and only where nothing is known.
    """
    known, said = facts_of_firms(enterprise_ids, on, known_on), answered or {}
    return {
        pk: examine(kind, with_answers(known[pk].facts, said.get(pk, {})), on, known_on)
        for pk in enterprise_ids
    }


def with_answers(register: Facts, said: Mapping[str, Plain]) -> Facts:
    """The facts of a firm, completed by what was answered; a fact that is known stays what it is."""
    new = {name: value for name, value in said.items() if register.get(name) is None}
    parsed = {name: one for name, value in new.items() if (one := _parsed(register, name, value)) is not None}
    if not parsed:
        return register
    standings = {**register.standings, **dict.fromkeys(parsed, "claimed")}
    return register.catalogue.facts_of({**register.values, **parsed}, standings)


def _parsed(register: Facts, name: str, value: Plain) -> Value | None:
    """None for what lies outside the fact's bounds: the form may ask more widely than the catalogue holds."""
    try:
        return register.catalogue.parse({name: value}).get(name)
    except FactsError:
        return None


def columns_of(finding: Finding, on: date, known_on: date | None = None) -> dict[str, Any]:
    """The columns of an entry that keep a finding, so that it can be derived again later."""
    return {
        "finding": stored(finding, on, known_on or on, rulebook_fingerprint()),
        "score": finding.score,
        "score_most": finding.score_most,
    }
