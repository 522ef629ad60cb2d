"""The access review of every six months."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from huiqi.accounts.commands.people import switch_off_account
from huiqi.accounts.models import AccessReview, Decision, ReviewLine, User
from huiqi.accounts.queries.reviews import picture, six_months_after
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop


def open_review(*, actor: User, on: date, at: datetime) -> AccessReview:
    """Take the picture of all staff accounts; at most one review is open."""
    try:
        return _open_review(actor, on, at)
    except IntegrityError as error:  # two administrators pressed at the same moment
        raise _already_open() from error


@transaction.atomic
def _open_review(actor: User, on: date, at: datetime) -> AccessReview:
    if AccessReview.objects.filter(is_open=True).exists():
        raise _already_open()
    review = AccessReview.objects.create(opened_on=on, opened_by=actor)
    lines = picture(on, at)
    for line in lines:
        line.review = review
    ReviewLine.objects.bulk_create(lines, batch_size=500)
    audit.record("review.opened", review, actor=actor, accounts=len(lines))
    return review


@transaction.atomic
def decide_line(line: ReviewLine, *, decision: Decision, reason: str, actor: User) -> ReviewLine:
    """Keep an account or withdraw it; withdrawing needs a reason, and nobody decides on himself."""
    review = _open(line.review)
    if line.user_id == actor.pk and decision == Decision.WITHDRAWN:
        raise Refused("accounts.oneself", gettext_noop("不能收回自己的权限，请由另一名安全管理员办理。"))
    if decision == Decision.WITHDRAWN and not reason.strip():
        raise Refused("accounts.reason_needed", gettext_noop("收回权限请写明理由，如：已调离、长期不用。"))
    line.decision, line.reason = decision, reason.strip()[:200]
    line.save(update_fields=["decision", "reason"])
    audit.record("review.line_decided", line.user, actor=actor, review=review.public_id, decision=decision)
    return line


@transaction.atomic
def keep_unmarked(review: AccessReview, *, actor: User) -> int:
    """Keep every account about which nothing is noted and nothing was decided; how many those were."""
    review = _open(review)
    kept = review.lines.filter(decision="", marks=[]).update(decision=Decision.KEPT)
    audit.record("review.unmarked_kept", review, actor=actor, accounts=kept)
    return kept


@transaction.atomic
def sign_off(review: AccessReview, *, actor: User, on: date, at: datetime) -> AccessReview:
    """Sign the review: withdrawn accounts are switched off, the next review is due in six months."""
    review = _open(review)
    undecided = review.lines.filter(decision="").count()
    if undecided:
        said = gettext_noop("还有%(lines)s个账号没有结论，全部填好后才能签署。")
        raise Refused("accounts.review_undecided", Message(said, {"lines": undecided}))
    withdrawn = review.lines.filter(decision=Decision.WITHDRAWN, user__is_active=True)
    for line in withdrawn.select_related("user").order_by("pk"):
        switch_off_account(line.user, actor=actor, reason=line.reason, at=at)
    review.is_open, review.signed_off_on, review.signed_off_by = False, on, actor
    review.next_due_on = six_months_after(on)
    review.save(update_fields=["is_open", "signed_off_on", "signed_off_by", "next_due_on"])
    audit.record("review.signed_off", review, actor=actor, next_due_on=review.next_due_on.isoformat())
    return review


def _open(review: AccessReview) -> AccessReview:
    review = AccessReview.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if not review.is_open:
        raise Refused("accounts.review_closed", gettext_noop("这次复核已经签署，不能再改。"))
    return review


def _already_open() -> Refused:
    return Refused("accounts.review_open", gettext_noop("已有一次复核在进行，请先完成并签署。"))
