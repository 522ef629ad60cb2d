"""The rest of the desk 办理台 by role: the firms in a person's charge, what one can do today, the first days.

Roles whose own work comes with later parts of the system are told what they can do now, and nothing else.
"""

from collections.abc import Iterator
from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.gates import being, having, unconfirmed
from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, scope_words
from huiqi.accounts.queries.sign_in import has_second_factor
from huiqi.accounts.roles import Role
from huiqi.core import clock
from huiqi.core.slots import Card, Charge, Guide, Step, Task, Way
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.people import memberships_of
from huiqi.stationing.queries.compartment import firms_to_report
from huiqi.stationing.queries.missing import missing_on

MOST_CARDS = 12
_ANSWERING = (Role.HOTLINE_AGENT, Role.WINDOW_CLERK, Role.DISPATCHER)
_PARTNERS = (Role.BANK_OFFICER, Role.GUARANTEE_OFFICER, Role.SERVICE_STAFF, Role.EXPERT)
_GRANTS = (Role.GRANT_MAKER, Role.GRANT_CHECKER)
_OFFICES = tuple(role for role in Role if role not in {Role.FIRM, *_ANSWERING})
# Their matters (grants, advice) are not handled by this release.
_LATER = frozenset({Role.EXPERT, *_GRANTS})


def post_words(request: HttpRequest) -> str:
    """Office, role and which firms one sees: `浏阳市工业和信息化局 · 经办干部 · 浏阳市全部企业`."""
    user: User = request.user  # type: ignore[assignment]
    if user.unit is None:
        return ""
    words = [user.unit.name, str(Role(user.role).label)]
    if not user.is_role_confirmed:
        words.append(_("角色待安全管理员确认"))
    elif user.can(Power.VIEW_REGISTER):
        words.append(_("企业范围：%s") % scope_words(Role(user.role), user.unit))
    return " · ".join(words)


def idle_words(request: HttpRequest) -> str:
    """To roles whose own matters this release does not handle yet: that it is so, and where to begin."""
    user: User = request.user  # type: ignore[assignment]
    if user.role not in _LATER:
        return ""
    return (
        _("本系统目前还没有分给%s的办件；开通后会列在这里，并有通知。现在能做的见“随时可以做”。")
        % Role(user.role).label
    )


# --- firms in charge ------------------------------------------------------------------------------


def own_firms(request: HttpRequest) -> Charge | None:
    """The firms somebody acts for, each with the next useful step."""
    user: User = request.user  # type: ignore[assignment]
    today = clock.today()
    if not may(user, Power.ACT_FOR_FIRM, today):
        return None
    firms = [(row.enterprise, row.get_part_display()) for row in memberships_of(user)[:MOST_CARDS]]
    late = _late(user, today) if firms else set()
    cards = [_own_card(firm, part, firm.pk in late) for firm, part in firms]
    empty = Task(
        _("认领企业"),
        reverse("enterprises:find_firm"),
        note=_("您还没有认领企业。用统一社会信用代码认领后，可以查看和更正企业档案、看符合哪些政策。"),
    )
    return Charge(_("我的企业"), cards, _("认领或管理企业"), reverse("enterprises:my_firms"), empty)


def _own_card(firm: Enterprise, part: str, is_late: bool) -> Card:
    url = reverse("enterprises:firm", args=[firm.public_id])
    if is_late:
        return Card(firm.name, url, part, _("报今日三数"), reverse("stationing:today"))
    unknown = [
        name
        for name, value in (
            (_("行业"), firm.gb4754),
            (_("从业人员"), firm.employees),
            (_("营业收入"), firm.revenue),
        )
        if value is None
    ]
    if unknown:
        note = _("档案里缺%s，划不出规模，多数政策判断不了。") % "、".join(unknown)
        return Card(firm.name, url, part, _("补企业数据"), url, note)
    return Card(firm.name, url, part, _("看可享政策"), f"{url}#panel-entitlements")


def stationed_firms(request: HttpRequest) -> Charge | None:
    """The firms an officer is stationed at, with whether today's numbers are in."""
    user: User = request.user  # type: ignore[assignment]
    today = clock.today()
    if not may(user, Power.REPORT_KEY_MATERIALS, today):
        return None
    late = _late(user, today)
    firms = firms_to_report(user, today, today).order_by("name", "pk")[:MOST_CARDS]
    sheet = reverse("stationing:today")
    cards = [
        Card(
            firm.name,
            reverse("enterprises:firm", args=[firm.public_id]),
            _("今日待报") if firm.pk in late else _("今日已报齐"),
            _("去报送") if firm.pk in late else _("查看或修改"),
            sheet,
        )
        for firm in firms
    ]
    empty = Task("", "", note=_("您今天没有驻企任务。派驻后，企业会列在这里，并有通知。"))
    return Charge(_("我驻点的企业"), cards, _("交接记录"), reverse("stationing:handovers"), empty)


def _late(user: User, today: date) -> set[int]:
    return {row.enterprise.pk for row in missing_on(today, firms_to_report(user, today, today))}


CHARGES = (own_firms, stationed_firms)

# --- what one can do ------------------------------------------------------------------------------


def ways() -> Iterator[Way]:
    """What one can do on any day, the most used first."""
    yield Way(
        gettext_lazy("替来电来访的企业做政策体检"),
        gettext_lazy("边问边填，逐条念出可享、差一点和找谁办；不登录、不留企业档案"),
        "policies:check_start",
        "list-check",
        being(*_ANSWERING),
    )
    yield from _case_ways()
    yield Way(
        gettext_lazy("查一家企业"),
        gettext_lazy("按名称、拼音首字母或统一社会信用代码查档案、规模和所在名单"),
        "enterprises:register",
        "search",
        having(Power.VIEW_REGISTER),
    )
    yield Way(
        gettext_lazy("导入手里的表"),
        gettext_lazy("Excel或CSV都行；先预检，哪一行哪一列不对会逐条说明"),
        "enterprises:import_start",
        "upload",
        having(Power.IMPORT_FIRMS),
    )
    yield Way(
        gettext_lazy("看名单"),
        gettext_lazy("各类名单的批次、推荐进度、公示和历史"),
        "lists:index",
        "list-details",
        having(Power.VIEW_LISTS),
    )
    yield Way(
        gettext_lazy("看重点物资"),
        gettext_lazy("按产品和县看今天的产量、库存和缺口"),
        "stationing:board",
        "chart-bar",
        having(Power.VIEW_KEY_MATERIALS),
    )
    yield Way(
        gettext_lazy("答复名单比对"),
        gettext_lazy("只答是否、类别或月份，不交原始数字"),
        "lists:comparisons",
        "list-check",
        having(Power.ANSWER_COMPARISONS),
    )
    yield from _firm_ways()
    yield from _administration_ways()
    yield from _policy_ways()
    yield Way(
        gettext_lazy("请假找代理"),
        gettext_lazy("写明代理人和起止日期，到期自动收回"),
        "accounts:deputies",
        "users",
        having(Power.USE_OFFICE),
    )


def _case_ways() -> Iterator[Way]:
    yield Way(
        gettext_lazy("替人填一件诉求"),
        gettext_lazy("一页填完，念给对方听，当场报编号、查询码和期限"),
        "cases:take",
        "plus",
        having(Power.TAKE_REQUESTS),
    )
    yield Way(
        gettext_lazy("导入12345转办诉求"),
        gettext_lazy("整份表格先预检再登记；有错的行列出原因，同一工单只登记一次"),
        "cases:imports",
        "upload",
        having(Power.DISPATCH_CASES),
    )
    yield Way(
        gettext_lazy("断网时用离线包"),
        gettext_lazy("下载表格，断网期间登记和办理；恢复后上传合并，每一行只合并一次，有回执"),
        "cases:packs",
        "file-download",
        having(Power.DISPATCH_CASES),
    )
    yield Way(
        gettext_lazy("提诉求、看进度"),
        gettext_lazy("遇到困难提出来，一家单位牵头办到底；在这里补充、评价"),
        "cases:own",
        "message-report",
        having(Power.ACT_FOR_FIRM),
    )
    yield Way(
        gettext_lazy("找一件诉求"),
        gettext_lazy("按编号、标题、单位名称或联系电话查，看办到哪一步、谁在办"),
        "cases:queue",
        "message-report",
        having(Power.VIEW_CASES, Power.HANDLE_CASES),
    )
    yield Way(
        gettext_lazy("派单"),
        gettext_lazy("受理、派单、审核、回访，看各单位手上有多少件"),
        "cases:desk",
        "target-arrow",
        having(Power.DISPATCH_CASES),
    )
    yield Way(
        gettext_lazy("督办"),
        gettext_lazy("逾期、多次退回、反映未解决的，一键签发督办单"),
        "cases:red_list",
        "alert-triangle",
        having(Power.SUPERVISE_CASES),
    )


def _firm_ways() -> Iterator[Way]:
    firms = being(Role.FIRM)
    yield Way(
        gettext_lazy("做政策体检"),
        gettext_lazy("回答几个问题，看企业能享受什么、差在哪里、找谁办"),
        "policies:check_start",
        "clipboard-check",
        firms,
    )
    yield Way(
        gettext_lazy("看有哪些政策"),
        gettext_lazy("按得到什么、由谁认定查找，条件、金额和期限在一页"),
        "policies:catalogue",
        "scale",
        firms,
    )
    yield Way(
        gettext_lazy("看名单公示"),
        gettext_lazy("正在公示和已经公布的名单；有异议可以直接提"),
        "lists:public",
        "list-details",
        firms,
    )
    yield Way(
        gettext_lazy("再认领一家企业"),
        gettext_lazy("一个人可以管几家企业，各有各的权限"),
        "enterprises:find_firm",
        "plus",
        firms,
    )


def _policy_ways() -> Iterator[Way]:
    yield Way(
        gettext_lazy("看有哪些政策"),
        gettext_lazy("按得到什么、由谁认定查找，条件、金额和期限在一页"),
        "policies:catalogue",
        "scale",
        unconfirmed,
    )
    yield Way(
        gettext_lazy("看规则手册"),
        gettext_lazy("每条政策的参数、依据和待核实之处"),
        "policies:rulebook",
        "book",
        having(Power.EDIT_POLICIES),
    )
    yield Way(
        gettext_lazy("查政策口径"),
        gettext_lazy("按条款、部门和性质找政策，条件、金额、期限和依据在一页"),
        "policies:catalogue",
        "scale",
        having(Power.USE_OFFICE),
    )
    yield Way(
        gettext_lazy("试算一家企业"),
        gettext_lazy("用政策体检看一家企业符合什么、差在哪里"),
        "policies:check_start",
        "clipboard-check",
        being(*_OFFICES),
    )


def _administration_ways() -> Iterator[Way]:
    yield Way(
        gettext_lazy("管理人员"),
        gettext_lazy("邀请、停用和查找账号；角色由安全管理员确认"),
        "accounts:people",
        "users",
        having(Power.MANAGE_UNITS, Power.MANAGE_ACCESS),
    )
    yield Way(
        gettext_lazy("查审计记录"),
        gettext_lazy("谁在何时对什么做了什么，并可验证没有被改动"),
        "accounts:audit",
        "history",
        having(Power.READ_AUDIT),
    )


# --- the first days -------------------------------------------------------------------------------


def _is_safe(request: HttpRequest) -> bool:
    return has_second_factor(request.user)  # type: ignore[arg-type]


def _has_firm(request: HttpRequest) -> bool:
    return memberships_of(request.user).exists()  # type: ignore[arg-type]


_DEPUTY = Step(
    gettext_lazy("请假先找代理"),
    gettext_lazy("代理人在您请假期间用您的权限办事，处处写明代谁。"),
    "accounts:deputies",
    frozenset({"deputyship.named"}),
)
_SAFE = Step(
    gettext_lazy("设置登录的第二因素"),
    gettext_lazy("用手机验证器或通行密钥；密码泄露时别人也进不来。"),
    "mfa_index",
    is_done=_is_safe,
)
_CATALOGUE = Step(
    gettext_lazy("翻一遍政策目录"),
    gettext_lazy("每条政策写明谁认定、我办做什么；企业问起先看这里。"),
    "policies:catalogue",
)
_CHECK = Step(
    gettext_lazy("做一次政策体检"),
    gettext_lazy("任选一家企业的情况填，约3分钟，知道企业会看到什么。"),
    "policies:check_start",
    frozenset({"check.started"}),
)
_REGISTER = Step(
    gettext_lazy("看看您能看到的企业"),
    gettext_lazy("按名称或代码查一家，打开看档案、规模和来源。"),
    "enterprises:register",
)
_OWN_CHECK = Step(
    gettext_lazy("给本企业做一次政策体检"),
    gettext_lazy("约3分钟，看能享受哪些政策、差在哪里、找谁办。"),
    "policies:check_start",
)
_NOTICES = Step(
    gettext_lazy("选好要收哪些通知"),
    gettext_lazy("哪些进每日汇总由您定；要紧的照样会送到。"),
    "messages:preferences",
    frozenset({"message.kinds_muted"}),
)


_CASES = Step(
    gettext_lazy("看看诉求办到哪一步"),
    gettext_lazy("打开一件，看谁在办、还剩多少时间；只列出您能看的。"),
    "cases:queue",
)
_SIGN = Step(
    gettext_lazy("签收一件派给您单位的诉求"),
    gettext_lazy("签收后先打电话联系对方，再答复；不归您单位办的写明理由退回。"),
    "cases:queue",
    frozenset({"case.sign", "case.taken_on", "case.send_back"}),
)
_FIGURES = Step(
    gettext_lazy("看诉求看板"),
    gettext_lazy("多少件、多久办完、企业满不满意；点数字能看到是哪几件。"),
    "cases:figures",
)


def _dispatcher_steps() -> tuple[Step, ...]:
    return (
        Step(
            gettext_lazy("受理一件诉求"),
            gettext_lazy("在派单台看待受理的；缺材料就要求补正，不归我们办的写明理由。"),
            "cases:desk",
            frozenset({"case.accept", "case.ask_supplement", "case.not_accept"}),
        ),
        Step(
            gettext_lazy("派一件单"),
            gettext_lazy("系统按职责和以往办理提出建议，并列出各单位手上的件数；由您定。"),
            "cases:desk",
            frozenset({"case.assign"}),
        ),
        Step(
            gettext_lazy("替来电的企业填一件诉求"),
            gettext_lazy("一页填完，念给对方听，当场报编号和查询码。"),
            "cases:take",
        ),
        _CHECK,
        _DEPUTY,
    )


def _supervisor_steps() -> tuple[Step, ...]:
    return (
        Step(
            gettext_lazy("看督办台"),
            gettext_lazy("逾期、多次退回、反映未解决的都在这里，最急的在最前。"),
            "cases:red_list",
        ),
        Step(
            gettext_lazy("签发一份督办单"),
            gettext_lazy("系统起草，您改好再签；办理单位限期回复。"),
            "cases:red_list",
            frozenset({"case.supervised"}),
        ),
        _FIGURES,
        _NOTICES,
        _DEPUTY,
    )


def _officer_steps() -> tuple[Step, ...]:
    return (
        _SIGN,
        Step(
            gettext_lazy("看辖区企业"),
            gettext_lazy("只列出您管的企业；常用的筛选可以存起来。"),
            "enterprises:register",
            frozenset({"saved_view.saved"}),
        ),
        Step(
            gettext_lazy("导入手里的表"),
            gettext_lazy("Excel直接传；先预检再导入，错在哪行哪列会告诉您。"),
            "enterprises:import_start",
            frozenset({"import.uploaded", "import.started"}),
        ),
        Step(
            gettext_lazy("处理企业认领"),
            gettext_lazy("核对证明后通过或退回，企业才能自己查看和更正档案。"),
            "enterprises:claims",
            frozenset({"claim.granted", "claim.refused"}),
        ),
        Step(
            gettext_lazy("推荐企业进名单"),
            gettext_lazy("打开一个在征集的批次，选企业、写理由，逐级上报。"),
            "lists:index",
            frozenset({"list_entries.proposed", "list_entries.acted"}),
        ),
        _DEPUTY,
    )


def guides() -> Iterator[Guide]:
    """The first days of each kind of person; the first that fits is shown."""
    # Before the role is confirmed nothing of it is theirs yet: the account, and what everybody may read.
    yield Guide("waiting", (_SAFE, _CATALOGUE), unconfirmed)
    yield Guide("officer", _officer_steps(), being(Role.OFFICER))
    yield Guide(
        "stationed",
        (
            Step(
                gettext_lazy("报一次今日三数"),
                gettext_lazy("产量、库存、缺口，一家约一分钟；手机上也能报。"),
                "stationing:today",
                frozenset({"report.sent"}),
            ),
            Step(
                gettext_lazy("遇到企业解决不了的事，上报"),
                gettext_lazy("在报数页写一句话；派驻单位会答复，答复会通知您。"),
                "stationing:escalations",
                frozenset({"escalation.raised"}),
            ),
            Step(
                gettext_lazy("看交接记录"),
                gettext_lazy("上一位联络员留下的情况都在这里。"),
                "stationing:handovers",
            ),
            _DEPUTY,
        ),
        being(Role.STATIONED_OFFICER),
    )
    yield Guide(
        "firm",
        (
            Step(
                gettext_lazy("认领您的企业"),
                gettext_lazy("输入统一社会信用代码，用登记电话验证码或上传授权书证明。"),
                "enterprises:find_firm",
                frozenset({"claim.started"}),
                is_done=_has_firm,
            ),
            Step(
                gettext_lazy("核对企业档案"),
                gettext_lazy("每项数据都写明来源和日期；不对的可以更正。"),
                "enterprises:my_firms",
            ),
            _OWN_CHECK,
            Step(
                gettext_lazy("请同事一起办"),
                gettext_lazy("在“我的企业”里邀请经办人；换人时移交，不用共用账号。"),
                "enterprises:my_firms",
                frozenset({"membership.invited"}),
            ),
        ),
        being(Role.FIRM),
    )
    yield Guide("dispatcher", _dispatcher_steps(), being(Role.DISPATCHER))
    yield Guide("supervisor", _supervisor_steps(), being(Role.SUPERVISOR))
    yield Guide("leader", (_FIGURES, _CASES, _REGISTER, _NOTICES, _DEPUTY), being(Role.LEADER))
    yield Guide("answering", (_CHECK, _CATALOGUE, _NOTICES, _DEPUTY), being(*_ANSWERING))
    yield Guide(
        "reading",
        (_REGISTER, _CATALOGUE, _NOTICES, _DEPUTY),
        being(Role.ANALYST, *_GRANTS),
    )
    yield Guide(
        "authority",
        (
            _SIGN,
            Step(
                gettext_lazy("看发给您部门的比对"),
                gettext_lazy("写明用途、依据和期限；只答是否、类别或月份。"),
                "lists:comparisons",
                frozenset({"comparison.answer_received"}),
            ),
            _CATALOGUE,
            _DEPUTY,
        ),
        being(Role.AUTHORITY_OFFICER),
    )
    yield Guide("policies", (_CATALOGUE, _CHECK, _DEPUTY), being(Role.POLICY_EDITOR, Role.POLICY_APPROVER))
    yield Guide("bank", (_SIGN, _CATALOGUE, _SAFE, _DEPUTY), being(*_PARTNERS[:3]))
    yield Guide("partner", (_CATALOGUE, _CHECK, _SAFE, _DEPUTY), being(*_PARTNERS))
    yield Guide("system", _system_steps(), being(Role.SYSTEM_ADMIN))
    yield Guide("security", _security_steps(), being(Role.SECURITY_ADMIN))
    yield Guide(
        "audit",
        (
            Step(gettext_lazy("看最近的审计记录"), gettext_lazy("按人、行为和日期查。"), "accounts:audit"),
            Step(
                gettext_lazy("验证记录没有被改动"),
                gettext_lazy("在审计页按“验证”；也可以在服务器上运行 huiqi audit verify。"),
                "accounts:audit",
                frozenset({"job.started"}),
            ),
            _SAFE,
        ),
        being(Role.AUDIT_ADMIN),
    )


def _system_steps() -> tuple[Step, ...]:
    return (
        Step(
            gettext_lazy("核对单位"),
            gettext_lazy("市县、园区和省直管县的上下级关系决定谁看谁。"),
            "accounts:units",
            frozenset({"unit.added", "unit.edited"}),
        ),
        Step(
            gettext_lazy("邀请第一位同事"),
            gettext_lazy("对方用链接自设密码；角色由安全管理员确认。"),
            "accounts:invite",
            frozenset({"account.invited"}),
        ),
        _SAFE,
        _DEPUTY,
    )


def _security_steps() -> tuple[Step, ...]:
    return (
        Step(
            gettext_lazy("确认新账号的角色"),
            gettext_lazy("确认前，新账号看不到业务数据。"),
            "accounts:people",
            frozenset({"account.role_confirmed", "account.role_changed"}),
        ),
        Step(
            gettext_lazy("开始半年一次的权限复核"),
            gettext_lazy("逐人看该不该还有这些权限，签字后存档。"),
            "accounts:reviews",
            frozenset({"review.opened"}),
        ),
        Step(
            gettext_lazy("知道怎样解锁"),
            gettext_lazy("多次输错密码会被锁，核实本人后再解。"),
            "accounts:locks",
        ),
        _SAFE,
    )
