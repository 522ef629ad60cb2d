"""Showing a month's ranking of units to those ranked, and taking it back: a leader's acts."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.cases.models import RankingRelease
from huiqi.cases.queries.figures import Account, midnight, next_month
from huiqi.cases.queries.ranking import announced
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop


@transaction.atomic
def release_ranking(month: date, *, office: Unit, actor: User, at: datetime) -> RankingRelease:
    """Show the ranking of a month that is over, as it stands now: it moves no more.

    Refused: `cases.month_not_over`, `cases.released_already`.
    """
    first = month.replace(day=1)
    if timezone.localdate(at).replace(day=1) <= first:
        said = gettext_noop("这个月还没有结束，数还会变。请在下个月再发布排名。")
        raise Refused("cases.month_not_over", said)
    scope = scope_with(actor, Power.RELEASE_RANKING, timezone.localdate(at))
    account = Account(scope, midnight(first), midnight(next_month(first)), at)
    try:
        with transaction.atomic():
            release = RankingRelease.objects.create(
                month=first,
                office=office,
                released_by=actor,
                released_at=at,
                figures=announced(account, actor),
            )
    except IntegrityError as error:
        raise Refused("cases.released_already", gettext_noop("这个月的排名已经发布。")) from error
    audit.record("ranking.released", release, actor=actor, month=f"{first:%Y-%m}", office=office.public_id)
    return release


@transaction.atomic
def withdraw_ranking(release: RankingRelease, *, actor: User, at: datetime) -> RankingRelease:
    """Take a released ranking back: units see their own figures alone again. Twice is once."""
    found = RankingRelease.objects.select_for_update(of=("self",)).get(pk=release.pk)
    if found.withdrawn_at is None:
        found.withdrawn_by, found.withdrawn_at = actor, at
        found.save(update_fields=["withdrawn_by", "withdrawn_at"])
        audit.record("ranking.withdrawn", found, actor=actor, month=f"{found.month:%Y-%m}")
    return found


@transaction.atomic
def record_figures_export(*, actor: User, month: date, kind: str) -> None:
    """Note that a monthly review left as a file."""
    audit.record("case_figures.exported", None, actor=actor, month=f"{month:%Y-%m}", kind=kind)
