"""The size of a rulebook, and its own cases run policy by policy so that the caller may report or stop."""

from collections.abc import Iterator
from dataclasses import dataclass

from huiqi.rules.cases import CaseReport, run_cases
from huiqi.rules.rulebook import Rulebook

# The kind of job that runs all cases (jobs.py).
VERIFY_RULEBOOK = "rulebook.verify"


@dataclass(frozen=True)
class Counts:
    """What a rulebook holds. `draft` counts policies whose outcome itself rests on an open figure."""

    policies: int
    live: int
    draft: int
    editions: int
    cases: int


def counts(rulebook: Rulebook) -> Counts:
    """How many policies, editions and cases there are."""
    policies = list(rulebook.policies.values())
    live = sum(policy.standing == "live" for policy in policies)
    return Counts(
        policies=len(policies),
        live=live,
        draft=len(policies) - live,
        editions=sum(len(policy.editions) for policy in policies),
        cases=sum(len(policy.cases) for policy in policies),
    )


def run_by_policy(rulebook: Rulebook) -> Iterator[CaseReport]:
    """The report of one policy after another, in the rulebook's order."""
    for policy_id in rulebook.policies:
        yield run_cases(rulebook, only=[policy_id])
