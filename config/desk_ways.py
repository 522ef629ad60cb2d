"""The rest of the desk 办理台 by role: the firms in a person's charge, what one can do today.

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
from huiqi.accounts.roles import Role
from huiqi.core import clock
from huiqi.core.slots import Card, Charge, Task, Way
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.people import memberships_of
from huiqi.stationing.queries.compartment import firms_to_report
from huiqi.stationing.queries.missing import missing_on

MOST_CARDS = 12
ANSWERING = (Role.HOTLINE_AGENT, Role.WINDOW_CLERK, Role.DISPATCHER)
_OFFICES = tuple(role for role in Role if role not in {Role.FIRM, *ANSWERING})
# Their matters (grants, advice) are not handled by this release.
_LATER = frozenset({Role.EXPERT, Role.GRANT_MAKER, Role.GRANT_CHECKER})


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
        being(*ANSWERING),
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
