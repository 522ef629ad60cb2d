"""What is kept of a response beside its answers, when it is handed in: wishes, reach of policies, facts."""

import secrets
from collections.abc import Iterator
from datetime import date, datetime

from huiqi.accounts.models import User
from huiqi.cases.models import Case
from huiqi.cases.workflow import Channel
from huiqi.enterprises.commands.statements import Said, file_statements, open_filing
from huiqi.enterprises.models import SourceKind, Standing
from huiqi.enterprises.queries.stating import can_be_stated
from huiqi.policies.queries.check import facts_of
from huiqi.questionnaires.fact_answers import bound_places
from huiqi.questionnaires.xform.definition import Form
from huiqi.questionnaires.xform.requests import offers_in
from huiqi.questionnaires.xform.session import Session
from huiqi.surveys.models import PolicyReach, Reach, Response, Wish
from huiqi.surveys.queries.meaning import REASONS, agrees_to_calls, answer_named, place_of, stated_facts

# As for responses of anonymous surveys: keys by chance lie far above those that are counted up.
_KEYS_BY_CHANCE = 2**52


def says_something(form: Form) -> bool:
    """Whether answers to this form mean anything to the site beside themselves."""
    return bool(form.requests) or any(slot.bind.meaning for slot in form.slots.values())


def keep_outcomes(response: Response, session: Session, *, on: date) -> None:
    """To be called in the transaction that hands the response in; `on` is the site's day.

    Of an anonymous survey only how far policies reached is kept, without the firm.
    """
    county, park = place_of(response, session)
    _keep_reach(response, session, county, on)
    if response.survey.is_anonymous:
        return
    for offer in offers_in(session):
        Wish.objects.create(
            response=response,
            rule=offer.key,
            item=offer.item,
            topic=offer.topic,
            title=offer.title[:80],
            prefecture=county,
            park_id=park,
            may_contact=agrees_to_calls(session),
            made_on=on,
        )


def _keep_reach(response: Response, session: Session, county: str, on: date) -> None:
    is_anonymous = response.survey.is_anonymous
    rows = []
    for policy, standing in _reached(session):
        row = PolicyReach(
            wave_id=response.wave_id,
            response=None if is_anonymous else response,
            enterprise_id=None if is_anonymous else response.enterprise_id,
            prefecture=county,
            policy=policy,
            standing=standing,
            reasons="" if standing == Reach.HAD else answer_named(session, REASONS)[:200],
            as_of=response.wave.opens_on if is_anonymous else on,
        )
        if is_anonymous:
            row.id = _KEYS_BY_CHANCE + secrets.randbelow(_KEYS_BY_CHANCE)
        rows.append(row)
    PolicyReach.objects.bulk_create(rows)


def _reached(session: Session) -> Iterator[tuple[str, str]]:
    seen = set()
    for path, meaning in bound_places(session.form).items():
        said = session.value(path)
        if said not in Reach.values or not session.is_relevant(path):
            continue
        for policy in meaning.policies:
            if policy not in seen:
                seen.add(policy)
                yield policy, said


def file_facts(response: Response, session: Session, *, on: date, at: datetime) -> None:
    """File the figures of a firm that was invited by name and agreed, as its own word; else nothing.

    A code that anybody may type into an open link says nothing about whose figures these are.
    """
    if response.survey.is_anonymous or response.enterprise_id is None or not agrees_to_calls(session):
        return
    facts = facts_of(stated_facts(session))
    said = [
        Said(response.enterprise_id, name, value, on, _period(facts.catalogue.facts[name].period, on))
        for name, value in facts.values.items()
        if facts.catalogue.facts[name].kept and can_be_stated(facts.catalogue.facts[name], by_office=False)
    ]
    if said:
        purpose = f"{response.survey.title}：{response.survey.purpose}"[:200]
        filing = open_filing(SourceKind.SURVEY, actor=response.filled_by, at=at, purpose=purpose)
        file_statements(said, filing=filing, standing=Standing.CLAIMED, on=on)


def _period(kind: str, on: date) -> str:
    return {"prev_year": str(on.year - 1), "year": str(on.year)}.get(kind, "")


def note_case(case: Case, actor: User | None, at: datetime) -> None:
    """The wish a new case came from keeps it (subscribed to cases: called in the case's transaction)."""
    if case.channel != Channel.SURVEY or not case.source_ref:
        return
    response, _, rule = case.source_ref.partition("-")
    found = Wish.objects.filter(response__public_id=response, rule=rule, case=None)
    found.update(case=case, turned_by=actor)
