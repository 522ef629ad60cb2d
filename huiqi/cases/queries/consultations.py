"""Letters of consultation: who sees them, whose turn it is, what an officer begins with."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with, units_with
from huiqi.cases.happenings import Happening
from huiqi.cases.letters import draft_body, scrubbed
from huiqi.cases.models import Case, Consultation, Countersign
from huiqi.cases.queries.people import desks_of, people_with
from huiqi.cases.queries.rows import county_name
from huiqi.cases.timeline import LETTER_PHASES
from huiqi.cases.workflow import Stage

State = Consultation.State
OPEN = (State.DRAFTING, State.REVIEWING, State.APPROVED, State.SENT)
_LEFT = (State.SENT, State.REPLIED)


def letters_seen(user: User, today: date) -> QuerySet[Consultation]:
    """Letters a person may read: of the own unit (and its offices below, for reviewers), of the region of
    one's cases, those the own unit countersigns once they are out for it, and those that were sent to it."""
    rows = Consultation.objects.select_related("case", "from_unit", "to_unit", "made_by")
    own = units_with(user, Power.DISPATCH_CASES, today) + desks_of(user, Power.REVIEW_ANSWERS, today)
    either = _units_beside(user, today)
    asked = Countersign.objects.order_by().filter(consultation=OuterRef("pk"), unit__in=either)
    region = scope_with(user, Power.VIEW_CASES, today).rows("case__")
    seen = Q(from_unit__in=own) | region | (~Q(state=State.DRAFTING) & Q(Exists(asked)))
    to_us = Q(to_unit__in=units_with(user, Power.HANDLE_CASES, today), state__in=_LEFT)
    return rows.filter(seen | to_us).order_by("-made_at", "-pk")


def _units_beside(user: User, today: date) -> list[int]:
    return units_with(user, Power.HANDLE_CASES, today) + units_with(user, Power.DISPATCH_CASES, today)


def may_write(letter: Consultation, user: User, today: date) -> bool:
    """Whether the person writes, sends and follows the letter: who dispatches at the unit it comes from."""
    return letter.from_unit_id in units_with(user, Power.DISPATCH_CASES, today)


def may_consult(case: Case, user: User, today: date) -> bool:
    """Whether the person may begin a letter about the case: who dispatches at its desk."""
    return case.desk_id in units_with(user, Power.DISPATCH_CASES, today)


def may_reply(letter: Consultation, user: User, today: date) -> bool:
    """Whether the person answers for the unit asked."""
    return letter.to_unit_id in units_with(user, Power.HANDLE_CASES, today)


def turns_of(user: User, today: date) -> QuerySet[Countersign]:
    """Reviews and countersignatures that wait for the person: not of one's own text, a review only once
    the others agreed. An office above stands in for a reviewer."""
    waiting = Countersign.objects.filter(
        decision=Countersign.Decision.WAITING, consultation__state=State.REVIEWING
    ).exclude(consultation__made_by=user)
    reviews = Q(is_review=True, unit__in=desks_of(user, Power.REVIEW_ANSWERS, today))
    others = Countersign.objects.order_by().filter(
        consultation=OuterRef("consultation"), is_review=False, decision=Countersign.Decision.WAITING
    )
    mine = Q(is_review=False, unit__in=_units_beside(user, today)) | (reviews & ~Q(Exists(others)))
    return waiting.filter(mine).select_related("consultation__case", "unit").order_by("pk")


def letters_due(user: User, today: date) -> QuerySet[Consultation]:
    """Letters of the person's units without an answer after the day asked for."""
    own = units_with(user, Power.DISPATCH_CASES, today)
    late = Consultation.objects.filter(
        from_unit__in=own, state=State.SENT, reply_by__lt=today, raised_at=None
    )
    return late.order_by("reply_by", "pk")


def has_people(unit: Unit) -> bool:
    """Whether somebody of the unit can sign here."""
    return any(people_with(unit, power).exists() for power in (Power.HANDLE_CASES, Power.DISPATCH_CASES))


def first_draft(case: Case) -> dict[str, Any]:
    """Subject and body to begin with: facts, without names and numbers of the requester."""
    definition = case.edition.definition
    topic = definition.topic(case.topic)
    firm = "" if definition.masks_requester else case.firm_name
    hidden = [case.requester_name, *([case.firm_name] if definition.masks_requester else [])]
    title = scrubbed(case.title, *hidden)
    body = draft_body(
        firm=firm,
        place=county_name(case.prefecture) or "省内",
        item=definition.title,
        topic=topic.title if topic else case.topic,
        facts=scrubbed(case.text, *hidden)[:2000],
        number=case.number,
        days=reply_days(case),
    )
    return {"subject": f"关于商请协调解决“{title}”的函", "body": body}


def reply_days(case: Case) -> int | None:
    """Working days within which an answer is asked for, as the item says; None when it says none in days."""
    found = case.edition.definition.limit_for(Stage.CONSULT, case.urgency)
    return found.limit.amount if found and found.limit.unit.value == "working_days" else None


def letter_events(letter: Consultation) -> list[tuple[Any, str]]:
    """What happened to the letter, with the words of each step; one query."""
    rows = letter.case.events.filter(kind=Happening.CONSULTED).select_related("actor", "unit")
    return [
        (row, LETTER_PHASES.get(row.details.get("phase", ""), ""))
        for row in rows.order_by("at", "pk")
        if row.details.get("letter") == letter.public_id
    ]
