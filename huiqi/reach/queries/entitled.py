"""Who is entitled by the newest run over the register, beside who stands on a prepared list: the gap between
the two is what nobody has begun for yet. Counts are read from the run's sums, no firm is judged again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from huiqi.accounts.scope import Scope
from huiqi.reach.amounts import is_decided_by_others
from huiqi.reach.queries.preparations import authority_words, policy_of, title_of
from huiqi.runs.models import Run
from huiqi.runs.queries.totals import Entitled, entitled_by_place

# (policy, edition, county), with county "" for everywhere in the reader's scope.
Place = tuple[str, str, str]


@dataclass(frozen=True)
class Register:
    """What the newest whole run found within a scope; empty without a run."""

    run: Run | None
    found: Mapping[Place, Entitled]

    @property
    def on(self) -> date | None:
        """The day for which the register was judged."""
        return self.run.on if self.run is not None else None


@dataclass(frozen=True)
class NotBegun:
    """A policy that others decide, which fits firms and for which no list was handed over."""

    policy: str
    title: str
    authority: str
    firms: Entitled


def newest_run() -> Run | None:
    """The last run of all policies that is done."""
    return Run.objects.whole().order_by("-pk").first()


def register_in(scope: Scope, *, by_county: bool) -> Register:
    """By policy and edition, and by county if asked; only firms of the scope are counted."""
    run = newest_run()
    if run is None:
        return Register(None, {})
    found: dict[Place, Entitled] = {}
    for (policy, county), firms in entitled_by_place(run, scope).items():
        edition = run.plan_of(policy)["edition"] or ""
        for place in (
            {(policy, edition, ""), (policy, edition, county)} if by_county else {(policy, edition, "")}
        ):
            found[place] = found.get(place, Entitled()) + firms
    return Register(run, found)


def not_begun(register: Register, begun: Collection[tuple[str, str]]) -> list[NotBegun]:
    """Those with the most firms first; `begun`: (policy, edition) that have firms on their way."""
    found = []
    for (policy, edition, county), firms in register.found.items():
        known = policy_of(policy)
        if county or not firms.eligible or (policy, edition) in begun or known is None:
            continue
        if is_decided_by_others(known):
            found.append(NotBegun(policy, title_of(policy), authority_words(policy), firms))
    return sorted(found, key=lambda one: (-one.firms.eligible, one.policy))
