"""Filling in the questionnaire of a kind of list for one firm: kept with the entry and judged at once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import Message, gettext_noop
from huiqi.lists.commands.batches import locked_batch
from huiqi.lists.commands.entries import office_at_turn
from huiqi.lists.models import Entry
from huiqi.lists.models.entries import FORM_LENGTH
from huiqi.lists.queries.book import kind_called
from huiqi.lists.queries.entry_forms import facts_answered, session_for
from huiqi.lists.queries.findings import columns_of, findings
from huiqi.lists.queries.offices import desks_of
from huiqi.lists.queries.readiness import UNDECIDED
from huiqi.questionnaires.models import QuestionnaireVersion


@dataclass(frozen=True)
class FilledForm:
    """A version and the answers to it, as of a session."""

    version: QuestionnaireVersion
    answers: Mapping[str, str]


@transaction.atomic
def fill_entry_form(  # noqa: PLR0913  each is a fact about the act
    entry: Entry,
    filled: FilledForm,
    *,
    actor: User,
    on: date,
    today: date,
    at: datetime,
    expected: int | None = None,
) -> Entry:
    """Keep the answers with the entry, instead of earlier ones, and judge the firm with them.

    What the register knows of the firm stays as it is; answers fill in what nobody knows, as claims. Nothing
    goes to the register. Refused: `lists.no_form` (the kind has none, or another), `lists.not_your_level`,
    `lists.decided`, `lists.form_unfinished`; VersionConflict when somebody else acted since `expected`.
    """
    row = locked_batch(entry.batch)
    kept = Entry.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=entry.pk)
    kind = kind_called(row.kind)
    if not kind.questionnaire or filled.version.questionnaire.form_id != kind.questionnaire:
        raise Refused("lists.no_form", gettext_noop("这种名单没有要填的表。"))
    if kept.state not in UNDECIDED:
        raise Refused("lists.decided", gettext_noop("这家企业已经办结，表不能再改。"))
    office_at_turn(kept, desks_of(actor, Power.RECOMMEND_FOR_LISTS, today))
    if expected is not None and kept.version != expected:
        raise VersionConflict()
    session = session_for(filled.version, filled.answers, at)
    wrong = [one for one in session.problems() if not one.is_overwritten]
    if wrong:
        said = gettext_noop("表里还有%(count)s处要改，没有保存。")
        raise Refused("lists.form_unfinished", Message(said, {"count": len(wrong)}))
    text = json.dumps(session.answers(), ensure_ascii=False)
    if len(text) > FORM_LENGTH:
        raise Refused("lists.form_too_long", gettext_noop("填写的内容太多，保存不下。请缩短长的回答。"))
    kept.form_version, kept.form_answers, kept.form_by, kept.form_at = filled.version, text, actor, at
    firm = kept.enterprise_id
    columns = columns_of(findings(kind, [firm], on, answered={firm: facts_answered(session)})[firm], on)
    for name, value in columns.items():
        setattr(kept, name, value)
    names = ["form_version", "form_answers", "form_by", "form_at", *columns]
    kept.save_version(expected=kept.version, fields=names)
    audit.record("list_entry.form_filled", row, actor=actor, form=kind.questionnaire)
    return kept
