"""The demo's offices and accounts: one person for every role, officers at every level. Pure.

All persons are invented. That 龙山县 answers to the province here is the demo's choice, to show what a
county directly under the province (省直管县) sees and its prefecture does not.
"""

from typing import NamedTuple

from huiqi.accounts.roles import Role

DEMO_PASSWORD = "huiqi-demo-2020"  # noqa: S105  a published demo password; production has no demo accounts


class DemoUnit(NamedTuple):
    """An office that is not one of the divisions' own: name, kind (UnitKind), region, Function."""

    name: str
    kind: str
    region: str
    function: str = ""


class DemoAccount(NamedTuple):
    """A person of the demo; `unit` is a unit's name, "" for people of firms."""

    username: str
    name: str
    role: Role
    unit: str


PROVINCE = "湖南省工业和信息化厅"
PARK = "浏阳经济开发区管委会"
DIRECT_COUNTIES = frozenset({"433130"})
# Counties with a park in the demo, named like the county.
PARK_COUNTIES = (
    *("430121", "430181", "430182", "430281", "430223", "430321", "430381", "430421", "430481", "430482"),
    *("430522", "430581", "430621", "430681", "430723", "430781", "430922", "431003", "431103", "431202"),
)
OTHER_UNITS = (
    DemoUnit("国家税务总局湖南省税务局", "authority", "430000", "tax"),
    DemoUnit("湖南省人力资源和社会保障厅", "authority", "430000", "labour"),
    DemoUnit("湖南省医疗保障局", "authority", "430000", "medical"),
    DemoUnit("湖南省财政厅", "authority", "430000", "finance"),
    DemoUnit("湖南省市场监督管理局", "authority", "430000", "market"),
    DemoUnit("中国人民银行长沙中心支行", "authority", "430000", "central_bank"),
    DemoUnit("中国银行保险监督管理委员会湖南监管局", "authority", "430000", "banking"),
    DemoUnit("湖南省交通运输厅", "authority", "430000", "transport"),
    DemoUnit("湖南省发展和改革委员会", "authority", "430000", "energy"),
    DemoUnit("湖南省商务厅", "authority", "430000", "commerce"),
    DemoUnit("湖南省住房和城乡建设厅", "authority", "430000", "housing"),
    DemoUnit("湖南省司法厅", "authority", "430000", "justice"),
    DemoUnit("湖南省生态环境厅", "authority", "430000", "ecology"),
    DemoUnit("湖南省卫生健康委员会", "authority", "430000", "health"),
    DemoUnit("浏阳市人力资源和社会保障局", "authority", "430181", "labour"),
    DemoUnit("浏阳市交通运输局", "authority", "430181", "transport"),
    DemoUnit("演示银行浏阳支行", "bank", "430181", "bank"),
    DemoUnit("演示银行长沙分行", "bank", "430100", "bank"),
    DemoUnit("演示村镇银行龙山支行", "bank", "433130", "bank"),
    DemoUnit("演示省融资担保公司", "guarantee", "430000"),
    DemoUnit("演示长沙融资担保公司", "guarantee", "430100"),
    DemoUnit("演示中小企业服务中心", "service", "430000"),
    DemoUnit("演示浏阳创业服务站", "service", "430181"),
)

DEMO_ACCOUNTS = (
    DemoAccount("province", "何静", Role.OFFICER, PROVINCE),
    DemoAccount("city", "罗斌", Role.OFFICER, "长沙市工业和信息化局"),
    DemoAccount("county", "谭丽", Role.OFFICER, "浏阳市工业和信息化局"),
    DemoAccount("park", "彭飞", Role.OFFICER, PARK),
    DemoAccount("longshan", "向涛", Role.OFFICER, "龙山县工业和信息化局"),
    DemoAccount("leader", "贺岚", Role.LEADER, PROVINCE),
    DemoAccount("dispatcher", "邓慧", Role.DISPATCHER, PROVINCE),
    DemoAccount("liuyang", "苏敏", Role.DISPATCHER, "浏阳市工业和信息化局"),
    DemoAccount("supervisor", "曹刚", Role.SUPERVISOR, PROVINCE),
    DemoAccount("editor", "周敏", Role.POLICY_EDITOR, PROVINCE),
    DemoAccount("approver", "唐毅", Role.POLICY_APPROVER, PROVINCE),
    DemoAccount("maker", "易芳", Role.GRANT_MAKER, PROVINCE),
    DemoAccount("checker", "袁军", Role.GRANT_CHECKER, PROVINCE),
    DemoAccount("stationed", "龙伟", Role.STATIONED_OFFICER, "浏阳市工业和信息化局"),
    DemoAccount("window", "傅蓉", Role.WINDOW_CLERK, "浏阳市工业和信息化局"),
    DemoAccount("hotline", "文青", Role.HOTLINE_AGENT, PROVINCE),
    DemoAccount("hotline2", "肖宁", Role.HOTLINE_AGENT, PROVINCE),
    DemoAccount("analyst", "雷鸣", Role.ANALYST, PROVINCE),
    DemoAccount("expert", "秦山", Role.EXPERT, PROVINCE),
    DemoAccount("tax", "金华", Role.AUTHORITY_OFFICER, "国家税务总局湖南省税务局"),
    DemoAccount("labour", "柳青", Role.AUTHORITY_OFFICER, "浏阳市人力资源和社会保障局"),
    DemoAccount("bank", "石磊", Role.BANK_OFFICER, "演示银行浏阳支行"),
    DemoAccount("guarantee", "龚雪", Role.GUARANTEE_OFFICER, "演示省融资担保公司"),
    DemoAccount("service", "戴萍", Role.SERVICE_STAFF, "演示浏阳创业服务站"),
    DemoAccount("admin", "刘洋", Role.SYSTEM_ADMIN, PROVINCE),
    DemoAccount("security", "莫凡", Role.SECURITY_ADMIN, PROVINCE),
    DemoAccount("audit", "聂冲", Role.AUDIT_ADMIN, PROVINCE),
    DemoAccount("firm1", "欧阳秀", Role.FIRM, ""),
    DemoAccount("firm2", "钟诚", Role.FIRM, ""),
    DemoAccount("firm3", "陆远", Role.FIRM, ""),
)
DEMO_NAMES = frozenset(account.username for account in DEMO_ACCOUNTS)
# How the pick list of the sign-in page is divided.
_GROUPS = {
    "office": {
        Role.OFFICER,
        Role.LEADER,
        Role.DISPATCHER,
        Role.SUPERVISOR,
        Role.STATIONED_OFFICER,
        Role.WINDOW_CLERK,
    },
    "desk": {Role.POLICY_EDITOR, Role.POLICY_APPROVER, Role.GRANT_MAKER, Role.GRANT_CHECKER, Role.ANALYST},
    "admin": {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN},
    "firm": {Role.FIRM},
}


def demo_account(username: str) -> DemoAccount | None:
    """The demo's account of that name."""
    return next((account for account in DEMO_ACCOUNTS if account.username == username), None)


def demo_groups() -> list[tuple[str, list[DemoAccount]]]:
    """(group, accounts) in the order of the pick list; whoever is in no other group is a partner."""
    placed = set().union(*_GROUPS.values())
    groups = {**_GROUPS, "partner": set(Role) - placed}
    order = ("office", "desk", "partner", "firm", "admin")
    return [(name, [each for each in DEMO_ACCOUNTS if each.role in groups[name]]) for name in order]
