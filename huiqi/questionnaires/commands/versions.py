"""How a questionnaire comes to be answered: created, uploaded in versions, published, retired."""

import hashlib
import io
import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from huiqi.accounts.models import Unit, User
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.ids import new_public_id
from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.models import (
    FORM_ID_LENGTH,
    NAME_LENGTH,
    TITLE_LENGTH,
    VERSION_LENGTH,
    Questionnaire,
    QuestionnaireVersion,
)
from huiqi.questionnaires.queries.known import known_here
from huiqi.questionnaires.xform.stamping import stamped
from huiqi.questionnaires.xlsform.compiling import Compiled, compile_xlsform

_UNFIT = re.compile(r"[^A-Za-z0-9._\-]+")


@dataclass(frozen=True)
class Uploaded:
    """What came of an upload: the check's result, and the version unless something has to be mended."""

    compiled: Compiled
    version: QuestionnaireVersion | None = None


@dataclass(frozen=True)
class Approval:
    """The approval a departmental survey shows; all blank means voluntary."""

    table_number: str = ""
    approved_by: str = ""
    document: str = ""
    until: date | None = None


@transaction.atomic
def create_questionnaire(*, name: str, owner: Unit, actor: User | None, at: datetime) -> Questionnaire:
    """An empty questionnaire of a unit. Refused: `questionnaires.no_name`."""
    name = " ".join(name.split())[:NAME_LENGTH]
    if not name:
        raise Refused("questionnaires.no_name", gettext_noop("请填写问卷的名称。"))
    made = Questionnaire(name=name, owner=owner, made_by=actor, made_at=at)
    # Until a file says another one.
    made.form_id = f"huiqi-{made.public_id}"
    made.save()
    audit.record("questionnaire.created", made, actor=actor)
    return made


@transaction.atomic
def copy_questionnaire(
    version: QuestionnaireVersion, *, name: str, owner: Unit, actor: User, at: datetime
) -> Questionnaire:
    """Another questionnaire that begins with this version, unpublished and under a form id of its own."""
    made = create_questionnaire(name=name, owner=owner, actor=actor, at=at)
    upload_version(made, bytes(version.original), actor=actor, at=at)
    return made


@transaction.atomic
def rename_questionnaire(
    questionnaire: Questionnaire, *, name: str, actor: User, expected: int | None = None
) -> Questionnaire:
    """Another name. Refused: `questionnaires.no_name`, `questionnaires.retired`."""
    locked = _lock(questionnaire, expected)
    locked.name = " ".join(name.split())[:NAME_LENGTH]
    if not locked.name:
        raise Refused("questionnaires.no_name", gettext_noop("请填写问卷的名称。"))
    locked.version += 1
    locked.save(update_fields=["name", "version"])
    audit.record("questionnaire.renamed", locked, actor=actor)
    return locked


@transaction.atomic
def note_approval(
    questionnaire: Questionnaire, approval: Approval, *, actor: User, expected: int | None = None
) -> Questionnaire:
    """Write down the approval, or that there is none. Refused: `questionnaires.approval_incomplete`."""
    locked = _lock(questionnaire, expected)
    given = [approval.table_number.strip(), approval.document.strip(), approval.until]
    if any(given) and not all(given):
        said = gettext_noop("表号、批准文号和有效期要一起填写；自愿填报的问卷都留空。")
        raise Refused("questionnaires.approval_incomplete", said)
    locked.table_number = approval.table_number.strip()[:40]
    locked.approved_by = approval.approved_by.strip()[:80]
    locked.approval_document = approval.document.strip()[:80]
    locked.approved_until = approval.until
    locked.version += 1
    locked.save(
        update_fields=["table_number", "approved_by", "approval_document", "approved_until", "version"]
    )
    audit.record("questionnaire.approval_noted", locked, actor=actor, is_approved=all(given))
    return locked


def upload_version(
    questionnaire: Questionnaire, original: bytes, *, actor: User | None, at: datetime
) -> Uploaded:
    """Check an .xlsx and keep it as the next version, unpublished; with errors nothing is kept.

    The same file again is the same version. The XForm gets the questionnaire's form id and a version no
    other has, so that every answer finds its version. Refused: `questionnaires.retired`.
    """
    compiled = compile_xlsform(io.BytesIO(original), known_here())
    if not compiled.is_ok:
        return Uploaded(compiled)
    return Uploaded(compiled, _keep(questionnaire, compiled, original, actor=actor, at=at))


@transaction.atomic
def _keep(
    questionnaire: Questionnaire, compiled: Compiled, original: bytes, *, actor: User | None, at: datetime
) -> QuestionnaireVersion:
    locked = _lock(questionnaire, None)
    digest = hashlib.sha256(original).hexdigest()
    versions = locked.versions.order_by("-number")
    newest = versions.first()
    if newest is not None and newest.original_digest == digest:
        return newest
    assert compiled.form is not None
    if newest is None:
        locked.form_id = _free_form_id(compiled.form.id, locked)
        locked.save(update_fields=["form_id"])
    number = newest.number + 1 if newest else 1
    version = _free_version(compiled.form.version, number, set(versions.values_list("version", flat=True)))
    xform = stamped(compiled.xform, form_id=locked.form_id, version=version)
    made = QuestionnaireVersion(
        questionnaire=locked,
        number=number,
        version=version,
        title=(compiled.title or locked.name)[:TITLE_LENGTH],
        xform=xform,
        digest=hashlib.sha256(xform.encode()).hexdigest(),
        original=original,
        original_digest=digest,
        question_count=compiled.questions,
        warning_count=len(compiled.warnings),
        made_by=actor,
        made_at=at,
    )
    made.save()
    audit.record("questionnaire.uploaded", locked, actor=actor, number=number, questions=compiled.questions)
    return made


def _free_form_id(given: str, questionnaire: Questionnaire) -> str:
    """The file's own id, or with something behind it when another questionnaire has it."""
    wanted = _UNFIT.sub("_", given).strip("_")[: FORM_ID_LENGTH - 8] or questionnaire.form_id
    # pyxform calls a form without a name "data": nobody chose that.
    if wanted == "data":
        return questionnaire.form_id
    taken = Questionnaire.objects.exclude(pk=questionnaire.pk).filter(form_id=wanted).exists()
    return f"{wanted}-{new_public_id()[:6]}" if taken else wanted


def _free_version(given: str, number: int, taken: set[str]) -> str:
    """The file's own version when it is new; people forget to change it."""
    wanted = given.strip()[: VERSION_LENGTH - 8] or str(number)
    return f"{wanted}.{number}" if wanted in taken else wanted


@transaction.atomic
def publish_version(
    version: QuestionnaireVersion, *, actor: User | None, at: datetime
) -> QuestionnaireVersion:
    """Let it be answered from now on; who began with an earlier version goes on with that.

    Refused: `questionnaires.published` when it is already, `questionnaires.retired`.
    """
    questionnaire = _lock(version.questionnaire, None)
    locked = QuestionnaireVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if locked.is_published:
        raise Refused("questionnaires.published", gettext_noop("这一版已经发布。要改题目，请上传新版。"))
    locked.published_by, locked.published_at = actor, max(at, locked.made_at)
    locked.save(update_fields=["published_by", "published_at"])
    audit.record("questionnaire.published", questionnaire, actor=actor, number=locked.number)
    return locked


@transaction.atomic
def discard_version(version: QuestionnaireVersion, *, actor: User) -> None:
    """Delete a version nobody could answer. Refused: `questionnaires.published`."""
    questionnaire = _lock(version.questionnaire, None)
    locked = QuestionnaireVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if locked.is_published:
        said = gettext_noop("发布过的版本要留着，因为可能有人按它填写过。可以停用整份问卷。")
        raise Refused("questionnaires.published", said)
    audit.record("questionnaire.discarded", questionnaire, actor=actor, number=locked.number)
    locked.delete()


@transaction.atomic
def retire_questionnaire(
    questionnaire: Questionnaire, *, actor: User, at: datetime, expected: int | None = None
) -> Questionnaire:
    """No new versions and no new answers; what was answered stays. Refused: `questionnaires.retired`."""
    locked = _lock(questionnaire, expected)
    locked.retired_at = at
    locked.version += 1
    locked.save(update_fields=["retired_at", "version"])
    audit.record("questionnaire.retired", locked, actor=actor)
    return locked


def _lock(questionnaire: Questionnaire, expected: int | None) -> Questionnaire:
    locked = Questionnaire.objects.select_for_update(of=("self",)).filter(pk=questionnaire.pk).first()
    if locked is None or (expected is not None and locked.version != expected):
        raise VersionConflict()
    if locked.retired_at is not None:
        raise Refused("questionnaires.retired", gettext_noop("这份问卷已经停用。要再用，请新建一份。"))
    return locked
