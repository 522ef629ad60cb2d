"""What the policy editor must look after: open figures, documents to re-read, readings to settle."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huiqi.core.language import chinese
from huiqi.core.models import Job
from huiqi.policies.queries.figures import figure_name
from huiqi.policies.queries.policy_page import edition_span
from huiqi.policies.queries.verification import VERIFY_RULEBOOK, Counts, counts
from huiqi.rules.policy import DatedValue, Parameter, Policy
from huiqi.rules.rulebook import Rulebook

LATEST_RUNS = 5


@dataclass(frozen=True)
class ToDo:
    """One policy and what is to be done about it."""

    policy: Policy
    items: list[str]


@dataclass(frozen=True)
class Desk:
    """The editor's page."""

    counts: Counts
    figures: list[ToDo]
    gaps: list[ToDo]
    readings: list[ToDo]
    rereads: list[ToDo]
    runs: list[Job]

    @property
    def figure_count(self) -> int:
        return _total(self.figures)

    @property
    def gap_count(self) -> int:
        return _total(self.gaps)

    @property
    def reading_count(self) -> int:
        return _total(self.readings)

    @property
    def reread_count(self) -> int:
        return _total(self.rereads)


def desk(rulebook: Rulebook, user: Any) -> Desk:
    """The state of the rulebook and the runs of its cases that `user` started."""
    policies = list(rulebook.policies.values())
    runs = Job.objects.visible_to(user).filter(kind=VERIFY_RULEBOOK).order_by("-created_at")[:LATEST_RUNS]
    return Desk(
        counts=counts(rulebook),
        figures=_todos(policies, lambda policy: open_figures(policy)),
        gaps=_todos(policies, lambda policy: map(chinese, policy.gaps)),
        readings=_todos(policies, lambda policy: map(chinese, policy.readings)),
        rereads=_todos(policies, lambda policy: to_reread(policy)),
        runs=list(runs),
    )


def _todos(policies: Iterable[Policy], items_of: Any) -> list[ToDo]:
    found = [ToDo(policy, list(dict.fromkeys(items_of(policy)))) for policy in policies]
    return [todo for todo in found if todo.items]


def _total(todos: list[ToDo]) -> int:
    return sum(len(todo.items) for todo in todos)


def _sourced(parameter: Parameter, entry: DatedValue) -> str:
    return chinese(f"{figure_name(parameter)}（{entry.source}）")


def open_figures(policy: Policy) -> Iterator[str]:
    """Parameters nobody has found a value for, with where it should stand."""
    for edition in policy.editions:
        for parameter in edition.parameters.values():
            for entry in parameter.dated:
                if entry.value is None:
                    yield _sourced(parameter, entry)


def to_reread(policy: Policy) -> Iterator[str]:
    """Documents, editions and figures taken over from common knowledge: the original must be read."""
    for source in policy.sources:
        if source.confidence not in (None, "VERIFIED"):
            yield chinese(source.title or source.url or "")
    for edition in policy.editions:
        if edition.confidence not in (None, "VERIFIED"):
            yield _("版本 %(span)s") % {"span": edition_span(edition)}
        for parameter in edition.parameters.values():
            for entry in parameter.dated:
                if entry.confidence in ("KNOWN", "BENCHMARK"):
                    yield _sourced(parameter, entry)
