"""Templates of answers: writing one, changing it as a new edition, ending its use."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import Unit, User
from huiqi.cases.placeholders import unknown_places
from huiqi.cases.queries.answer_templates import may_change
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import Message, gettext_noop
from huiqi.knowledge.models import AnswerTemplate, Wording
from huiqi.knowledge.personal_words import traces_in


@dataclass(frozen=True)
class Written:
    """What somebody writes as a template. `unit` None: for every unit; `item` "": for any."""

    title: str
    text: str
    unit: Unit | None = None
    item: str = ""
    wording: Wording | None = None


@transaction.atomic
def make_template(written: Written, *, actor: User, at: datetime) -> AnswerTemplate:
    """A new template. Refused: `cases.not_your_template`, `cases.unknown_place`, `cases.names_person`."""
    made = AnswerTemplate(made_by=actor, made_at=at)
    _put(made, written, actor, at)
    audit.record("answer_template.made", made, actor=actor, for_all=made.unit is None, item=made.item)
    return made


@transaction.atomic
def change_template(
    template: AnswerTemplate, written: Written, *, actor: User, at: datetime
) -> AnswerTemplate:
    """The next edition of a template; whose it is stays. Answers written with it do not change.

    VersionConflict when `template` is no longer the one in use. Refused as for a new one.
    """
    found = _locked(template)
    _check_own(found, actor, at)
    found.ended_by, found.ended_at = actor, at
    found.save(update_fields=["ended_by", "ended_at"])
    made = AnswerTemplate(series=found.series, number=found.number + 1, made_by=actor, made_at=at)
    same_owner = Written(written.title, written.text, found.unit, written.item, written.wording)
    _put(made, same_owner, actor, at)
    audit.record("answer_template.changed", made, actor=actor, number=made.number)
    return made


@transaction.atomic
def withdraw_template(template: AnswerTemplate, *, actor: User, at: datetime) -> AnswerTemplate:
    """Offer a template no more; its editions stay to be read."""
    found = _locked(template)
    _check_own(found, actor, at)
    found.ended_by, found.ended_at = actor, at
    found.save(update_fields=["ended_by", "ended_at"])
    audit.record("answer_template.withdrawn", found, actor=actor)
    return found


def _locked(template: AnswerTemplate) -> AnswerTemplate:
    found = AnswerTemplate.objects.select_for_update(of=("self",)).select_related("unit").get(pk=template.pk)
    if found.ended_at is not None:
        said = gettext_noop("别人刚改过这个模板。下面是您填写的内容，请对照最新一版再保存。")
        raise VersionConflict(said)
    return found


def _put(made: AnswerTemplate, written: Written, actor: User, at: datetime) -> None:
    made.unit, made.item, made.wording = written.unit, written.item, written.wording
    made.title, made.text = written.title.strip(), written.text.strip()
    _check_own(made, actor, at)
    unknown = unknown_places(made.text)
    if unknown:
        said = gettext_noop("没有%(places)s这样的占位。请从下面列出的占位里选，或删去花括号。")
        raise Refused("cases.unknown_place", Message(said, {"places": "".join(unknown)}))
    if traces_in(f"{made.title}\n{made.text}"):
        said = gettext_noop("这里有手机号码、证件号码、账号或邮箱。模板会用在很多诉求里，请删去。")
        raise Refused("cases.names_person", said)
    made.save(force_insert=True)


def _check_own(template: AnswerTemplate, actor: User, at: datetime) -> None:
    if not may_change(template, actor, timezone.localdate(at)):
        said = gettext_noop("只能写本单位的模板；各单位通用的由事项编辑人员写。")
        raise Refused("cases.not_your_template", said)
