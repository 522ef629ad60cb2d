"""The people of the tests, always the same ones, so that a name in a test says what they may do.

A new role of the product gets its person here; the access matrix then asks at every address whether that
person may come in. Regions: the firm of the matrix lies in 浏阳 (430181), a county of 长沙, and in no park.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.test import Client

from huiqi.accounts import middleware as _stamps_sessions  # noqa: F401  before the first page is asked for
from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import POWERS, Power
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user

PASSWORD = "Cast-of-2020"  # noqa: S105  of everybody in the cast


@dataclass(frozen=True)
class Part:
    """One person of the cast: the account, the role, the office (a key of make.OFFICES) and, written by
    hand and not worked out by the code under test, whether a firm in 浏阳 outside parks is theirs to see."""

    username: str
    name: str
    role: Role
    office: str = ""
    sees_liuyang: bool = False

    def has(self, *powers: Power) -> bool:
        """Whether the person's role has one of the powers."""
        return bool(POWERS[self.role] & set(powers))


# The visitor has no account and therefore no Part.
CAST: dict[str, Part] = {
    # officers at the five places a firm can be seen from, and one who is simply elsewhere
    "province": Part("he.jing", "何静", Role.OFFICER, "province", sees_liuyang=True),
    "city": Part("luo.bin", "罗斌", Role.OFFICER, "changsha", sees_liuyang=True),
    "county": Part("tan.li", "谭丽", Role.OFFICER, "liuyang", sees_liuyang=True),
    "park": Part("peng.fei", "彭飞", Role.OFFICER, "park"),
    "direct_county": Part("xiang.tao", "向涛", Role.OFFICER, "longshan"),
    "other_city": Part("zou.yan", "邹艳", Role.OFFICER, "xiangtan"),
    # one of each other role, named after it; two keep the names their fixtures had from the start
    "leader": Part("he.lan", "贺岚", Role.LEADER, "province", sees_liuyang=True),
    "dispatcher": Part("deng.hui", "邓慧", Role.DISPATCHER, "province", sees_liuyang=True),
    "supervisor": Part("cao.gang", "曹刚", Role.SUPERVISOR, "province", sees_liuyang=True),
    "editor": Part("zhou.min", "周敏", Role.POLICY_EDITOR, "province"),
    "policy_approver": Part("tang.yi", "唐毅", Role.POLICY_APPROVER, "province"),
    "grant_maker": Part("yi.fang", "易芳", Role.GRANT_MAKER, "changsha", sees_liuyang=True),
    "grant_checker": Part("yuan.jun", "袁军", Role.GRANT_CHECKER, "changsha", sees_liuyang=True),
    "stationed_officer": Part("long.wei", "龙伟", Role.STATIONED_OFFICER, "liuyang"),
    "bank_officer": Part("shi.lei", "石磊", Role.BANK_OFFICER, "bank"),
    "guarantee_officer": Part("gong.xue", "龚雪", Role.GUARANTEE_OFFICER, "guarantee"),
    "service_staff": Part("dai.ping", "戴萍", Role.SERVICE_STAFF, "service"),
    "expert": Part("qin.shan", "秦山", Role.EXPERT, "service"),
    "hotline_agent": Part("wen.qing", "文青", Role.HOTLINE_AGENT, "province"),
    "window_clerk": Part("fu.rong", "傅蓉", Role.WINDOW_CLERK, "liuyang", sees_liuyang=True),
    "analyst": Part("lei.ming", "雷鸣", Role.ANALYST, "province", sees_liuyang=True),
    "authority_officer": Part("jin.hua", "金华", Role.AUTHORITY_OFFICER, "tax"),
    "admin": Part("liu.yang", "刘洋", Role.SYSTEM_ADMIN, "province"),
    "security_admin": Part("mo.fan", "莫凡", Role.SECURITY_ADMIN, "province"),
    "audit_admin": Part("nie.chong", "聂冲", Role.AUDIT_ADMIN, "province"),
    "firm": Part("ouyang.xiu", "欧阳秀", Role.FIRM),
}
ROLES = ("visitor", *CAST)


def play(part: str) -> User:
    """The account of that person of the cast, made if the test has not met it yet."""
    person = CAST[part]
    known = User.objects.filter(username=person.username).first()
    if known is not None:
        return known
    unit: Unit | None = make_office(person.office) if person.office else None
    return make_user(
        username=person.username, name=person.name, role=person.role, unit=unit, password=PASSWORD
    )


def enter(part: str) -> tuple[Client, User | None]:
    """A browser of that person, signed in unless it is the visitor."""
    client = Client()
    if part == "visitor":
        return client, None
    user = play(part)
    client.force_login(user)
    return client, user


def enter_all(parts: Iterable[str]) -> dict[str, Client]:
    """A browser of each of these people."""
    return {part: enter(part)[0] for part in parts}
