"""One row of an offline pack on its way in: through the same commands as everybody's acts, once each.

A step that came in before is never taken again, whatever file brings it; a case that moved on in the system
since the people offline last knew of it is not touched: both texts are reported instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with, units_with
from huiqi.accounts.scope import Scope
from huiqi.cases.commands.drafts import new_code
from huiqi.cases.commands.handling import answer_order, record_contact, send_back, sign_order
from huiqi.cases.commands.intake import Asked, open_case
from huiqi.cases.commands.moving import lock_case, tell
from huiqi.cases.commands.proving import tell_code
from huiqi.cases.happenings import Happening
from huiqi.cases.models import Case, Consent, ItemEdition, OfflinePack, Order, PackCase, PackLine
from huiqi.cases.packs import layout
from huiqi.cases.packs.instants import Span, act_instants, receipt_instant
from huiqi.cases.packs.reading import ACT_WORDS, Act, Done, HandlingRow, IntakeRow, PackRow
from huiqi.cases.queries.office_time import office_hours
from huiqi.cases.queries.pack_receipts import content_digest, is_same
from huiqi.cases.queries.packs import PackRows
from huiqi.cases.queries.page import reader_of, since
from huiqi.cases.timeline import Line
from huiqi.cases.workflow import Channel
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.models import Enterprise

Result = PackLine.Result
# What may happen to a case without the people offline having to know of it before their step counts.
QUIET = frozenset(
    {
        Happening.REMINDED,
        Happening.SUPERVISED,
        Happening.RAISED,
        Happening.TIED,
        Happening.CLOCK_MOVED,
        Happening.UNMASKED,
        Happening.CONSULTED,
        Happening.EXCLUDED,
        Happening.MERGED_OFFLINE,
    }
)
_NOT_HERE = gettext_noop("这个离线包里没有这一行。“行号”不要改，也不要从别的离线包复制过来。")
_OTHER_SAID = gettext_noop(
    "这一行以前已经合并，这次的内容不一样，没有改动。请对照后到诉求页面补充，或在新的离线包里填。"
)
_MOVED = gettext_noop("这件诉求在系统里有了新的进展，这一步没有合并。请对照两边的内容，再到诉求页面办理。")
_STOPPED = gettext_noop("前一步没有合并，这一步也没有合并。")
_LONGEST_REASON, _LONGEST_TEXT = 600, 4000


@dataclass(frozen=True)
class Merging:
    """What holds for all rows of a merge: the pack, who brings it, and when."""

    pack: OfflinePack
    editions: Mapping[str, ItemEdition]  # by letter
    actor: User
    today: date
    at: datetime
    scope: Scope
    handles: bool

    def span(self, begun: datetime) -> Span:
        """From an instant to the merging."""
        return Span(begun, self.at.astimezone(timezone.get_current_timezone()), office_hours().periods[-1][1])


def merging_of(pack: OfflinePack, actor: User, today: date, at: datetime) -> Merging:
    """With the powers of today: who lost a post merges nothing any more."""
    handles = pack.unit_id in units_with(actor, Power.HANDLE_CASES, today)
    editions = {row.letter: row.edition for row in pack.sheets.select_related("edition").order_by("letter")}
    return Merging(pack, editions, actor, today, at, scope_with(actor, Power.DISPATCH_CASES, today), handles)


@transaction.atomic
def merge_row(row: PackRows, merging: Merging) -> list[PackLine]:
    """Do what a row asks for; the lines of the receipt, unsaved."""
    if not row.key.startswith(f"{merging.pack.number}-"):
        return [_line(row, merging, Result.REFUSED, _NOT_HERE)]
    if isinstance(row, IntakeRow):
        return [_take_in(row, merging)]
    return _handle(row, merging)


def _line(row: PackRow, merging: Merging, result: Result, reason: str = "", **more: object) -> PackLine:
    return PackLine(
        pack=merging.pack,
        sheet=row.sheet,
        row=row.number,
        key=row.key[:16],
        result=result,
        reason=reason[:_LONGEST_REASON],
        recorded_at=merging.at,
        **more,
    )


def _known(row: PackRow, merging: Merging) -> dict[str, PackLine]:
    """What of this row came in before, by act."""
    lines = PackLine.objects.filter(pack=merging.pack, key=row.key, result__in=(Result.OPENED, Result.DONE))
    return {line.act: line for line in lines.select_related("case").order_by("pk")}


# --- requests -----------------------------------------------------------------------------------------


def _take_in(row: IntakeRow, merging: Merging) -> PackLine:
    known = _known(row, merging).get(Act.INTAKE)
    if known is not None:
        return _again(known, row, merging, row.content(), row.text)
    if not _is_row_of(row, merging):
        return _line(row, merging, Result.REFUSED, _NOT_HERE, act=Act.INTAKE)
    reason = row.reason() or _out_of_reach(row, merging)
    if reason:
        return _line(row, merging, Result.REFUSED, reason, act=Act.INTAKE)
    at, remark = receipt_instant(row.received, merging.span(merging.pack.made_at))
    code = new_code()
    try:
        case = open_case(_asked(row, merging), actor=merging.actor, at=at, code=code)
    except Refused as refused:
        return _refused(row, merging, refused)
    tell_code(case, code, at=merging.at)
    _tell_merged(case, merging, row, stated=str(row.received or ""), way=row.way)
    return _line(
        row,
        merging,
        Result.OPENED,
        remark,
        act=Act.INTAKE,
        case=case,
        stated=str(row.received or ""),
        at=at,
        due_at=case.due_at,
        due_stage=case.due_stage,
        digest=content_digest(row.content()),
    )


def _is_row_of(row: IntakeRow, merging: Merging) -> bool:
    """Whether the number is one this pack gave to this sheet."""
    numbers = range(1, merging.pack.rows_each + 1)
    return any(row.key == layout.row_key(merging.pack.number, row.letter, number) for number in numbers)


def _out_of_reach(row: IntakeRow, merging: Merging) -> str:
    if merging.scope.admits(row.county, None):
        return ""
    said = gettext_noop("这个县市区不归您受理。请转给当地，或由上一级合并。")
    return f"{layout.COUNTY}：{Message(said)}"


def _refused(row: PackRow, merging: Merging, refused: Refused, **more: object) -> PackLine:
    if refused.code == "cases.taken_before":  # by another upload of the same pack, a moment ago
        case = Case.objects.filter(channel=Channel.OFFLINE, source_ref=row.key).first()
        return _line(row, merging, Result.BEFORE, act=Act.INTAKE, case=case)
    return _line(row, merging, Result.REFUSED, refused.message, **{"act": Act.INTAKE, **more})


def _asked(row: IntakeRow, merging: Merging) -> Asked:
    seen = Enterprise.objects.visible_to(merging.actor, merging.today)
    firm = seen.filter(credit_code=row.code).select_related("park").first() if row.code else None
    return Asked(
        item=row.item,
        topic=row.topic,
        title=row.title,
        text=row.text,
        channel=Channel.OFFLINE,
        name=row.name,
        phone=row.phone,
        firm_name=row.firm,
        credit_code=row.code,
        has_no_code=row.has_no_code,
        prefecture=row.county,
        enterprise=firm,
        urgency=row.urgency,
        answers=row.answers,
        private_answers=row.private_json(),
        consent=Consent(row.consent),
        source_ref=row.key,
        edition=merging.editions[row.letter] if _is_current(row, merging) else None,
    )


def _is_current(row: IntakeRow, merging: Merging) -> bool:
    """Whether the form that stands in the pack is still in force; else the item's present one decides."""
    edition = merging.editions[row.letter]
    return ItemEdition.objects.current().filter(pk=edition.pk).exists()


def _again(known: PackLine, row: PackRow, merging: Merging, content: str, ours: str) -> PackLine:
    """A row or step that came in before: the same, or with other words."""
    act, case, stated = known.act, known.case, known.stated
    shown = {"act": act, "case": case, "stated": stated, "at": known.at}
    if is_same(known.digest, content):
        return _line(row, merging, Result.BEFORE, "", **shown)
    return _line(row, merging, Result.CONFLICT, _OTHER_SAID, ours=ours[:_LONGEST_TEXT], **shown)


def _tell_merged(case: Case, merging: Merging, row: PackRow, **details: str) -> None:
    """When it came in, by whom, from which row: beside what was done when, as stated."""
    words: dict[str, Any] = {"pack": merging.pack.number, "row": row.key, **details}
    tell(case, Happening.MERGED_OFFLINE, actor=merging.actor, at=merging.at, **words)


# --- open cases ---------------------------------------------------------------------------------------


def _handle(row: HandlingRow, merging: Merging) -> list[PackLine]:
    entries = PackCase.objects.filter(pack=merging.pack, key=row.key)
    entry = entries.select_related("order__case").first()
    # A number typed over another: nobody learns whether there is such a case.
    if entry is None or not merging.handles or entry.order.case.number != row.case_number:
        return [_line(row, merging, Result.REFUSED, _NOT_HERE)]
    case = lock_case(entry.order.case)
    known = _known(row, merging)
    lines = [
        _again(known[one.act], row, merging, one.content(), one.text) for one in row.done if one.act in known
    ]
    new = [one for one in row.done if one.act not in known]
    if row.faults:
        return [*lines, _line(row, merging, Result.REFUSED, row.reason(), case=case)]
    if not new:
        return lines
    theirs = _moved(case, entry, merging)
    if theirs:
        return [*lines, *(_conflict(one, case, theirs, row, merging) for one in new)]
    return [*lines, *_act_on(entry, case, new, row, merging)]


def _moved(case: Case, entry: PackCase, merging: Merging) -> str:
    """What happened in the system that the people offline could not know, in words; "" when nothing did."""
    reader = reader_of(case, merging.actor, merging.today)
    told = [line for line in since(case, reader, entry.last_event) if line.kind not in QUIET]
    return "\n".join(_said(line) for line in told)[:_LONGEST_TEXT]


def _said(line: Line) -> str:
    when = f"{timezone.localtime(line.at):%Y-%m-%d %H:%M} {line.unit} {line.title}"
    return f"{when}：{line.text}" if line.text else when


def _conflict(done: Done, case: Case, theirs: str, row: PackRow, merging: Merging) -> PackLine:
    words = {"ours": done.text, "theirs": theirs, "stated": str(done.stated)}
    return _line(row, merging, Result.CONFLICT, _MOVED, act=done.act, case=case, **words)


def _act_on(
    entry: PackCase, case: Case, new: list[Done], row: HandlingRow, merging: Merging
) -> list[PackLine]:
    instants = act_instants([one.stated for one in new], merging.span(entry.done_until))
    lines: list[PackLine] = []
    for done, at in zip(new, instants, strict=True):
        shown = {"act": done.act, "case": case, "stated": str(done.stated)}
        if any(line.result == Result.REFUSED for line in lines):
            lines.append(_line(row, merging, Result.REFUSED, _STOPPED, **shown))
        elif isinstance(at, Message):
            lines.append(_line(row, merging, Result.REFUSED, str(at), **shown))
        else:
            lines.append(_step(done, at, entry.order, (row, merging, shown)))
    _keep(entry, case, lines, row, merging)
    return lines


def _step(
    done: Done, at: datetime, order: Order, about: tuple[HandlingRow, Merging, dict[str, object]]
) -> PackLine:
    row, merging, shown = about
    try:
        with transaction.atomic():
            _do(done, Order.objects.select_related("case__edition", "unit").get(pk=order.pk), at, merging)
    except Refused as refused:
        return _line(row, merging, Result.REFUSED, refused.message, **shown)
    digest = content_digest(done.content())
    return _line(row, merging, Result.DONE, "", **shown, at=at, digest=digest)


def _do(done: Done, order: Order, at: datetime, merging: Merging) -> None:
    if done.act == Act.SIGN:
        sign_order(order, actor=merging.actor, at=at)
    elif done.act == Act.CONTACT:
        record_contact(order, note=done.text, actor=merging.actor, at=at)
    elif done.act == Act.ANSWER:
        answer_order(order, text=done.text, proposed_ending=done.code, actor=merging.actor, at=at)
    else:
        reasons = {label: code for code, label in order.case.edition.definition.return_reasons}
        send_back(
            order,
            reason=reasons.get(done.code, ""),
            text=done.text,
            proposed_unit=_unit_named(done.to),
            actor=merging.actor,
            at=at,
        )


def _unit_named(name: str) -> Unit | None:
    if not name:
        return None
    found = Unit.objects.filter(name=name, is_active=True).order_by("pk").first()
    if found is None:
        said = gettext_noop("没有叫“%(name)s”的单位。请写单位全称，拿不准就不写。")
        raise Refused("cases.no_such_unit", Message(said, {"name": name}))
    return found


def _keep(entry: PackCase, case: Case, lines: list[PackLine], row: HandlingRow, merging: Merging) -> None:
    """What the people offline know now is what they did themselves."""
    done = [line for line in lines if line.result == Result.DONE]
    if not done:
        return
    acts = "、".join(f"{ACT_WORDS[Act(line.act)]} {line.stated}" for line in done)
    _tell_merged(case, merging, row, stated=acts)
    case.refresh_from_db()
    for line in done:
        line.due_at, line.due_stage = case.due_at, case.due_stage
    newest = case.events.order_by().aggregate(last=Max("pk"))["last"]
    entry.version, entry.last_event = case.version, newest
    entry.done_until = max(line.at for line in done if line.at is not None)
    entry.save(update_fields=["version", "last_event", "done_until"])
