"""One fact of one firm, stated on its page: by an officer for the office, or by the firm of itself."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.enterprises.commands.columns import lock_firms
from huiqi.enterprises.commands.statements import Said, file_statements, open_filing
from huiqi.enterprises.models import Enterprise, SourceKind, Standing
from huiqi.rules.catalogue import Value


@dataclass(frozen=True)
class Correction:
    """What is stated: the fact, its value, of which day and period, on which paper, why."""

    fact: str
    value: Value
    as_of: date
    period: str = ""
    document: str = ""
    reason: str = ""


@transaction.atomic
def confirm_fact(
    enterprise: Enterprise, said: Correction, *, version: int, actor: User, at: datetime, on: date
) -> None:
    """An officer states a fact for the office. VersionConflict when the firm's file changed meanwhile.

    `on` is the day the projection is made for. Refusals are those of file_statements.
    """
    issuer = actor.unit.name if actor.unit else ""
    _state(enterprise, said, (SourceKind.OFFICER, Standing.CONFIRMED, issuer), version, actor, at, on)


@transaction.atomic
def claim_fact(
    enterprise: Enterprise, said: Correction, *, version: int, actor: User, at: datetime, on: date
) -> None:
    """A person of the firm states a fact of it: a claim, which gives way to what an office has confirmed."""
    _state(enterprise, said, (SourceKind.FIRM, Standing.CLAIMED, enterprise.name), version, actor, at, on)


def _state(  # noqa: PLR0913  what, by which door, against which version, who, when
    enterprise: Enterprise,
    said: Correction,
    door: tuple[str, str, str],
    version: int,
    actor: User,
    at: datetime,
    on: date,
) -> None:
    source, standing, issuer = door
    # Locked first: of two people who save at once the second waits, and then is told.
    lock_firms([enterprise.pk])
    enterprise.save_version(expected=version, fields=[])
    filing = open_filing(
        source, actor=actor, at=at, issuer=issuer, document=said.document, purpose=said.reason
    )
    line = Said(enterprise.pk, said.fact, said.value, said.as_of, said.period)
    file_statements([line], filing=filing, standing=standing, on=on)
    audit.record(f"fact.{standing}", enterprise, actor=actor, fact=said.fact, period=said.period)
