"""The daily digest: one text message a day that says how many notices wait, and nothing else."""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.accounts.roles import STAFF_ROLES
from huiqi.core import audit
from huiqi.messages.commands.deliveries import queue_message
from huiqi.messages.kinds import KINDS
from huiqi.messages.models import Delivery, Notice
from huiqi.messages.ports import has_chat
from huiqi.messages.queries import people_to_digest, undigested
from huiqi.messages.wording import digest_text


def send_digests(*, at: datetime) -> dict[str, int]:
    """Queue the digest of the day for everybody who has unread notices no digest has counted.

    Each person in a transaction of their own: a crash loses nobody, and starting again sends nothing twice.
    Who has no phone number on the account keeps the notices on the page only. Returns {"people", "notices"}.
    """
    counts = [_send_digest(person, at) for person in people_to_digest()]
    told = [count for count in counts if count]
    return {"people": len(told), "notices": sum(told)}


@transaction.atomic
def _send_digest(person: int, at: datetime) -> int:
    # The lock keeps two runs of the command apart.
    user = User.objects.select_for_update(of=("self",)).filter(pk=person, is_active=True).first()
    if user is None or not user.phone:
        return 0
    day = timezone.localdate(at)
    notices = list(undigested(user).order_by("pk"))
    if not notices or Notice.objects.filter(user=user, digest_on=day).exists():
        return 0
    text = digest_text(_counted(notices))
    once = f"digest:{day}:{user.pk}"
    way = Delivery.Way.CHAT if has_chat() and user.role in STAFF_ROLES else Delivery.Way.SMS
    queue_message(
        Delivery(purpose="digest", user=user, way=way, phone=user.phone, text=text, made_at=at, once_key=once)
    )
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(digest_on=day)
    audit.record("message.digest_queued", user, actor=None, notices=len(notices))
    return len(notices)


def _counted(notices: list[Notice]) -> list[tuple[str, int]]:
    counts = Counter(notice.kind for notice in notices)
    return [
        (str(KINDS[kind].label) if kind in KINDS else "其他", number) for kind, number in counts.most_common()
    ]
