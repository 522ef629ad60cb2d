"""Who holds number and query code may see how a case stands; guessing is held up, a lost code is replaced."""

from datetime import datetime, timedelta

from django.db import transaction

from huiqi.accounts.commands import tries
from huiqi.cases.commands.drafts import new_code
from huiqi.cases.commands.moving import lock_case
from huiqi.cases.models import Case, Draft
from huiqi.cases.numbers import read_number
from huiqi.cases.queries.drafts import is_mobile
from huiqi.cases.queries.own import case_of_number
from huiqi.cases.query_codes import code_digest, is_code_of
from huiqi.core import audit
from huiqi.core.ids import token_digest
from huiqi.core.personal import plain_phone
from huiqi.messages.commands.deliveries import queue_message
from huiqi.messages.models import Delivery
from huiqi.messages.wording import SIGNATURE

# Ours: who mistyped waits a minute; more a day would let others fill somebody's telephone.
PAUSE = timedelta(seconds=60)
DAY = timedelta(hours=24)
MOST_A_DAY = 3


def prove_code(typed: str, code: str, *, address: str, at: datetime) -> Case | None:
    """The case that number and code name, or None; every try is counted, for the number and the address.

    `address` is a digest, `at` real time. TryLater after too many tries.
    """
    number = read_number(typed) or typed
    counted = token_digest(f"case-progress:{number}")
    attempt = tries.begin_try(counted, address, user=None, at=at)
    case = case_of_number(number)
    # The comparison is made in any case, so that its time tells nothing.
    case_id, known = (case.public_id, case.code_digest) if case is not None else ("", "")
    if is_code_of(case_id, known, code) and case is not None:
        tries.succeed_try(attempt, at=at)
        return case
    return None


def renew_code(*, number: str, phone: str, address: str, at: datetime) -> None:
    """A new query code to the registered phone when number and phone fit; the old one is dead at once.

    Says nothing about whether they fit. Every call is counted, for the number and the address (a digest):
    TryLater after too many. A case gets at most one code a minute and three in 24 hours. `at` is real time.
    """
    known = read_number(number) or number
    tries.begin_try(token_digest(f"case-lost:{known}"), address, user=None, at=at)
    case = case_of_number(known)
    if case is not None and is_mobile(phone) and plain_phone(case.requester_phone) == phone:
        _renew(case, at)


def tell_code(case: Case, code: str, *, at: datetime) -> None:
    """The first query code by text message, where nobody could hand it over: of a request taken offline."""
    if not is_mobile(case.requester_phone):
        return
    text = f"{SIGNATURE}您的诉求{case.number}已登记，查询码是{code}。可凭编号和查询码查进度。"
    once = f"case.code:{case.public_id}:first"
    queue_message(Delivery(purpose="case", phone=case.requester_phone, text=text, made_at=at, once_key=once))


@transaction.atomic
def _renew(case: Case, at: datetime) -> None:
    case = lock_case(case)
    key = f"case.code:{case.public_id}:"
    sent = Delivery.objects.filter(once_key__startswith=key, made_at__gt=at - DAY).order_by("-made_at")
    times = list(sent.values_list("made_at", flat=True)[:MOST_A_DAY])
    if len(times) == MOST_A_DAY or times and times[0] > at - PAUSE:
        return
    code = new_code()
    # Not a new version: what staff has open on the screen is as true as before.
    Case.objects.filter(pk=case.pk).update(code_digest=code_digest(case.public_id, code))
    # The receipt must not go on showing the old one.
    Draft.objects.filter(case_number=case.number, sent_at__isnull=False).update(payload="")
    text = f"{SIGNATURE}诉求{case.number}的新查询码是{code}，原查询码已失效。可凭编号和查询码查进度。"
    once = f"{key}{int(at.timestamp())}"
    queue_message(Delivery(purpose="case", phone=case.requester_phone, text=text, made_at=at, once_key=once))
    audit.record("case.code_renewed", case, actor=None)
