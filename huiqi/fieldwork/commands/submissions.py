"""A submission comes in: known again, judged, kept. Sent ten times it is one row and ten successes.

What can be read is never lost: what would be refused on the pages is kept for an officer (`held`), because
who filled it in has left the firm and cannot answer again.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import structlog
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from lxml import etree

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.fieldwork.anonymous import clear_traces, without_traces
from huiqi.fieldwork.commands.collectors import count_delivery
from huiqi.fieldwork.models import Collector, Delivery, DeliveryState
from huiqi.fieldwork.queries.deliveries import Notes, digest_of, known_of, versions_answered
from huiqi.fieldwork.reading import Envelope, read_envelope
from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.questionnaires.queries.versions import form_of
from huiqi.questionnaires.xform.definition import Form, Kind
from huiqi.questionnaires.xform.filling import Filling
from huiqi.questionnaires.xform.session import Session
from huiqi.questionnaires.xform.validation import Judgement, judge
from huiqi.surveys.commands.responses import Received, receive_response
from huiqi.surveys.models import Survey, SurveyState, Wave
from huiqi.surveys.queries.waves import wave_on

log = structlog.get_logger("huiqi.fieldwork")
# Ours: an instanceID with more contents than this is no mistake of a device any more.
MOST_CONFLICTS = 20
MOST_NOTES = 100
_FILES = frozenset({Kind.IMAGE, Kind.FILE})
_NOT_OPEN = gettext_noop("调查还没有开始，没有接收。请联系调查单位。")
_LATE = gettext_noop("收到时调查已经截止。")


class TooFast(Refused):
    """The device has no delivery left in this minute; `seconds` to wait."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__("fieldwork.too_fast", gettext_noop("这台设备提交太频繁。请过一分钟再试。"))


@dataclass(frozen=True)
class Source:
    """By whom it came: a device with an address of its own, or a person with an access token."""

    collector: Collector | None = None
    user: User | None = None


@dataclass(frozen=True)
class Moment:
    """The site's clock (`today`, `now`) and real time (`at`)."""

    today: date
    now: datetime
    at: datetime


@dataclass(frozen=True)
class Sent:
    """What a client posts: the submission and the files that came along."""

    xml: bytes
    files: Mapping[str, "UploadedFile[Any]"] = field(default_factory=dict)


@dataclass(frozen=True)
class _Read:
    envelope: Envelope
    wave: Wave
    version: QuestionnaireVersion
    judged: Judgement
    filling: Filling


def take_submission(survey: Survey, sent: Sent, source: Source, moment: Moment) -> Delivery:
    """Keep a submission; the same one again is the same delivery.

    Refused, with nothing kept: `fieldwork.xml`, `fieldwork.too_big`, `fieldwork.no_instance` (reading),
    `fieldwork.not_open`, `fieldwork.other_form`, `fieldwork.unknown_version`, `fieldwork.unreadable`,
    `fieldwork.too_fast`. Refused `fieldwork.conflict` when the instanceID is known with other content: that
    is kept beside the first one for an officer to decide.
    """
    envelope = read_envelope(sent.xml)
    version = _version(survey, envelope)
    known = known_of(survey, envelope)
    if known.is_new:
        made = _first(survey, envelope, version, source, moment)
        if made is not None:
            return made
        known = known_of(survey, envelope)  # another worker was quicker with the same instanceID
    if known.same is None:
        if known.others < MOST_CONFLICTS:
            _keep_conflict(_read(survey, envelope, version, moment), survey, source, moment)
        raise _conflict(envelope)
    if known.same.is_conflict:
        raise _conflict(envelope)
    return known.same


def _conflict(envelope: Envelope) -> Refused:
    said = gettext_noop("编号 %(id)s 的答卷已经收到过，内容不同。两份都留着，由调查单位核对；请不要再改。")
    return Refused("fieldwork.conflict", Message(said, {"id": envelope.instance_id}))


def _version(survey: Survey, envelope: Envelope) -> QuestionnaireVersion:
    if survey.state == SurveyState.DRAFT:
        raise Refused("fieldwork.not_open", _NOT_OPEN)
    form_id = survey.questionnaire.form_id
    if envelope.form_id != form_id:
        said = gettext_noop("这是表单 %(given)s 的答卷，这项调查用的是 %(id)s。请核对采集地址。")
        values = {"given": envelope.form_id[:40] or "?", "id": form_id}
        raise Refused("fieldwork.other_form", Message(said, values))
    found = versions_answered(survey).filter(version=envelope.version).only("digest").first()
    if found is None:
        said = gettext_noop(
            "没有发布过版本 %(given)s，没有接收。请重新下载表单；答卷留在设备上，联系调查单位。"
        )
        raise Refused("fieldwork.unknown_version", Message(said, {"given": envelope.version[:60] or "?"}))
    return found


def _read(survey: Survey, envelope: Envelope, version: QuestionnaireVersion, moment: Moment) -> _Read:
    judged = judge(form_of(version), envelope.root, today=moment.today, now=moment.now)
    if judged.filling is None:
        raise Refused("fieldwork.unreadable", judged.violations[0].said)
    wave = wave_on(survey, moment.today)
    if wave is None:
        raise Refused("fieldwork.not_open", _NOT_OPEN)
    return _Read(envelope, wave, version, judged, judged.filling)


def _first(
    survey: Survey, envelope: Envelope, version: QuestionnaireVersion, source: Source, moment: Moment
) -> Delivery | None:
    """The delivery of an instanceID that is new; None when it is not new any more."""
    read = _read(survey, envelope, version, moment)
    notes = _notes(survey, read, moment)
    try:
        return _keep(read, notes, survey, source, moment)
    except IntegrityError:
        if not known_of(survey, envelope).is_new:
            return None
    # The firm's answer came at the same moment by another way: it counts, this one is for an officer.
    return _keep(read, notes, survey, source, moment)


def _notes(survey: Survey, read: _Read, moment: Moment) -> Notes:
    notes = Notes(named=_named_files(read.filling))
    for one in read.judged.violations[:MOST_NOTES]:
        (notes.corrected if one.is_overwritten else notes.problems).append((one.path, one.message))
    if read.envelope.corrects:
        said = gettext_noop("这是对答卷 %(id)s 的更正。")
        notes.problems.append(("", str(Message(said, {"id": read.envelope.corrects}))))
    if not read.wave.takes_answers(moment.today):
        notes.problems.append(("", _LATE))
    if notes.corrected:
        log.info("calculated values put right", survey=survey.public_id, count=len(notes.corrected))
    return notes


def _named_files(filling: Filling) -> list[str]:
    form: Form = filling.form
    paths = [path for path, question in form.questions.items() if question.kind in _FILES]
    nodes = [node for path in paths for node in filling.nodes_at(path)]
    return [node.text for node in nodes if node.text and node.is_relevant]


@transaction.atomic
def _keep(read: _Read, notes: Notes, survey: Survey, source: Source, moment: Moment) -> Delivery:
    _count(source, moment)
    if not notes.problems:
        try:
            _take(read, survey, source, moment)
        except Refused as refusal:
            notes.problems.append(("", refusal.message))
    state = DeliveryState.HELD if notes.problems else DeliveryState.TAKEN
    return _delivery(read, notes, survey, source, moment, state=state)


def _take(read: _Read, survey: Survey, source: Source, moment: Moment) -> None:
    instance_id = read.envelope.instance_id
    if survey.is_anonymous:
        without_traces(read.filling)
        instance_id = f"uuid:{uuid.uuid4()}"
    received = Received(read.wave, read.version, instance_id, Session(read.filling).answers())
    actor = None if survey.is_anonymous else source.user
    receive_response(survey, received, actor=actor, at=moment.at)


def _count(source: Source, moment: Moment) -> None:
    seconds = count_delivery(source.collector, at=moment.at) if source.collector else 0
    if seconds:
        raise TooFast(seconds)


def _delivery(
    read: _Read, notes: Notes, survey: Survey, source: Source, moment: Moment, **more: Any
) -> Delivery:
    made = Delivery(
        survey=survey,
        version=read.version,
        instance_id=read.envelope.instance_id,
        digest=digest_of(read.envelope),
        collector=source.collector,
        sent_by=source.user,
        notes=notes.as_text,
        problem_count=len(notes.problems),
        corrected_count=len(notes.corrected),
        awaited_count=len(notes.awaited),
        received_at=moment.at,
        **more,
    )
    if survey.is_anonymous:
        made.collector = made.sent_by = None
        made.received_at = moment.at.replace(hour=0, minute=0, second=0, microsecond=0)
    if made.state == DeliveryState.HELD:
        made.xml = _kept_xml(read, survey)
    made.save(force_insert=True)
    if made.state == DeliveryState.HELD:
        act = "delivery.conflicting" if made.is_conflict else "delivery.held"
        audit.record(act, made, actor=made.sent_by, survey=survey.public_id, problems=made.problem_count)
    return made


def _kept_xml(read: _Read, survey: Survey) -> str:
    if survey.is_anonymous:
        clear_traces(read.envelope.root, read.filling.form)
    text: str = etree.tostring(read.envelope.root, encoding="unicode")
    return text


@transaction.atomic
def _keep_conflict(read: _Read, survey: Survey, source: Source, moment: Moment) -> None:
    _count(source, moment)
    notes = _notes(survey, read, moment)
    said = gettext_noop("编号与已收到的答卷相同，内容不同。")
    notes.problems.insert(0, ("", said))
    try:
        with transaction.atomic():
            _delivery(read, notes, survey, source, moment, state=DeliveryState.HELD, is_conflict=True)
    except IntegrityError:
        return  # the same came at the same moment
