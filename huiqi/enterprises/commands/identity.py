"""A firm changes its name, code, place or registration: the old stays on record and still finds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from huiqi.accounts.models import Unit
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.commands.search_words import renew_search_words
from huiqi.enterprises.commands.statements import Said, file_statements, open_filing
from huiqi.enterprises.listeners import tell_written
from huiqi.enterprises.models import Enterprise, FormerIdentity, Registration, SourceKind, Standing
from huiqi.reference import credit_codes
from huiqi.reference.pinyin import pinyin_of

Kind, Reason = FormerIdentity.Kind, FormerIdentity.Reason


@dataclass(frozen=True)
class Act:
    """Who records a change, when, from which day it holds and on what paper it rests.

    `reference` is the day for which the columns are projected (the site's reference date).
    """

    actor: Any
    at: datetime
    on: date
    document: str
    reference: date


@transaction.atomic
def rename_firm(firm: Enterprise, *, name: str, expected: int, act: Act) -> Enterprise:
    """The firm is called `name` from the act's day on. Refused when it is called so already."""
    name = name.strip()
    if not name or name == firm.name:
        raise Refused("enterprises.same_name", gettext_noop("新名称与现名称相同，没有可改的。"))
    _save(firm, {"name": name, "initials": pinyin_of(name)[1][:120]}, expected)
    _remember(firm, Kind.NAME, firm.name, Reason.RENAMED, act)
    renew_search_words([firm.pk])
    audit.record("firm.renamed", firm, actor=act.actor)
    return _present(firm)


@transaction.atomic
def change_credit_code(firm: Enterprise, *, code: str, reason: str, expected: int, act: Act) -> Enterprise:
    """The firm carries `code` from the act's day on.

    Refused: not a credit code (`reference.credit_code`), the same as before (`enterprises.same_code`), or
    another firm's (`enterprises.code_taken`): two rows with one code are merged, not renumbered.
    """
    code = credit_codes.clean(code)
    if code == firm.credit_code:
        raise Refused("enterprises.same_code", gettext_noop("新代码与现代码相同，没有可改的。"))
    refuse_taken_code(code)
    try:
        with transaction.atomic():
            _save(firm, {"credit_code": code}, expected)
    except IntegrityError:
        refuse_taken_code(code)
        raise
    _remember(firm, Kind.CREDIT_CODE, firm.credit_code or "", Reason(reason), act)
    renew_search_words([firm.pk])
    audit.record("firm.code_changed", firm, actor=act.actor, reason=str(reason))
    return _present(firm)


def refuse_taken_code(code: str) -> None:
    """Refused when a row carries the code, saying what to do instead."""
    other = Enterprise.objects.filter(credit_code=code).select_related("merged_into").first()
    if other is None:
        return
    taken = gettext_noop(
        "代码%(code)s已属于“%(name)s”。如果两条记录是同一家企业，请在“疑似重复”中合并，不要改代码。"
    )
    if other.merged_into is not None:
        taken = gettext_noop(
            "代码%(code)s属于已并入“%(name)s”的记录，用它已能查到企业；要以它为准，请先撤销那次合并。"
        )
    name = (other.merged_into or other).name
    raise Refused("enterprises.code_taken", Message(taken, {"code": code, "name": name}))


@transaction.atomic
def move_firm(
    firm: Enterprise, *, county: str | None, park: Unit | None, expected: int, act: Act
) -> Enterprise:
    """The firm lies in `county` (None: as before) and in `park` (None: in none) from the act's day on."""
    if county in (None, firm.prefecture) and (park.pk if park else None) == firm.park_id:
        raise Refused("enterprises.same_place", gettext_noop("县市区和园区都没有变化，没有可改的。"))
    former = firm.park.name if firm.park else ""
    _save(firm, {"park_id": park.pk if park else None}, expected)
    if (park.name if park else "") != former:
        _remember(firm, Kind.PARK, former, Reason.MOVED, act)
    if county not in (None, firm.prefecture):
        _state_county(firm, str(county), act)
    audit.record("firm.moved", firm, actor=act.actor, county=county or "", former=firm.prefecture or "")
    return _present(firm)


def _state_county(firm: Enterprise, county: str, act: Act) -> None:
    filing = open_filing(
        SourceKind.OFFICER, actor=act.actor, at=act.at, document=act.document, purpose="迁移登记"
    )
    said = Said(firm.pk, "prefecture", county, act.on)
    file_statements([said], filing=filing, standing=Standing.CONFIRMED, on=act.reference)
    if act.on <= act.reference and _present(firm).prefecture != county:
        firmer = gettext_noop("名单或更近日期的记录说企业在另一县市区，这次迁移不会生效。请先核对那条记录。")
        raise Refused("enterprises.place_outweighed", firmer)


@transaction.atomic
def change_registration(firm: Enterprise, *, registration: str, expected: int, act: Act) -> Enterprise:
    """The firm is registered, suspended, revoked or cancelled from the act's day on."""
    wanted = Registration(registration)
    if wanted == firm.registration:
        raise Refused("enterprises.same_registration", gettext_noop("登记状态没有变化，没有可改的。"))
    _save(firm, {"registration": wanted}, expected)
    _remember(firm, Kind.REGISTRATION, firm.registration, Reason.REGISTERED, act)
    audit.record("firm.registration_changed", firm, actor=act.actor, registration=str(wanted.value))
    return _present(firm)


def _save(firm: Enterprise, changes: Mapping[str, Any], expected: int) -> None:
    """Write the columns if nobody changed the firm since it was read; `firm` keeps the old values."""
    row = Enterprise.objects.select_for_update(of=("self",)).get(pk=firm.pk)
    if row.merged_into_id is not None:
        raise VersionConflict(gettext_noop("这家企业刚被并入另一家，请到合并后的企业上修改。"))
    for name, value in changes.items():
        setattr(row, name, value)
    row.save_version(expected=expected, fields=list(changes))
    tell_written([row.pk])


def _remember(firm: Enterprise, kind: str, value: str, reason: str, act: Act) -> None:
    """What the firm had up to the day before the act's."""
    FormerIdentity.objects.create(
        enterprise=firm,
        kind=kind,
        value=value,
        until_on=act.on - timedelta(days=1),
        reason=reason,
        document=act.document,
        actor=act.actor,
        recorded_at=act.at,
    )


def _present(firm: Enterprise) -> Enterprise:
    return Enterprise.objects.select_related("park").get(pk=firm.pk)
