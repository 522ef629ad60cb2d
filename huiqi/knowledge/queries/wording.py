"""Finding approved wording, always by a constant number of queries."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import reduce
from operator import or_

import rjieba
from django.db.models import Q

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.knowledge.grams import asked_grams, asked_segments, score
from huiqi.knowledge.models import Wording, WordingQuerySet, WordingState

# Ours: long enough to find the source of a next edition.
RENEW_WITHIN = timedelta(days=7)
_MOST_READ = 200
MOST_FOUND = 20
# A single common two-character word is chance; two, or one of three or more, is a matter.
_LEAST_SCORE = 3


def find_wordings(rows: WordingQuerySet, words: str, limit: int = MOST_FOUND) -> list[Wording]:
    """Those of `rows` that `words` ask for: parts of the question and pinyin initials first; when nothing has
    them all, by the words of the sentence, those that say most of it first. At most two queries."""
    grams = asked_grams(words)
    if grams:
        exact = rows
        for gram in grams:
            exact = exact.filter(grams__contains=f" {gram} ")
        found = list(exact.order_by("question", "pk")[:limit])
        if found:
            return found
    return _by_segments(rows, words, limit, least=2)


def wordings_like(rows: WordingQuerySet, text: str, limit: int = 5) -> list[Wording]:
    """Those that a whole text (title and content of a request) is about, the nearest first. One query."""
    return _by_segments(rows, text, limit, least=_LEAST_SCORE)


def _by_segments(rows: WordingQuerySet, text: str, limit: int, *, least: int) -> list[Wording]:
    asked = asked_segments(text[:1000], rjieba.cut)
    if not asked:
        return []
    says_one = reduce(or_, (Q(segments__contains=f" {word} ") for word in asked))
    scored = [(score(row.segments, asked), row) for row in rows.filter(says_one).order_by("pk")[:_MOST_READ]]
    scored = [(points, row) for points, row in scored if points >= least]
    return [row for points, row in sorted(scored, key=lambda each: (-each[0], each[1].pk))[:limit]]


def public_wordings(today: date) -> WordingQuerySet:
    """What everybody may read today."""
    return Wording.objects.valid_on(today).public()


def readable(user: User, today: date) -> WordingQuerySet:
    """What a person of an office may open: what is said today; for those who write or approve it all else
    too; one's own drafts always."""
    if not user.is_authenticated:
        return Wording.objects.none()
    if may(user, Power.EDIT_ITEMS, today) or may(user, Power.PUBLISH_ITEMS, today):
        return Wording.objects.all()
    own = Q(pk__in=Wording.objects.order_by().filter(editor=user, state=WordingState.DRAFT).values("pk"))
    valid = Q(pk__in=Wording.objects.order_by().valid_on(today).values("pk"))
    return Wording.objects.filter(own | valid if may(user, Power.READ_WORDING, today) else own)


def writable(user: User, today: date) -> WordingQuerySet:
    """What a person may write on: editors everything, others their own drafts (grown from a case)."""
    if may(user, Power.EDIT_ITEMS, today):
        return Wording.objects.all()
    return Wording.objects.filter(editor=user, state=WordingState.DRAFT)


def for_renewal(today: date) -> WordingQuerySet:
    """What ends within a week or has ended, and nobody drafts anew."""
    return Wording.objects.for_renewal(today, today + RENEW_WITHIN).order_by("expires_on", "pk")


def waiting_drafts(user: User) -> WordingQuerySet:
    """Drafts that this person may approve: never one's own."""
    drafts = Wording.objects.filter(state=WordingState.DRAFT)
    return drafts.exclude(editor=user).order_by("edited_at", "pk")


def editions_of(wording: Wording) -> Iterable[Wording]:
    """All editions of the same question, the newest first."""
    rows = Wording.objects.filter(series=wording.series).select_related("editor", "approver")
    return rows.order_by("-edition")
