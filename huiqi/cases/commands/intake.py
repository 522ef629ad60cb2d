"""One intake for all doors: what somebody says becomes a case with a number, a desk and a clock."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model

from huiqi.accounts.models import Unit, User
from huiqi.cases.commands.moving import tell
from huiqi.cases.commands.telling import tell_of_new
from huiqi.cases.commands.timing import mirror_nearest, new_clock
from huiqi.cases.happenings import Happening
from huiqi.cases.models import Case, CaseSheet, Consent, ItemEdition, SheetKind
from huiqi.cases.numbers import new_number
from huiqi.cases.queries.units import desk_of_region
from huiqi.cases.query_codes import code_digest
from huiqi.cases.subscriptions import ON_OPENED
from huiqi.cases.workflow import Channel, Stage, State, Urgency
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.enterprises.models import Enterprise
from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.questionnaires.xform.snapshot import Snapshot

_DRAWS = 5
_NEW = gettext_noop("诉求%(number)s新登记，请受理。")
_NEW = gettext_noop("诉求%(number)s新登记，请受理。")


@dataclass(frozen=True)
class Filled:
    """A filled-in questionnaire: its snapshot in words, and the answers by path where they are kept."""

    kind: SheetKind
    snapshot: Snapshot
    version: QuestionnaireVersion | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What the requester says, checked by the form of its door. Money in `answers` is integer fen."""

    item: str
    topic: str
    title: str
    text: str
    channel: Channel
    name: str = ""
    phone: str = ""
    firm_name: str = ""
    credit_code: str = ""
    has_no_code: bool = False  # the requester said that there is none
    prefecture: str = ""
    enterprise: Enterprise | None = None
    requester: User | None = None
    park: Unit | None = None
    urgency: Urgency = Urgency.ORDINARY
    answers: Mapping[str, Any] = field(default_factory=dict)
    private_answers: str = ""  # JSON of the personal fields
    consent: Consent = Consent.OWN
    source_ref: str = ""
    # The edition whose form was checked a moment ago; None: it is looked up.
    edition: ItemEdition | None = None
    # Questions and answers that go with it.
    sheets: tuple[Filled, ...] = ()


def open_case(asked: Asked, *, actor: User | None, at: datetime, code: str = "") -> Case:
    """Register a request and give it to the desk of its region; `code` opens the public progress page.

    `actor` is who filled it in (None: a visitor). Refused: `cases.no_such_item` when the item is not offered,
    `cases.taken_before` when the same `source_ref` of the channel is a case already.
    """
    case = _case(asked, actor, at)
    case.code_digest = code_digest(case.public_id, code)
    # The clock before the case, so that the row is written once, with the end it shows: intake is where
    # many come at once, and each statement less is felt.
    clock = new_clock(case, Stage.ACCEPT, unit=case.desk, at=at)
    # The only clock there is: nothing to be looked up.
    mirror_nearest(case, [clock] if clock else [])
    consent: dict[str, Any] = {"consent": asked.consent.value} if asked.consent else {}
    draws = 0
    while True:
        draws += 1
        case.number = new_number()
        try:
            with transaction.atomic():
                case.save(force_insert=True)
                tell(
                    case,
                    Happening.REGISTERED,
                    actor=actor,
                    at=at,
                    is_public=True,
                    on_behalf=_asked_for(asked, actor),
                    channel=asked.channel,
                    **consent,
                )
                if clock is not None:
                    clock.save(force_insert=True)
                _attach(case, asked.sheets, at)
                for told in ON_OPENED:
                    told(case, actor, at)
                tell_of_new(case, _NEW, at=at, actor=actor)
            return case
        except IntegrityError:
            _refuse_taken(case)
            if draws == _DRAWS:
                raise


def _attach(case: Case, sheets: Sequence[Filled], at: datetime) -> None:
    for each in sheets:
        CaseSheet.objects.create(
            case=case,
            kind=each.kind,
            version=each.version,
            title=str(each.snapshot["title"])[:200],
            content=json.dumps(each.snapshot, ensure_ascii=False),
            answers=json.dumps(dict(each.answers), ensure_ascii=False) if each.answers else "",
            made_at=at,
        )


def _asked_for(asked: Asked, actor: User | None) -> Model | None:
    """For whom somebody of an office fills in, where there is a row of them: the account, else the firm."""
    if actor is None or actor == asked.requester:
        return None
    return asked.requester or asked.enterprise


def _case(asked: Asked, actor: User | None, at: datetime) -> Case:
    """The case as it will be registered, unsaved and without its number."""
    firm = asked.enterprise
    prefecture = asked.prefecture or (firm.prefecture if firm else None) or ""
    code = asked.credit_code or (firm.credit_code if firm else None) or ""
    return Case(
        edition=asked.edition or _edition(asked.item),
        item=asked.item,
        topic=asked.topic,
        urgency=asked.urgency,
        enterprise=firm,
        firm_name=asked.firm_name or (firm.name if firm else ""),
        credit_code=code,
        has_no_code=asked.has_no_code and not code,
        requester=asked.requester,
        requester_name=asked.name,
        requester_phone=asked.phone,
        prefecture=prefecture,
        park=asked.park or (firm.park if firm else None),
        title=asked.title,
        text=asked.text,
        answers=dict(asked.answers),
        private_answers=asked.private_answers,
        channel=asked.channel,
        source_ref=asked.source_ref,
        taken_by=actor if actor is not None and actor != asked.requester else None,
        consent=asked.consent,
        state=State.REGISTERED,
        desk=desk_of_region(prefecture),
        opened_at=at,
    )


def _edition(item: str) -> ItemEdition:
    found = ItemEdition.objects.current().filter(item=item).first()
    if found is None:
        raise Refused("cases.no_such_item", gettext_noop("这个事项目前没有开放。请从事项目录里重新选择。"))
    return found


def _refuse_taken(case: Case) -> None:
    same = Case.objects.filter(channel=case.channel, source_ref=case.source_ref)
    if case.source_ref and same.exists():
        said = gettext_noop("这件已经登记过，不重复登记。请按来源编号查找原件。")
        raise Refused("cases.taken_before", said) from None
