"""An application before its policy: the verdict, what it rests on, and judging it again from the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from huiqi.enterprises.models import Enterprise
from huiqi.grants.models import Application, Call, Judgement
from huiqi.grants.standards import awarded, read_standard
from huiqi.lists.queries.membership import facts_on
from huiqi.reference import judging
from huiqi.rules.catalogue import Fact, Facts
from huiqi.rules.emit_python import needed_facts
from huiqi.rules.explain import Explanation
from huiqi.rules.judge import Judge

ROLE = "decide"


@dataclass(frozen=True)
class Standing:
    """A firm before the policy of a call on a day."""

    on: date
    facts: Facts
    explanation: Explanation
    needed: tuple[Fact, ...]  # what the policy reads, in the catalogue's order

    @property
    def known(self) -> list[tuple[Fact, Any, str]]:
        """Facts carried over from the register: fact, value, standing."""
        values = self.facts.values
        return [
            (fact, values[fact.id], self.facts.standing(fact.id)) for fact in self.needed if fact.id in values
        ]

    @property
    def askable(self) -> list[Fact]:
        """Yes-or-no facts of the firm's own that the policy reads and nobody knows."""
        return [
            fact
            for fact in self.needed
            if fact.id not in self.facts.values
            and fact.type == "bool"
            and fact.kept
            and fact.derivation is None
        ]


def own_policies() -> dict[str, str]:
    """Title by id of the policies that this office decides and that give money."""
    policies = judging.rulebook().policies
    return {
        name: policy.title
        for name, policy in policies.items()
        if policy.role == ROLE and any(edition.benefit.nature == "cash" for edition in policy.editions)
    }


def policy_title(policy: str) -> str:
    """Its title; the id when a later rulebook has no such policy."""
    known = judging.rulebook().policies.get(policy)
    return known.title if known else policy


def needed_by(policy: str, on: date) -> tuple[Fact, ...]:
    """The facts the policy reads on a day."""
    catalogue = judging.rulebook().catalogue
    plan = judging.judge(on).plans[policy]
    names = needed_facts(catalogue, plan.nodes) if plan.edition is not None else ()
    return tuple(catalogue.facts[name] for name in catalogue.in_order(names))


def standing_of(call: Call, firm: Enterprise, on: date, stated: Mapping[str, bool] | None = None) -> Standing:
    """Judge a firm on a day by what the register and the lists know, completed by what the firm says."""
    facts = facts_on(firm, on).facts
    said = {name: value for name, value in (stated or {}).items() if facts.get(name) is None}
    if said:
        catalogue = judging.rulebook().catalogue
        values = {**facts.values, **said}
        facts = catalogue.facts_of(values, {**facts.standings, **dict.fromkeys(said, "claimed")})
    explanation = judging.judge(on).explain(facts, call.policy)
    return Standing(on, facts, explanation, needed_by(call.policy, on))


def judged(application: Application, standing: Standing, *, base: int | None) -> dict[str, Any]:
    """The columns of a judgement: enough to judge again without the register."""
    explanation, needed = standing.explanation, {fact.id for fact in standing.needed}
    values = {name: value for name, value in standing.facts.values.items() if name in needed}
    standard = application.call.standard
    return {
        "policy": application.call.policy,
        "edition": explanation.edition or "",
        "fingerprint": judging.rulebook_fingerprint(),
        "on": standing.on,
        "known_on": standing.on,
        "facts": {name: _written(value) for name, value in sorted(values.items())},
        "standings": {name: standing.facts.standing(name) for name in sorted(values)},
        "status": explanation.status,
        "assurance": explanation.assurance or "",
        "rule_fen": explanation.amount_fen,
        "base_fen": base,
        "standard": standard.written(),
        "awarded_fen": awarded(
            standard, status=explanation.status, rule_fen=explanation.amount_fen, base_fen=base
        ),
    }


def _written(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return f"{value.numerator}/{value.denominator}" if isinstance(value, Fraction) else value


def derive_again(judgement: Judgement) -> tuple[str, str, int | None]:
    """Edition, status and award that follow today from what the judgement recorded."""
    facts = judging.parse_facts(judgement.facts)
    book = judging.rulebook()
    if judgement.policy not in book.policies:
        return "", "gone", None
    judge = Judge(book, on=judgement.on, known_on=judgement.known_on, only=[judgement.policy])
    verdict = judge.verdict(facts, judgement.policy)
    edition = judge.plans[judgement.policy].edition
    award = awarded(
        read_standard(judgement.standard),
        status=verdict.status,
        rule_fen=verdict.amount_fen,
        base_fen=judgement.base_fen,
    )
    return edition.id if edition else "", verdict.status, award
