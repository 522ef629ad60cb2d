"""The first days on the desk 办理台 by role: a few steps, each ticked off by what one has done."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from config.desk_ways import ANSWERING
from config.gates import being, unconfirmed
from huiqi.accounts.queries.sign_in import has_second_factor
from huiqi.accounts.roles import Role
from huiqi.core.slots import Guide, Step
from huiqi.enterprises.queries.people import memberships_of

_PARTNERS = (Role.BANK_OFFICER, Role.GUARANTEE_OFFICER, Role.SERVICE_STAFF, Role.EXPERT)
_GRANTS = (Role.GRANT_MAKER, Role.GRANT_CHECKER)


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
    yield Guide("answering", (_CHECK, _CATALOGUE, _NOTICES, _DEPUTY), being(*ANSWERING))
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
