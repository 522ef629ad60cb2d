"""The expert's side: declare, then score."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.grants.commands.moving import lock_application
from huiqi.grants.models import Review, Score
from huiqi.grants.workflow import State
from huiqi.messages.commands.notices import settle_about


def _locked(review: Review) -> Review:
    lock_application(review.application)
    rows = Review.objects.select_for_update(of=("self",)).select_related("application__call")
    row = rows.get(pk=review.pk)
    if row.application.state != State.REVIEWING:
        raise Refused("grants.review_over", gettext_noop("这件申报的评审已经结束。"))
    return row


@transaction.atomic
def declare(review: Review, *, conflict: bool, words: str, actor: User, at: datetime) -> Review:
    """Say whether there is a conflict of interest; said once. With one the expert is out of it for good."""
    row = _locked(review)
    if row.declared:
        raise Refused("grants.declared_already", gettext_noop("您已经声明过，不能更改。请联系承办单位。"))
    row.declared = Review.Declared.CONFLICT if conflict else Review.Declared.FREE
    row.conflict, row.declared_at = words if conflict else "", at
    row.save(update_fields=["declared", "conflict", "declared_at"])
    if conflict:
        settle_about([row], at=at)
    audit.record("grant_review.declared", row, actor=actor, conflict=conflict)
    return row


@transaction.atomic
def score(review: Review, points: Mapping[str, int], *, comment: str, actor: User, at: datetime) -> Review:
    """Record the points of each criterion of the call; scoring again replaces them while review lasts."""
    row = _locked(review)
    if row.declared != Review.Declared.FREE:
        raise Refused("grants.not_declared", gettext_noop("声明没有利益关系后才能评分。"))
    row.scores.all().delete()
    criteria = row.application.call.criteria
    Score.objects.bulk_create(
        Score(review=row, criterion=each["title"], most=each["most"], points=points[each["title"]])
        for each in criteria
    )
    row.comment, row.scored_at = comment, at
    row.save(update_fields=["comment", "scored_at"])
    settle_about([row], at=at)
    audit.record("grant_review.scored", row, actor=actor, points=sum(points.values()))
    return row
