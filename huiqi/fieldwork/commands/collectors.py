"""Devices of the field: given an address of their own, counted, turned off."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.ids import new_token, token_digest
from huiqi.core.messages import Message, gettext_noop
from huiqi.fieldwork.models import Collector
from huiqi.surveys.models import Survey, SurveyState

# Ours: an enumerator for each firm of the largest sample drawn so far; one address serves one device.
MOST_COLLECTORS = 2_000


@transaction.atomic
def grant_collector(survey: Survey, name: str, *, actor: User, at: datetime) -> tuple[Collector, str]:
    """An address for one more device, and its secret for the one time it is shown.

    Refused: `fieldwork.no_name`, `fieldwork.too_many`, `fieldwork.closed`.
    """
    name = " ".join(name.split())[:40]
    if not name:
        said = gettext_noop("请写设备的叫法，如：平板3号、浏阳第2组。")
        raise Refused("fieldwork.no_name", said)
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    if survey.state == SurveyState.CLOSED:
        raise Refused("fieldwork.closed", gettext_noop("调查已经截止，不再发放采集地址。"))
    if survey.collectors.usable().count() >= MOST_COLLECTORS:
        said = gettext_noop("在用的采集地址已有%(most)s个。请先停用不用的。")
        raise Refused("fieldwork.too_many", Message(said, {"most": MOST_COLLECTORS}))
    secret = new_token()
    made = Collector(survey=survey, name=name, digest=token_digest(secret), made_by=actor, made_at=at)
    made.save()
    audit.record("collector.granted", made, actor=actor, survey=survey.public_id)
    return made, secret


@transaction.atomic
def revoke_collector(collector: Collector, *, actor: User, at: datetime) -> None:
    """Take nothing more from it; what it delivered stays. Doing it again changes nothing."""
    if Collector.objects.usable().filter(pk=collector.pk).update(revoked_at=at):
        audit.record("collector.revoked", collector, actor=actor)


def find_collector(secret: str) -> Collector | None:
    """The device of an address, with its survey."""
    rows = Collector.objects.usable().select_related("survey__questionnaire")
    return rows.filter(digest=token_digest(secret)).order_by().first()


def count_delivery(collector: Collector, *, at: datetime) -> int:
    """Count a delivery inside its transaction; 0, or the seconds to wait when the minute is used up.

    `at` is real time. As many a minute as an access token may call (accounts.commands.tokens).
    """
    minute = at.replace(second=0, microsecond=0)
    rows = Collector.objects.filter(pk=collector.pk)
    used = {"used_at": at, "delivered": F("delivered") + 1}
    if collector.window_at != minute:
        # Two deliveries that both begin the minute count as one: the limit need not be exact.
        rows.update(window_at=minute, window_count=1, **used)
        return 0
    free = rows.filter(window_count__lt=settings.HUIQI_API_CALLS_PER_MINUTE)
    return 0 if free.update(window_count=F("window_count") + 1, **used) else 60 - at.second
