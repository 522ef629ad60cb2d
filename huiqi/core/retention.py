"""What ends the retention that the register of personal fields promises; `huiqi retention` carries it out.

    @keeps("lists.objections", _("公示异议"), "lists.Objection.name", due=_decided_long_ago)
    def forget_objections(rows: list[Objection]) -> None: ...

A rule names the entries of personal.yaml that it carries out. A test fails when an entry promises an end
that neither a rule nor another command brings about.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.management import get_commands
from django.db import models, transaction

from huiqi.core import audit
from huiqi.core.personal_register import ARCHIVE, AT_ONCE, BY, RULE, read_register

BATCH = 200


@dataclass(frozen=True)
class Instants:
    """The site's clock, by which records are dated, and real time, by which technical rows are."""

    at: datetime
    wall: datetime


Due = Callable[[Instants], "models.QuerySet[Any]"]
Forget = Callable[[list[Any]], None]


@dataclass(frozen=True)
class Rule:
    """`due` finds rows whose time is over and of which something is left; `forget` deletes or empties them,
    inside the transaction that holds their locks. `fields` are entries of the register, `app.Model.field`."""

    name: str
    title: Any  # lazy text
    fields: tuple[str, ...]
    due: Due
    forget: Forget


RULES: dict[str, Rule] = {}


def keeps(name: str, title: Any, *fields: str, due: Due) -> Callable[[Forget], Forget]:
    """Register a function as the end of the retention of these fields."""

    def register(forget: Forget) -> Forget:
        RULES[name] = Rule(name, title, fields, due, forget)
        return forget

    return register


def years_before(at: datetime, years: int) -> datetime:
    """The same day so many years earlier; 28 February for a leap day."""
    try:
        return at.replace(year=at.year - years)
    except ValueError:
        return at.replace(year=at.year - years, day=28)


def count_due(rule: Rule, instants: Instants) -> int:
    """How many rows would be dealt with; writes nothing."""
    return rule.due(instants).order_by().count()


def carry_out(rule: Rule, instants: Instants) -> int:
    """Forget what is due, a batch a transaction; returns how many rows. Killed half-way it is just repeated.

    The audit record says the rule and how many, nothing of whom.
    """
    done, last = 0, 0
    while True:
        with transaction.atomic():
            due = rule.due(instants).filter(pk__gt=last).order_by("pk")
            rows = list(due.select_for_update(of=("self",))[:BATCH])
            if not rows:
                return done
            # Rows that a rule fails to finish are passed over, not met again for ever.
            done, last = done + len(rows), rows[-1].pk
            rule.forget(rows)
            audit.record("retention.carried_out", None, actor=None, rule=rule.name, rows=len(rows))


def broken_promises(rules: Iterable[Rule]) -> list[str]:
    """Entries of the register whose end nobody brings about, and rules that speak of no entry."""
    register, commands = read_register().personal, get_commands()
    carried = {field for rule in rules for field in rule.fields}
    found = [
        f"{field}: a rule of huiqi retention names it, but it is not registered as personal"
        for field in sorted(carried - set(register))
    ]
    for name, entry in sorted(register.items()):
        by = entry.get(BY, RULE)
        if by == RULE and name not in carried:
            found.append(f"{name}: promises “{entry['retention']}”, but no rule of huiqi retention names it")
        elif by != RULE and name in carried:
            found.append(f"{name}: is carried out by a rule, so `by: {by}` is wrong")
        elif by not in {RULE, AT_ONCE, ARCHIVE} and by not in commands:
            found.append(f"{name}: `by: {by}` is no command")
    return found
