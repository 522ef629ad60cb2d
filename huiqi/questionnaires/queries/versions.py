"""Questionnaires for lists and pages, and the compiled forms behind them."""

from functools import lru_cache
from typing import NamedTuple

from django.db.models import Count, Max, Q, QuerySet

from huiqi.core.messages import Message
from huiqi.questionnaires.builder.changes import ASPECTS, before_and_after
from huiqi.questionnaires.models import Questionnaire, QuestionnaireVersion
from huiqi.questionnaires.xform.definition import Form, Kind
from huiqi.questionnaires.xform.differences import Aspect, Difference, differences
from huiqi.questionnaires.xform.reading import read_form

# A province has a handful of questionnaires open at a time; a form of 16,000 choices takes some 20 MB.
FORMS_KEPT = 32


def listed(questionnaires: QuerySet[Questionnaire]) -> QuerySet[Questionnaire]:
    """With `version_count`, `draft_count` and `last_published_at`, and the owner."""
    return (
        questionnaires.select_related("owner")
        .annotate(
            version_count=Count("versions"),
            draft_count=Count("versions", filter=Q(versions__published_at=None)),
            last_published_at=Max("versions__published_at"),
        )
        .order_by("name", "pk")
    )


def versions_of(questionnaire: Questionnaire) -> QuerySet[QuestionnaireVersion]:
    """Newest first, without their contents."""
    versions = questionnaire.versions.select_related("made_by", "published_by")
    return versions.defer("xform", "original").order_by("-number")


def current_version(questionnaire: Questionnaire) -> QuestionnaireVersion | None:
    """The version that is answered now: of the published ones the last; None before the first."""
    published = questionnaire.versions.filter(published_at__isnull=False)
    return published.order_by("-published_at", "-number").first()


def version_answered(form_id: str, version: str) -> QuestionnaireVersion | None:
    """The published version a submission names, or None."""
    found = QuestionnaireVersion.objects.filter(
        questionnaire__form_id=form_id, version=version, published_at__isnull=False
    )
    return found.order_by("pk").first()


def answerable(form_id: str) -> QuestionnaireVersion | None:
    """The published version of a questionnaire in use that stands alone: it asks for no files."""
    found = Questionnaire.objects.in_use().filter(form_id=form_id).first()
    version = current_version(found) if found is not None else None
    return None if version is None or asks_for_files(version) else version


def answerable_forms() -> list[tuple[str, str]]:
    """(form id, name) of the questionnaires others may be filled in with, by name."""
    published = QuestionnaireVersion.objects.order_by().published().values("questionnaire")
    rows = Questionnaire.objects.in_use().filter(pk__in=published).order_by("name", "pk")
    return list(rows.values_list("form_id", "name"))


def form_of(version: QuestionnaireVersion) -> Form:
    """The compiled form; forms are kept by the digest of their text, so they are never stale."""
    return _form(version.digest)


def asks_for_files(version: QuestionnaireVersion) -> bool:
    """Whether one of its questions takes a photo or a file."""
    return _asks_for(version, Kind.IMAGE, Kind.FILE)


def tells_who(version: QuestionnaireVersion) -> bool:
    """Whether one of its questions takes what shows who answers: a photo, a file, a place on the map."""
    return _asks_for(version, Kind.IMAGE, Kind.FILE, Kind.GEOPOINT)


def _asks_for(version: QuestionnaireVersion, *kinds: Kind) -> bool:
    return any(question.kind in kinds for question in form_of(version).questions.values())


@lru_cache(maxsize=FORMS_KEPT)
def _form(digest: str) -> Form:
    texts = QuestionnaireVersion.objects.filter(digest=digest).order_by("pk").values_list("xform", flat=True)
    return read_form(texts[0])


class Change(NamedTuple):
    """One change as a page tells it; `before` and `after` are messages or texts."""

    label: str
    what: Message
    before: Message | str
    after: Message | str
    is_whole: bool
    breaks_comparison: bool


def told_changes(version: QuestionnaireVersion, earlier: QuestionnaireVersion) -> list[Change]:
    """What a version asks otherwise than an earlier one, in words."""
    old, new = form_of(earlier), form_of(version)
    return [
        Change(
            one.label,
            Message(ASPECTS[one.aspect]),
            *before_and_after(one, old, new),
            one.aspect in {Aspect.ADDED, Aspect.REMOVED},
            one.breaks_comparison,
        )
        for one in differences(old, new)
    ]


def changes_since(version: QuestionnaireVersion, earlier: QuestionnaireVersion) -> list[Difference]:
    """What a version asks otherwise than an earlier one."""
    return differences(form_of(earlier), form_of(version))
