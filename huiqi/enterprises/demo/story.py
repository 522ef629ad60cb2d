"""The firms of the demonstration's story, by name, and the people who act for them.

A maker of protective equipment in 浏阳 is the acceptance test of the whole product; two other firms show
one person serving several firms, and some rows are there twice so that somebody must decide.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.core import audit
from huiqi.enterprises.commands.statements import Said, file_statements, open_filing
from huiqi.enterprises.demo.firms import BLOCK, FIGURES, REGISTER, SURVEY, WAN, public_id_of
from huiqi.enterprises.demo.load import SOURCES
from huiqi.enterprises.models import Contact, Enterprise, Membership, SourceKind, Standing
from huiqi.reference.credit_codes import check_character
from huiqi.reference.pinyin import pinyin_of

STORY_CODES = "YL99"  # organisation codes of the story begin so
STORY = 990_000_000  # numbers of the story's firms lie beyond any run of the generator


@dataclass(frozen=True)
class Role:
    """A firm of the story."""

    number: int
    name: str
    county: str
    phone: str
    person: str
    owner: str = ""
    clerks: tuple[str, ...] = ()
    in_park: bool = False
    register: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    survey: dict[str, Any] = field(default_factory=dict)


FIRMS = (
    Role(
        1,
        "浏阳楚康防护用品有限公司",
        "430181",
        "17000100001",
        "欧阳秀",
        owner="firm1",
        clerks=("firm2",),
        in_park=True,
        register={"gb4754": "2770", "org_type": "enterprise"},
        figures={"employees": 86, "revenue": 4200 * WAN, "assets": 3100 * WAN},
        survey={
            "affected_by_epidemic": True,
            "vacancies": 25,
            "liquidity_trouble": True,
            "loan_requested": 300 * WAN,
            "job_pledge": True,
            "no_arrears": True,
        },
    ),
    Role(
        2,
        "长沙衡味餐饮有限公司",
        "430102",
        "17000100002",
        "钟诚",
        owner="firm2",
        register={"gb4754": "6210", "org_type": "enterprise"},
        figures={"employees": 42, "revenue": 680 * WAN},
        survey={"affected_by_epidemic": True, "liquidity_trouble": True, "rents_state_owned": True},
    ),
    Role(
        3,
        "龙山远山百合食品有限公司",
        "433130",
        "17000100003",
        "陆远",
        owner="firm3",
        register={"gb4754": "1371", "org_type": "enterprise"},
        figures={"employees": 120, "revenue": 2600 * WAN, "assets": 1900 * WAN},
        survey={"affected_by_epidemic": True, "vacancies": 40},
    ),
    Role(
        4,
        "龙山远山物流有限公司",
        "433130",
        "17000100003",
        "陆远",
        owner="firm3",
        register={"gb4754": "5437", "org_type": "enterprise"},
        figures={"employees": 18, "revenue": 520 * WAN},
    ),
    Role(
        5,
        "浏阳云岭果蔬食品有限公司",
        "430181",
        "17000100005",
        "钟诚",
        owner="firm2",
        register={"gb4754": "1371", "org_type": "enterprise"},
        figures={"employees": 38, "revenue": 900 * WAN, "assets": 600 * WAN},
        survey={"affected_by_epidemic": True, "vacancies": 6},
    ),
)


def tell_story(*, seed: int, on: date) -> list[Enterprise]:
    """Make the story's firms that are not there yet; returns those made."""
    at = timezone.make_aware(datetime.combine(on - timedelta(days=9), time(9)))
    made = []
    for role in FIRMS:
        if not Enterprise.objects.filter(public_id=public_id_of(seed, STORY + role.number)).exists():
            made.append(_make(role, seed, on, at))
    return made


@transaction.atomic
def _make(role: Role, seed: int, on: date, at: datetime) -> Enterprise:
    first = f"91{role.county}{STORY_CODES}{role.number:05d}"
    park = Unit.objects.filter(kind=UnitKind.PARK, region=role.county).order_by("pk").first()
    firm = Enterprise.objects.create(
        public_id=public_id_of(seed, STORY + role.number),
        name=role.name,
        initials=pinyin_of(role.name)[1],
        credit_code=first + check_character(first),
        park=park if role.in_park else None,
        is_synthetic=True,
    )
    Contact.objects.create(
        enterprise=firm,
        person=role.person,
        position="负责人",
        phone=role.phone,
        is_main=True,
        source=SourceKind.REGISTER,
    )
    _state(firm, role, on, at)
    people = [(role.owner, Membership.Part.OWNER), *((clerk, Membership.Part.CLERK) for clerk in role.clerks)]
    for username, part in people:
        user = User.objects.filter(username=username).first()
        if user is not None:
            Membership.objects.create(enterprise=firm, user=user, part=part, began_at=at)
    audit.record("demo.firm_made", firm, actor=None)
    return firm


def _state(firm: Enterprise, role: Role, on: date, at: datetime) -> None:
    year = on.year - 1
    register = {"province": "430000", "prefecture": role.county, **role.register}
    confirmed, claimed = Standing.CONFIRMED, Standing.CLAIMED
    doors = (
        (REGISTER, confirmed, register, "", on - timedelta(days=30)),
        (FIGURES, claimed, role.figures, str(year), date(year, 12, 31)),
        (SURVEY, claimed, role.survey, "", on - timedelta(days=20)),
    )
    for door, standing, facts, period, as_of in doors:
        if facts:
            source, issuer = SOURCES[door]
            filing = open_filing(source, actor=None, at=at, issuer=issuer)
            said = [Said(firm.pk, fact, value, as_of, period) for fact, value in facts.items()]
            file_statements(said, filing=filing, standing=standing, on=on)


def make_twin_of(number: int, *, seed: int, on: date) -> tuple[Enterprise, Enterprise] | None:
    """Enter a firm of the story a second time; both rows, or None when they are there or the firm is not."""
    twin_id = public_id_of(seed, STORY + 2000 + number)
    original = Enterprise.objects.filter(public_id=public_id_of(seed, STORY + number)).first()
    if original is None or Enterprise.objects.filter(public_id=twin_id).exists():
        return None
    at = timezone.make_aware(datetime.combine(on - timedelta(days=5), time(9)))
    _make_twin(original, twin_id, on, at)
    return original, Enterprise.objects.get(public_id=twin_id)


def make_twins(count: int, *, seed: int, on: date) -> int:
    """Enter some synthetic firms a second time, slightly otherwise written and without a code."""
    at = timezone.make_aware(datetime.combine(on - timedelta(days=5), time(9)))
    made = 0
    for number in range(count):
        twin_id = public_id_of(seed, STORY + 1000 + number)
        original = Enterprise.objects.filter(public_id=public_id_of(seed, number * (BLOCK // 40))).first()
        if original is None or Enterprise.objects.filter(public_id=twin_id).exists():
            continue
        _make_twin(original, twin_id, on, at)
        made += 1
    return made


@transaction.atomic
def _make_twin(original: Enterprise, public_id: str, on: date, at: datetime) -> None:
    name = original.name.replace("有限公司", "有限责任公司")
    twin = Enterprise.objects.create(
        public_id=public_id, name=name, initials=pinyin_of(name)[1], is_synthetic=True
    )
    contact = original.contacts.order_by("pk").first()
    if contact is not None:
        Contact.objects.create(
            enterprise=twin, person=contact.person, phone=contact.phone, source=SourceKind.SURVEY
        )
    filing = open_filing(SourceKind.SURVEY, actor=None, at=at, issuer=SOURCES[SURVEY][1])
    facts = {"prefecture": original.prefecture, "gb4754": original.gb4754, "vacancies": 3}
    said = [Said(twin.pk, fact, value, on - timedelta(days=20)) for fact, value in facts.items() if value]
    file_statements(said, filing=filing, standing=Standing.CLAIMED, on=on)
    audit.record("demo.twin_made", twin, actor=None)
