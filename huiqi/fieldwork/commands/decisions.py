"""What an officer decides about a submission that was kept but not counted."""

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.fieldwork.anonymous import without_traces
from huiqi.fieldwork.commands.submissions import Moment
from huiqi.fieldwork.models import Delivery, DeliveryState
from huiqi.fieldwork.queries.deliveries import judged_again
from huiqi.files.commands import hand_over
from huiqi.questionnaires.xform.session import Session
from huiqi.surveys.commands.responses import Received, receive_response
from huiqi.surveys.models import Response
from huiqi.surveys.queries.waves import wave_on

_DECIDED = gettext_noop("这份答卷已经处理过。")
_THERE = gettext_noop("同一编号或同一企业已有一份答卷入库，不能再采用这一份。")


def accept_delivery(delivery: Delivery, *, actor: User, moment: Moment) -> Response:
    """Count it as it stands, whatever is wrong with it.

    Refused: `fieldwork.decided`, `fieldwork.answered` when the instance or the firm has a response.
    """
    try:
        return _accept(delivery, actor=actor, moment=moment)
    except IntegrityError:
        raise Refused("fieldwork.answered", _THERE) from None


@transaction.atomic
def _accept(delivery: Delivery, *, actor: User, moment: Moment) -> Response:
    locked = _lock(delivery)
    filling = judged_again(locked, today=moment.today, now=moment.now).filling
    wave = wave_on(locked.survey, moment.today)
    if filling is None or wave is None:
        raise Refused("fieldwork.decided", _DECIDED)
    instance_id = locked.instance_id
    if locked.survey.is_anonymous:
        without_traces(filling)
        instance_id = f"uuid:{uuid.uuid4()}"
    elif Response.objects.filter(survey=locked.survey, instance_id=locked.instance_id).exists():
        raise Refused("fieldwork.answered", _THERE)
    received = Received(wave, locked.version, instance_id, Session(filling).answers())
    try:
        made = receive_response(locked.survey, received, actor=actor, at=moment.at)
    except Refused as refusal:
        raise Refused("fieldwork.answered", refusal.said) from refusal
    hand_over(locked, to=made, actor=actor)
    locked.state, locked.xml = DeliveryState.TAKEN, ""
    _decide(locked, actor, moment.at)
    audit.record("delivery.accepted", locked, actor=actor, problems=locked.problem_count)
    return made


@transaction.atomic
def set_aside_delivery(delivery: Delivery, *, actor: User, at: datetime) -> Delivery:
    """Do not count it; it stays readable until its retention is over. Refused: `fieldwork.decided`."""
    locked = _lock(delivery)
    locked.state = DeliveryState.ASIDE
    _decide(locked, actor, at)
    audit.record("delivery.set_aside", locked, actor=actor)
    return locked


def _lock(delivery: Delivery) -> Delivery:
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("survey", "version")
    locked = rows.get(pk=delivery.pk)
    if locked.state != DeliveryState.HELD:
        raise Refused("fieldwork.decided", _DECIDED)
    return locked


def _decide(locked: Delivery, actor: User, at: datetime) -> None:
    locked.decided_by, locked.decided_at = actor, at
    locked.save(update_fields=["state", "xml", "decided_by", "decided_at"])
