"""What the criteria say of firms on the register, and how it is kept with an entry."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from huiqi.lists.criteria import Finding, examine, stored
from huiqi.lists.kinds import ListKind
from huiqi.lists.queries.membership import facts_of_firms
from huiqi.reference.judging import rulebook_fingerprint


def findings(
    kind: ListKind, enterprise_ids: Sequence[int], on: date, known_on: date | None = None
) -> Mapping[int, Finding]:
    """The finding for each firm on a day, from its facts and lists; a fixed number of queries."""
    known = facts_of_firms(enterprise_ids, on, known_on)
    return {pk: examine(kind, known[pk].facts, on, known_on) for pk in enterprise_ids}


def columns_of(finding: Finding, on: date, known_on: date | None = None) -> dict[str, Any]:
    """The columns of an entry that keep a finding, so that it can be derived again later."""
    return {
        "finding": stored(finding, on, known_on or on, rulebook_fingerprint()),
        "score": finding.score,
        "score_most": finding.score_most,
    }
