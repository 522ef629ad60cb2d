"""Handing out an offline pack: the file stays as it was made, because its rows speak of what stood in it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO

from django.db import IntegrityError, transaction

from huiqi.accounts.models import Unit, User
from huiqi.cases.commands.reveal import reveal_requester
from huiqi.cases.models import ItemEdition, OfflinePack, PackCase, PackMerge, PackSheet
from huiqi.cases.models.packs import PACK_NUMBER_LENGTH
from huiqi.cases.packs import layout
from huiqi.cases.queries.packs import Contents, Entry, entries_for, fresh_rows, pack_units, workbook
from huiqi.cases.queries.veil import veil_of
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.ids import ALPHABET
from huiqi.core.messages import gettext_noop
from huiqi.files.stored_tables import sealed
from huiqi.files.xlsx_writer import write_workbook

# A pack is to be filled in and brought back within days; a month is the longest a county was cut off for.
DAYS = (3, 7, 14, 30)
ROWS_EACH = (50, 100, 200)
# How long the file can still be fetched after it expired, to look things up; and that of a merge, to mend it.
KEPT_FOR = timedelta(days=7)
_DRAWS = 5


@dataclass(frozen=True)
class Wish:
    """What a pack is to hold."""

    unit: Unit
    items: Sequence[str]
    days: int
    rows_each: int
    with_contacts: bool = False


@transaction.atomic
def make_pack(wish: Wish, *, actor: User, today: date, at: datetime, wall: datetime) -> OfflinePack:
    """Make a pack for a unit at whose desk the actor sits; its open cases go in where the actor handles them.

    Names and numbers of requesters go in only when asked for: each is a look that stays on the record, as
    many as an hour allows. Refused: `cases.pack_no_unit`, `cases.pack_no_items`.
    """
    unit = pack_units(actor, today).filter(pk=wish.unit.pk).first()
    if unit is None:
        raise Refused("cases.pack_no_unit", gettext_noop("您不在这个单位受理诉求，不能制作它的离线包。"))
    editions = list(ItemEdition.objects.current().filter(item__in=wish.items).order_by("item"))
    entries = entries_for(unit, actor, today)
    if not editions and not entries:
        said = gettext_noop("没有选事项，也没有正在办理的诉求，离线包是空的。请至少选一个事项。")
        raise Refused("cases.pack_no_items", said)
    pack = OfflinePack(
        unit=unit,
        made_by=actor,
        made_at=at,
        expires_at=at + timedelta(days=wish.days),
        rows_each=wish.rows_each,
        has_contacts=wish.with_contacts,
        kept_until=wall + timedelta(days=wish.days) + KEPT_FOR,
    )
    _number(pack)
    lettered = {layout.letter(at_): edition for at_, edition in enumerate(editions[: layout.MOST_ITEMS])}
    keyed = {layout.row_key(pack.number, layout.HANDLING_LETTER, n): one for n, one in enumerate(entries, 1)}
    PackSheet.objects.bulk_create(
        PackSheet(pack=pack, letter=letter, edition=edition) for letter, edition in lettered.items()
    )
    revealed = _revealed(entries, pack, actor, (today, at, wall)) if wish.with_contacts else frozenset()
    contents = Contents(pack, lettered, keyed, actor, revealed)
    _keep_file(contents, today)
    PackCase.objects.bulk_create(_entry(pack, key, entry) for key, entry in keyed.items())
    audit.record(
        "offline_pack.made",
        pack,
        actor=actor,
        unit=unit.public_id,
        cases=len(entries),
        contacts=len(revealed),
        days=wish.days,
    )
    return pack


def _entry(pack: OfflinePack, key: str, entry: Entry) -> PackCase:
    return PackCase(
        pack=pack,
        key=key,
        order=entry.order,
        version=entry.order.case.version,
        last_event=entry.last_event,
        done_until=pack.made_at,
    )


def new_number() -> str:
    """Eight characters to read out; of a pack or a receipt."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PACK_NUMBER_LENGTH)).upper()


def _number(pack: OfflinePack) -> None:
    for draw in range(_DRAWS):
        pack.number = new_number()
        try:
            with transaction.atomic():
                pack.save(force_insert=True)
            return
        except IntegrityError:
            if draw == _DRAWS - 1:
                raise


def _revealed(
    entries: Sequence[Entry], pack: OfflinePack, actor: User, when: tuple[date, datetime, datetime]
) -> frozenset[int]:
    """Whose names go in: those the actor may learn, until the hour's measure is full."""
    today, at, wall = when
    veil, found = veil_of(actor, today), set()
    reason = f"离线包{pack.number}"
    for entry in entries:
        case = entry.order.case
        if case.pk in found or veil.hides(case):
            continue
        try:
            reveal_requester(case, reason=reason, actor=actor, at=at, wall=wall)
        except Refused:
            break
        found.add(case.pk)
    return frozenset(found)


def _keep_file(contents: Contents, today: date) -> None:
    target = BytesIO()
    pack = contents.pack
    note = f"离线包{pack.number} · {pack.unit.name} · {layout.BANNER}"
    write_workbook(target, workbook(contents, fresh_rows(contents, today)), watermark=note)
    pack.file.save(f"{pack.public_id}.table", sealed(target.getvalue()), save=False)
    pack.save(update_fields=["file"])


@transaction.atomic
def extend_pack(pack: OfflinePack, *, days: int, actor: User, at: datetime, wall: datetime) -> OfflinePack:
    """Let a pack be merged for so many more days from now, also one that expired: what was taken down while
    the network was away must not be lost. Its rows are compared with what happened since all the same.

    Refused: `cases.pack_days_wrong`; `cases.pack_valid_longer` when it is valid for longer already.
    """
    row = OfflinePack.objects.select_for_update(of=("self",)).get(pk=pack.pk)
    if days not in DAYS:
        raise Refused("cases.pack_days_wrong", gettext_noop("延长的天数请从列表里选。"))
    until = at + timedelta(days=days)
    if until <= row.expires_at:
        said = gettext_noop("这个离线包本来就在那以后才到期，不用延长。")
        raise Refused("cases.pack_valid_longer", said)
    row.expires_at = until
    row.kept_until = max(row.kept_until, wall + timedelta(days=days) + KEPT_FOR)
    row.save(update_fields=["expires_at", "kept_until"])
    audit.record("offline_pack.extended", row, actor=actor, days=days)
    return row


@transaction.atomic
def record_pack_fetched(pack: OfflinePack, *, actor: User) -> None:
    """Somebody downloads the file, which may name requesters."""
    audit.record("offline_pack.fetched", pack, actor=actor)


@transaction.atomic
def tidy_packs(*, wall: datetime) -> int:
    """Delete files of packs long expired and of merges a week old; returns how many. `wall` is real time."""
    packs = OfflinePack.objects.exclude(file="").filter(kept_until__lt=wall)
    old = list(packs.select_for_update(of=("self",)).order_by("pk"))
    for pack in old:
        name, storage = pack.file.name, pack.file.storage
        pack.file = ""
        pack.save(update_fields=["file"])
        transaction.on_commit(lambda name=name, storage=storage: storage.delete(name))  # type: ignore[misc]
    files = len(old) + PackMerge.objects.drop_overdue_files(wall)
    if files:
        audit.record("offline_pack.files_deleted", None, actor=None, files=files)
    return files
