"""The demonstration's paper work: letters of consultation at two stages, an offline pack and its receipt."""

from datetime import date, datetime, time, timedelta
from io import BytesIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.cases.commands.consultations import (
    Letter,
    Sending,
    decide_countersign,
    draft_letter,
    enter_sent,
    reply_day,
    send_for_review,
)
from huiqi.cases.commands.offline_packs import Wish, make_pack
from huiqi.cases.commands.pack_merges import begin_merge, finish_merge, merge_rows, upload_pack
from huiqi.cases.models import Consultation, OfflinePack, Order, OrderMode, PackMerge
from huiqi.cases.packs import layout
from huiqi.cases.queries.pack_receipts import contents_of
from huiqi.cases.queries.packs import fresh_rows, workbook
from huiqi.core import audit
from huiqi.files.xlsx_writer import write_workbook

_SUBJECT = "关于商请协调企业诉求有关事项的函"
_BODY = (
    "我局受理企业诉求一件，所反映事项属贵单位职责。请贵单位核实情况，"
    "将办理意见和能否解决、何时解决函复我局，我局据此答复企业。"
)
# One row that can be merged, and one that cannot, so that the receipt shows both.
_TAKEN = {
    layout.WAY: "电话",
    layout.NAME: "周敏",
    layout.PHONE: "17000000001",
    layout.FIRM: "演示鞭炮包装厂",
    layout.TITLE: "复工后缺少防护口罩",
    layout.TEXT: "断网期间来电：二十名工人返岗，口罩只够两天，请协调购买渠道。",
    layout.CONSENT: "口头同意",
    "希望怎么解决": "告诉我们哪里能买到",
    "以前向别的部门反映过吗": "否",
    "这件事正在打官司、仲裁或复议吗": "否",
}


@transaction.atomic
def make_paper_work(*, on: date, wall: datetime) -> int:
    """Two letters and a merged pack of 浏阳, unless there are some; returns how many of them were made."""
    people = {
        user.username: user
        for user in User.objects.select_related("unit").filter(username__in=("county", "liuyang"))
    }
    if len(people) < 2:
        return 0
    made = _letters(people["county"], people["liuyang"], on) + _pack(people["county"], on, wall)
    if made:
        audit.record("demo.paper_work_made", None, actor=None, made=made)
    return made


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _letters(writer: User, reviewer: User, on: date) -> int:
    """One still being written, one that left and waits for its answer."""
    if Consultation.objects.exists():
        return 0
    asked = Order.objects.open().filter(mode=OrderMode.CONSULT, case__desk=writer.unit, consultation=None)
    orders = list(asked.select_related("case", "unit").order_by("pk")[:2])
    at, day = _at(on - timedelta(days=1), 10), on - timedelta(days=1)
    for place, order in enumerate(orders):
        letter = Letter(_SUBJECT, _BODY, order.unit.name, order.unit)
        assert writer.unit is not None  # noqa: S101  it has cases on its desk
        found = draft_letter(order.case, letter, from_unit=writer.unit, actor=writer, at=at)
        if place:
            continue
        found = send_for_review(found, actor=writer, at=at)
        review = found.countersigns.get(is_review=True)
        found = decide_countersign(review, agreed=True, actor=reviewer, at=at + timedelta(hours=1))
        sending = Sending("演示函〔2020〕1号", day, reply_day(day, 10, at))
        enter_sent(found, sending, actor=writer, at=at + timedelta(hours=2))
    return len(orders)


def _pack(officer: User, on: date, wall: datetime) -> int:
    """A pack made the day before yesterday, filled in offline and merged yesterday evening."""
    if officer.unit is None or OfflinePack.objects.exists():
        return 0
    made, back = _at(on - timedelta(days=2), 9), _at(on - timedelta(days=1), 18)
    wish = Wish(officer.unit, ("request",), 7, 50)
    pack = make_pack(wish, actor=officer, today=made.date(), at=made, wall=wall)
    file = ContentFile(_filled(pack, officer, made), name=f"离线包-{pack.number}.xlsx")
    merge = upload_pack(file, actor=officer, today=back.date(), at=back, wall=wall)
    begin_merge(merge)
    merge.state = PackMerge.State.RUNNING
    merge.save(update_fields=["state"])
    for _progress in merge_rows(merge, today=back.date(), at=back):
        pass
    finish_merge(merge, at=back, wall=wall)
    return 1


def _filled(pack: OfflinePack, officer: User, made: datetime) -> bytes:
    contents = contents_of(pack, officer)
    rows = fresh_rows(contents, made.date())
    definition = contents.editions["A"].definition
    headings = [heading.text for heading in layout.intake_headings(definition)]
    empty = rows[layout.intake_title(definition)]
    received = f"{made + timedelta(days=1):%Y-%m-%d} 10:20"
    for row, given in zip(empty, (_TAKEN, {**_TAKEN, layout.CONSENT: ""}), strict=False):
        said = {**given, layout.RECEIVED: received}
        row[1:] = [said.get(heading, "") for heading in headings[1:]]
    target = BytesIO()
    write_workbook(target, workbook(contents, rows), watermark=f"离线包{pack.number}")
    return target.getvalue()
