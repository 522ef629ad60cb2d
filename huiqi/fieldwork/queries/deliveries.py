"""What was delivered: known again, listed, opened for a decision."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from huiqi.core.crypto import blind_index, blind_indexes
from huiqi.fieldwork.models import Collector, Delivery
from huiqi.fieldwork.reading import Envelope
from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.questionnaires.queries.versions import form_of
from huiqi.questionnaires.xform.validation import Judgement, validate
from huiqi.surveys.models import Response, Survey

_PURPOSE = "fieldwork.submission"


@dataclass
class Notes:
    """What is kept about a delivery beside its answers. `problems` and `corrected` are (place, sentence)."""

    problems: list[tuple[str, str]] = field(default_factory=list)
    corrected: list[tuple[str, str]] = field(default_factory=list)
    # File names of the answers, those that came with the attachment's id, and those refused with the reason.
    named: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def awaited(self) -> list[str]:
        """Files the answers name and that did not come."""
        return [name for name in self.named if name not in self.files]

    @property
    def as_text(self) -> str:
        """What is stored; nothing for nothing."""
        kept = {name: value for name, value in vars(self).items() if value}
        return json.dumps(kept, ensure_ascii=False) if kept else ""


def notes_of(delivery: Delivery) -> Notes:
    """The notes as they were stored."""
    kept: Mapping[str, Any] = json.loads(delivery.notes or "{}")
    return Notes(
        [(path, said) for path, said in kept.get("problems", [])],
        [(path, said) for path, said in kept.get("corrected", [])],
        list(kept.get("named", [])),
        dict(kept.get("files", {})),
        dict(kept.get("refused", {})),
    )


def digest_of(envelope: Envelope) -> str:
    """The keyed digest of a submission's content."""
    return blind_index(envelope.digest, _PURPOSE)


@dataclass(frozen=True)
class Known:
    """What is there of an instanceID: the delivery with the same content, and how many have other content."""

    same: Delivery | None
    others: int

    @property
    def is_new(self) -> bool:
        return self.same is None and not self.others


def known_of(survey: Survey, envelope: Envelope) -> Known:
    """Whether this submission came before, under whatever key its digest was made."""
    sent = Delivery.objects.filter(survey=survey.pk, instance_id=envelope.instance_id).order_by("pk")
    rows = dict(sent.values_list("digest", "pk"))
    if not rows:
        return Known(None, 0)
    keys = [rows[digest] for digest in blind_indexes(envelope.digest, _PURPOSE) if digest in rows]
    same = Delivery.objects.select_related("survey").defer("xml").get(pk=keys[0]) if keys else None
    return Known(same, len(rows) - len(keys))


def versions_answered(survey: Survey) -> QuerySet[QuestionnaireVersion]:
    """The versions a submission may answer: all that were published; newest first, without contents."""
    versions = QuestionnaireVersion.objects.filter(questionnaire=survey.questionnaire_id).published()
    return versions.defer("xform", "original").order_by("-published_at", "-number")


def judged_again(delivery: Delivery, *, today: date, now: datetime) -> Judgement:
    """What a kept submission comes to."""
    return validate(form_of(delivery.version), delivery.xml, today=today, now=now)


def collectors_of(survey: Survey) -> QuerySet[Collector]:
    """The survey's devices, those in use first, then the last used."""
    return survey.collectors.order_by("revoked_at", "-used_at", "-pk")


def waiting(survey: Survey) -> QuerySet[Delivery]:
    """What an officer has to decide, the oldest first."""
    rows = survey.deliveries.held().select_related("collector", "sent_by", "version")
    return rows.defer("xml", "version__xform", "version__original").order_by("received_at", "pk")


def latest(survey: Survey, most: int) -> list[Delivery]:
    """The last deliveries."""
    rows = survey.deliveries.select_related("collector", "sent_by").defer("xml", "notes")
    return list(rows.order_by("-received_at", "-pk")[:most])


def first_with_its_number(delivery: Delivery) -> Response | None:
    """The answers that came first under the instanceID of a conflict; None of an anonymous survey."""
    if not delivery.is_conflict or delivery.survey.is_anonymous:
        return None
    rows = Response.objects.sent().filter(survey=delivery.survey_id, instance_id=delivery.instance_id)
    return rows.select_related("version", "survey__questionnaire").order_by("pk").first()
