"""A call for the demonstration, 快申快享: a dozen firms of 浏阳 and 长沙 in every state, one round paid out.
All firms, numbers and documents are invented."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.enterprises.commands.statements import Said, file_statements, open_filing
from huiqi.enterprises.models import Enterprise, Membership, SourceKind, Standing
from huiqi.files.commands import receive_upload
from huiqi.files.models import Attachment
from huiqi.grants.commands import applying, booking, deciding, paying, rounds
from huiqi.grants.commands.calls import make_call, open_call
from huiqi.grants.models import Application, Call, PaperKind, PaymentList, Round
from huiqi.lists.queries.membership import facts_on

POLICY = "cloud-adoption"
WAN = 1_000_000
FIRMS, PAID = 12, 3
_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
# How far each of the others is, in the order of the firms after those who were paid.
_STAGES = (
    "agreed",
    "agreed",
    "proposed",
    "checking",
    "checking",
    "returned",
    "submitted",
    "submitted",
    "draft",
)


@transaction.atomic
def make_grants(*, on: date, wall: datetime) -> dict[str, int]:
    """Running it again adds nothing. Returns {"applications", "paid"}."""
    people = {row.username: row for row in User.objects.filter(username__in=["maker", "checker"])}
    firms = _firms()
    if len(people) < 2 or len(firms) < FIRMS or Call.objects.exists() or on < date(2020, 2, 1):
        return {"applications": 0, "paid": 0}
    story = _Story(people["maker"], people["checker"], on, wall)
    _state_cloud(firms, on, story.at(40))
    call = story.call()
    rows = [story.apply(call, firm, number) for number, firm in enumerate(firms)]
    for row in rows[:PAID]:
        story.agree(row)
    paid = story.pay(call, rows[:PAID])
    for row, stage in zip(rows[PAID:], _STAGES, strict=True):
        story.bring(row, stage)
    audit.record("grant.demo_made", call, actor=None, applications=len(rows), paid=paid)
    return {"applications": len(rows), "paid": paid}


def _firms() -> list[Enterprise]:
    """The firm of the story first, then small ones of its city."""
    rows = Enterprise.objects.present().filter(is_synthetic=True, registration="active")
    story = rows.filter(name="浏阳楚康防护用品有限公司")
    small = rows.filter(prefecture__in=["430181", "430102"], size_class__in=["small", "micro", "medium"])
    small = small.exclude(severe_dishonesty=True).exclude(pk__in=story.values("pk"))
    others = list(small.order_by("pk")[: FIRMS - 1])
    return [*others[:PAID], *story[:1], *others[PAID:]]


def _state_cloud(firms: list[Enterprise], on: date, at: datetime) -> None:
    """Their contracts, and their trade as it was before the story begins: without it nobody has a size."""
    filing = open_filing(SourceKind.REGISTER, actor=None, at=at)
    since = on - timedelta(days=60)
    said = [Said(firm.pk, "on_cloud", True, since, "") for firm in firms[:-2]]
    trades = ((firm.pk, facts_on(firm, on).facts.get("gb4754")) for firm in firms)
    said += [Said(pk, "gb4754", trade, since, "") for pk, trade in trades if trade]
    file_statements(said, filing=filing, standing=Standing.CONFIRMED, on=on)


class _Story:
    """Who does what, on which day before today."""

    def __init__(self, maker: User, checker: User, on: date, wall: datetime) -> None:
        self.maker, self.checker, self.on, self.wall = maker, checker, on, wall

    def day(self, ago: int) -> date:
        return self.on - timedelta(days=ago)

    def at(self, ago: int) -> datetime:
        return timezone.make_aware(datetime.combine(self.day(ago), time(10)))

    def call(self) -> Call:
        """Half of the fee, at most 10,000 yuan a firm."""
        given: dict[str, Any] = {
            "title": "2020年中小企业上云奖补（演示）",
            "policy": POLICY,
            "kind": "quick",
            "document": "演示工信〔2020〕15号（虚构）",
            "payer": "演示省财政厅",
            "opens_on": self.day(38),
            "closes_on": self.on + timedelta(days=60),
            "budget": 20 * WAN,
            "quota": 30,
            "standard_kind": "share",
            "share_bp": 5000,
            "cap_fen": WAN,
            "base_words": "已付的上云服务合同费用",
            "papers": "上云服务合同\n付款凭证",
            "notice_days": 5,
        }
        unit = self.maker.unit
        assert unit is not None  # the demo's maker has one
        payers = [("430181", "演示浏阳市国库集中支付局"), ("", "演示省国库集中支付局")]
        call = make_call(
            given, unit=unit, treasuries=payers, actor=self.maker, at=self.at(39), is_synthetic=True
        )
        return open_call(call, actor=self.checker, at=self.at(38))

    def paper(self, actor: User, name: str) -> Attachment:
        upload = SimpleUploadedFile(name, _PDF, content_type="application/pdf")
        return receive_upload(upload, actor=actor, at=self.wall)

    def apply(self, call: Call, firm: Enterprise, number: int) -> Application:
        """A draft with all that is asked."""
        member = Membership.objects.current().filter(enterprise=firm).select_related("user").first()
        actor = member.user if member else self.maker
        ago = 36 if number < PAID else 12
        # Two of the later ones share an account: the checks find it.
        account = 12 if number == 11 else number
        given = {
            "asked_base": (8_000 + 1_350 * number) * 100,
            "stated": {"on_cloud": True},
            "contact": "演示联系人",
            "phone": f"17000{200000 + number}",
            "address": f"演示大道{number + 1}号",
            "bank": "演示银行",
            "account": f"62170000000{account:06d}",
            "statement": "已与云服务机构签订合同并上线使用（演示）。",
        }
        scan = self.paper(actor, "上云服务合同（演示）.pdf")
        return applying.save_application(
            call, firm, given, uploads=[scan], actor=actor, on=self.day(ago), at=self.at(ago), wall=self.wall
        )

    def submit(self, row: Application, ago: int) -> Application:
        return applying.submit_application(row, actor=self.maker, on=self.day(ago), at=self.at(ago))

    def agree(self, row: Application) -> None:
        row = self.check(self.submit(row, 36), 35)
        self.propose(row, 34)
        deciding.agree(row, actor=self.checker, at=self.at(33))

    def check(self, row: Application, ago: int) -> Application:
        return deciding.accept_application(row, actor=self.maker, at=self.at(ago))

    def propose(self, row: Application, ago: int) -> None:
        for finding in row.findings.all():
            deciding.clear_finding(finding, reason="已核合同原件（演示）", actor=self.maker, at=self.at(ago))
        words = "合同和付款凭证齐全（演示）"
        deciding.propose(row, grant=True, opinion=words, actor=self.maker, at=self.at(ago))

    def pay(self, call: Call, rows: list[Application]) -> int:
        """The first round to its end; how many were paid."""
        ready = list(Application.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk"))
        batch = rounds.form_round(call, ready, title="第一批", actor=self.maker, at=self.at(32))
        self.record(batch, PaperKind.MEETING, "演示党组会纪要〔2020〕3号（虚构）", 31)
        batch = rounds.open_notice(batch, actor=self.maker, on=self.day(30), at=self.at(30))
        assert batch.notice_until is not None  # set by the command
        ended = batch.notice_until + timedelta(days=1)
        batch = rounds.close_notice(
            batch, actor=self.maker, on=ended, at=self.at(max((self.on - ended).days, 0))
        )
        self.record(batch, PaperKind.COUNTERSIGN, "演示财政会签（虚构）", 15)
        self.record(batch, PaperKind.FUNDING, "演示财企指〔2020〕8号（虚构）", 14)
        for made in paying.make_payment_lists(batch, actor=self.maker, at=self.at(13)):
            self.settle(paying.release_list(made, actor=self.checker, at=self.at(13)))
        rounds.publish_result(Round.objects.get(pk=batch.pk), actor=self.maker, at=self.at(9))
        return len(rows)

    def record(self, batch: Round, kind: str, number: str, ago: int) -> None:
        batch = Round.objects.get(pk=batch.pk)
        total = sum(row.granted or 0 for row in batch.applications.all())
        rounds.record_paper(
            batch,
            kind,
            number=number,
            on=self.day(ago),
            fen=total,
            scan=self.paper(self.maker, "扫描件（演示）.pdf"),
            actor=self.maker,
            at=self.at(ago),
            wall=self.wall,
        )

    def settle(self, asked: PaymentList) -> None:
        """The treasury's file comes back whole."""
        head = "收款单位,收款账号,金额（元）,拨付结果,拨付日期,凭证号"
        lines = [
            f"{line.holder},{line.account},{line.fen // 100}.{line.fen % 100:02d},成功,{self.day(10)},演示{n}"
            for n, line in enumerate(asked.lines.order_by("pk"), 1)
        ]
        booking.take_return(
            asked,
            "\r\n".join([head, *lines]).encode("gb18030"),
            name="国库回单（演示）.csv",
            control=booking.Control(asked.count, asked.total),
            actor=self.checker,
            today=self.on,
            at=self.at(10),
        )

    def bring(self, row: Application, stage: str) -> None:
        """As far as the stage says."""
        if stage == "draft":
            return
        row = self.submit(row, 11)
        steps: dict[str, Callable[[], object]] = {
            "submitted": lambda: None,
            "returned": lambda: deciding.return_application(
                row, reason="付款凭证看不清，请重新上传（演示）", actor=self.maker, at=self.at(8)
            ),
            "checking": lambda: self.check(row, 8),
            "proposed": lambda: self.propose(self.check(row, 8), 6),
            "agreed": lambda: self._agreed(row),
        }
        steps[stage]()

    def _agreed(self, row: Application) -> None:
        self.propose(self.check(row, 8), 6)
        deciding.agree(row, actor=self.checker, at=self.at(5))
