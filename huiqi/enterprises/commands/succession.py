"""Firms that come from others: merger 合并, split 分立, incorporation 个转企. Each keeps its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.commands.columns import lock_firms
from huiqi.enterprises.commands.identity import Act, change_registration, refuse_taken_code
from huiqi.enterprises.commands.statements import Said, file_statements, open_filing
from huiqi.enterprises.models import Enterprise, Registration, SourceKind, Standing, Succession
from huiqi.reference import credit_codes
from huiqi.reference.pinyin import pinyin_of

# What a new row takes over from the one it came from, because it is true of both on the day.
INHERITED = ("province", "prefecture", "gb4754")


@dataclass(frozen=True)
class Heir:
    """The firm that takes over: one of the register, or a name and code for a new row."""

    row: Enterprise | None = None
    name: str = ""
    code: str = ""


@transaction.atomic
def record_merger(
    firms: Sequence[Enterprise], *, heir: Heir, versions: Mapping[int, int], act: Act
) -> Enterprise:
    """`firms` became one firm, new or one of them (吸收合并); all others are cancelled on the act's day."""
    if len({firm.pk for firm in firms} | ({heir.row.pk} if heir.row else set())) < 2:
        raise Refused("enterprises.merger_of_one", gettext_noop("合并至少涉及两家企业，请填写另一家的代码。"))
    _check_versions(versions)
    successor = _heir(heir, firms[0], act)
    gone = [firm for firm in firms if firm.pk != successor.pk]
    for firm in gone:
        _succeed(firm, successor, Succession.Kind.MERGER, act)
        _cancel(firm, act)
    audit.record("firm.merger_recorded", successor, actor=act.actor, firms=len(gone))
    return successor


@transaction.atomic
def record_split(
    firm: Enterprise, *, heirs: Sequence[Heir], goes_on: bool, versions: Mapping[int, int], act: Act
) -> list[Enterprise]:
    """Out of `firm` came others; it goes on (存续分立) or is cancelled (解散分立, two heirs at least)."""
    if len(heirs) < (1 if goes_on else 2):
        few = gettext_noop("解散分立至少产生两家企业，存续分立至少一家。请补填新企业。")
        raise Refused("enterprises.split_in_one", few)
    _check_versions(versions)
    found = [_heir(heir, firm, act) for heir in heirs]
    for successor in found:
        _succeed(firm, successor, Succession.Kind.SPLIT, act)
    if not goes_on:
        _cancel(firm, act)
    audit.record("firm.split_recorded", firm, actor=act.actor, firms=len(found), goes_on=goes_on)
    return found


@transaction.atomic
def record_incorporation(
    firm: Enterprise, *, heir: Heir, versions: Mapping[int, int], act: Act
) -> Enterprise:
    """The individual business became a company with a row and code of its own (个转企)."""
    _check_versions(versions)
    successor = _heir(heir, firm, act)
    _succeed(firm, successor, Succession.Kind.INCORPORATION, act)
    _cancel(firm, act)
    audit.record("firm.incorporated", successor, actor=act.actor)
    return successor


def _heir(heir: Heir, origin: Enterprise, act: Act) -> Enterprise:
    if heir.row is not None:
        return heir.row
    code = credit_codes.clean(heir.code)
    refuse_taken_code(code)
    name = heir.name.strip()
    row = Enterprise.objects.create(
        name=name,
        initials=pinyin_of(name)[1][:120],
        credit_code=code,
        park=origin.park,
        is_synthetic=origin.is_synthetic,
    )
    filing = open_filing(
        SourceKind.OFFICER, actor=act.actor, at=act.at, document=act.document, purpose="承继登记"
    )
    values = {"org_type": "enterprise", **{fact: getattr(origin, fact) for fact in INHERITED}}
    said = [Said(row.pk, fact, value, act.on) for fact, value in values.items() if value is not None]
    file_statements(said, filing=filing, standing=Standing.CONFIRMED, on=act.reference)
    return Enterprise.objects.get(pk=row.pk)


def _succeed(predecessor: Enterprise, successor: Enterprise, kind: str, act: Act) -> None:
    lock_firms([predecessor.pk, successor.pk])
    pair = Succession.objects.filter(predecessor=predecessor, successor=successor, kind=kind)
    if predecessor.pk == successor.pk or pair.exists():
        again = gettext_noop("“%(former)s”转为“%(name)s”已经登记过，或者填的是同一家企业。")
        said = Message(again, {"former": predecessor.name, "name": successor.name})
        raise Refused("enterprises.succession_again", said)
    Succession.objects.create(
        predecessor=predecessor,
        successor=successor,
        kind=kind,
        on=act.on,
        document=act.document,
        actor=act.actor,
        recorded_at=act.at,
    )


def _check_versions(versions: Mapping[int, int]) -> None:
    """Nobody changed the firms since the officer saw them (`versions` by key), else VersionConflict."""
    lock_firms(versions)
    now = Enterprise.objects.filter(pk__in=versions).order_by("pk").values_list("pk", "version")
    if dict(now) != dict(versions):
        raise VersionConflict


def _cancel(firm: Enterprise, act: Act) -> None:
    """Cancelled on the act's day, unless it was before."""
    row = Enterprise.objects.get(pk=firm.pk)
    if row.registration != Registration.CANCELLED:
        change_registration(row, registration=Registration.CANCELLED, expected=row.version, act=act)
