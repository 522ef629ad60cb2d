"""Plain functions that make calls, applications and rounds for tests, through the commands."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.enterprises.models import Enterprise, Membership
from huiqi.enterprises.tests.make import make_firm
from huiqi.files.commands import receive_upload
from huiqi.files.models import Attachment
from huiqi.files.tests.make_uploads import PDF, make_upload
from huiqi.grants.commands.applying import save_application, submit_application
from huiqi.grants.commands.calls import make_call, open_call
from huiqi.grants.commands.deciding import accept_application, agree, propose
from huiqi.grants.commands.objecting import raise_objection
from huiqi.grants.commands.paying import make_payment_lists, release_list
from huiqi.grants.commands.rounds import close_notice, form_round, open_notice, record_paper
from huiqi.grants.models import Application, Call, PaymentList, Review, Round

ON = date(2020, 3, 2)
AFTER_NOTICE = date(2020, 3, 16)
WAN = 1_000_000
_numbers = count(1)


def at(day: date = ON, hour: int = 2) -> datetime:
    """An instant of that day."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def person(role: Role, name: str = "") -> User:
    """Somebody of the city's office with that role."""
    number = next(_numbers)
    return make_user(role=role, unit=make_office("changsha"), name=name or f"员{number}")


def make_open_call(**more: Any) -> Call:
    """An open call: half of the fee, at most 10,000 yuan, no experts, one treasury for all."""
    maker = person(Role.GRANT_MAKER)
    given = {
        "title": "上云奖补演示批次",
        "policy": "cloud-adoption",
        "kind": "quick",
        "document": "演示〔2020〕1号",
        "payer": "演示市财政局",
        "opens_on": date(2020, 2, 1),
        "closes_on": date(2020, 6, 30),
        "budget": 100 * WAN,
        "quota": 50,
        "standard_kind": "share",
        "share_bp": 5000,
        "cap_fen": WAN,
        "base_words": "已付的上云费用",
        **more,
    }
    unit = more.pop("unit", None) or maker.unit
    given.pop("unit", None)
    call = make_call(given, unit=unit, treasuries=[("", "演示国库")], actor=maker, at=at())
    return open_call(call, actor=person(Role.GRANT_CHECKER), at=at())


def make_entitled_firm(**more: Any) -> Enterprise:
    """A small firm of 浏阳 that has moved to the cloud, both confirmed."""
    facts = {"size_class": "small", "on_cloud": True, **more.pop("facts", {})}
    return make_firm(facts=facts, **more)


def owner_of(firm: Enterprise) -> User:
    """A person who acts for the firm."""
    known = Membership.objects.current().filter(enterprise=firm).first()
    if known:
        return known.user
    user = make_user(role=Role.FIRM, name="企业人")
    Membership.objects.create(enterprise=firm, user=user, part="clerk", began_at=at())
    return user


def filled(**more: Any) -> dict[str, Any]:
    """What a firm fills in; account and telephone are its own."""
    number = next(_numbers)
    return {
        "asked_base": 15_000_00,
        "contact": "王芳",
        "phone": f"0731{number:08d}",
        "address": f"演示路{number}号",
        "bank": "演示银行",
        "account": f"6200000{number:09d}",
        **more,
    }


def make_application(
    call: Call | None = None, firm: Enterprise | None = None, *, submitted: bool = True, **more: Any
) -> Application:
    """A submitted application, complete."""
    firm = firm or make_entitled_firm()
    actor = owner_of(firm)
    row = save_application(
        call or make_open_call(), firm, filled(**more), actor=actor, on=ON, at=at(), wall=at()
    )
    return submit_application(row, actor=actor, on=ON, at=at()) if submitted else row


def make_checked(call: Call | None = None, **more: Any) -> Application:
    """Accepted and checked."""
    return accept_application(make_application(call, **more), actor=person(Role.GRANT_MAKER), at=at())


def make_proposed(call: Call | None = None, **more: Any) -> Application:
    """Proposed for support."""
    row = make_checked(call, **more)
    return propose(row, grant=True, opinion="符合", actor=person(Role.GRANT_MAKER), at=at())


def make_agreed(call: Call | None = None, **more: Any) -> Application:
    """Agreed by the checker."""
    return agree(make_proposed(call, **more), actor=person(Role.GRANT_CHECKER), at=at())


def paper(actor: User) -> Attachment:
    """An uploaded scan."""
    return receive_upload(make_upload(PDF, "扫描件.pdf"), actor=actor, at=at())


def move(row: Round, kind: str) -> Round:
    """Record a paper whose sum is that of the round."""
    actor = person(Role.GRANT_MAKER)
    total = sum(each.granted or 0 for each in row.applications.filter(state="listed"))
    record_paper(
        row,
        kind,
        number=f"演示〔2020〕{next(_numbers)}号",
        on=ON,
        fen=total,
        scan=paper(actor),
        actor=actor,
        at=at(),
        wall=at(),
    )
    return Round.objects.get(pk=row.pk)


def make_round(applications: Sequence[Application] = (), call: Call | None = None) -> Round:
    """A round of agreed applications, two by default."""
    call = call or (applications[0].call if applications else make_open_call())
    rows = list(applications) or [make_agreed(call), make_agreed(call)]
    return form_round(call, rows, title="第一批", actor=person(Role.GRANT_MAKER), at=at())


def make_noticed(**more: Any) -> Round:
    """A round whose notice runs."""
    row = move(make_round(**more), "meeting")
    return open_notice(row, actor=person(Role.GRANT_MAKER), on=ON, at=at())


def make_funded(**more: Any) -> Round:
    """A round with its funds assigned."""
    row = close_notice(
        make_noticed(**more), actor=person(Role.GRANT_MAKER), on=AFTER_NOTICE, at=at(AFTER_NOTICE)
    )
    return move(move(row, "countersign"), "funding")


def make_list(*, released: bool = True, **more: Any) -> PaymentList:
    """The payment list of a funded round."""
    made = make_payment_lists(make_funded(**more), actor=person(Role.GRANT_MAKER), at=at(AFTER_NOTICE))[0]
    return release_list(made, actor=person(Role.GRANT_CHECKER), at=at(AFTER_NOTICE)) if released else made


def return_csv(
    payment_list: PaymentList,
    *,
    rows: Sequence[Sequence[str]] | None = None,
    total: str | None = None,
    encoding: str = "utf-8",
) -> bytes:
    """A return file in which every line succeeded, or with these rows (account, yuan, result, day)."""
    given = rows if rows is not None else success_rows(payment_list)
    head = "序号,收款单位,开户银行,收款账号,金额（元）,拨付结果,拨付日期,凭证号,退票原因"
    lines = [head]
    for number, (account, yuan, result, day) in enumerate(given, 1):
        lines.append(f"{number},某公司,演示银行,{account},{yuan},{result},{day},P{number},户名不符")
    if total is not None:
        lines.append(f",合计,,,{total},,,,")
    return "\r\n".join(lines).encode(encoding)


def success_rows(payment_list: PaymentList) -> list[tuple[str, str, str, str]]:
    """Account, yuan, result and day of every line."""
    return [
        (line.account, f"{line.fen / 100:.2f}", "成功", "2020-03-16")
        for line in payment_list.lines.order_by("pk")
    ]


# --- for the access matrix: things of a firm in 浏阳 --------------------------------------------------


def call_in_liuyang() -> dict[str, Any]:
    """The address of an open call of 长沙's office."""
    return {"public_id": make_open_call().public_id}


def draft_in_liuyang() -> dict[str, Any]:
    """The address of a draft of 长沙's office."""
    call = make_open_call()
    Call.objects.filter(pk=call.pk).update(state="draft")
    return {"public_id": call.public_id}


def application_in_liuyang() -> dict[str, Any]:
    """The address of an application of a firm in 浏阳."""
    return {"public_id": make_application().public_id}


def round_in_liuyang() -> dict[str, Any]:
    """The address of a round."""
    return {"public_id": make_round().public_id}


def notice_in_liuyang() -> dict[str, Any]:
    """The address of a notice that runs."""
    return {"public_id": make_noticed().public_id}


def list_in_liuyang() -> dict[str, Any]:
    """The address of a payment list."""
    return {"public_id": make_list().public_id}


def make_objection(row: Round, **more: Any) -> Any:
    """An objection to the first firm of a round."""
    first = row.applications.order_by("pk").first()
    given = {"name": "李某", "phone": "13800000000", "grounds": "该企业没有上云", **more}
    return raise_objection(row, application=first, on=ON, at=at(), wall=at(), **given)


def make_review(expert: User, call: Call | None = None) -> Review:
    """A review the expert is asked for."""
    row = make_checked(call or make_open_call(experts=1, criteria=[{"title": "效益", "most": 50}]))
    Application.objects.filter(pk=row.pk).update(state="reviewing")
    return Review.objects.create(application=row, expert=expert, assigned_at=at())
