"""The list of firms: who may be seen, what is asked, at most so many, in constant queries.

Counting stops at CAP, so that no question has to look at the whole register. Up to CAP hits the list is exact
in every order. Beyond it CAP of them are listed: the first by place where an index keeps that order, with
words the first the database meets (no index has an order for these, and all may lie at the end of another).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q
from django.utils.translation import gettext as _

from huiqi.accounts.models import User
from huiqi.accounts.queries.people import scope_of
from huiqi.core.together import counts_together
from huiqi.enterprises.models import (
    Contact,
    Enterprise,
    FirmAccess,
    FormerIdentity,
    Membership,
    Registration,
)
from huiqi.enterprises.models.firm import EnterpriseQuerySet
from huiqi.enterprises.queries.statements import catalogue
from huiqi.enterprises.wanted import Gap, Kind, Question, Sort, Wanted, read_question
from huiqi.reference import credit_codes
from huiqi.reference.queries import Tables

CAP = 10_000
# Firms without a further condition are counted further: no row need be read.
COUNTED = 200_000
PAGE_SIZE = 25
SOON = timedelta(days=30)
ORDER = ("prefecture", "gb4754", "size_class", "pk")
KEYS = {
    Sort.PLACE: ("prefecture", "gb4754", "size_class"),
    Sort.NAME: ("initials", "name"),
    Sort.NEWEST: (),
}
SHOWN = (
    "public_id", "name", "credit_code", "registration", "prefecture", "gb4754", "size_class", "employees",
    "org_type", "is_synthetic", "severe_dishonesty", "provincial_key_contact",
)  # fmt: skip


def seen_by(user: User, today: date) -> EnterpriseQuerySet:
    """The same firms as `Enterprise.objects.visible_to`, asked so that an index answers.

    Single firms a person is tied to are looked up first: a subquery beside the region's range would make
    the database read every firm.
    """
    firms = Enterprise.objects.present()
    if not user.is_authenticated or not user.is_active:
        return firms.none()
    tied = _tied(user, today)
    area = scope_of(user, today).rows()
    return firms.filter(area | Q(pk__in=tied)) if tied else firms.filter(area)


def _tied(user: User, today: date) -> list[int]:
    """Keys of the firms a person belongs to or was given access to; a merged row stands for its kept one."""
    pairs = [
        *Membership.objects.current()
        .filter(user=user)
        .order_by("pk")
        .values_list("enterprise", "enterprise__merged_into"),
        *FirmAccess.objects.valid_on(today)
        .filter(user=user)
        .order_by("pk")
        .values_list("enterprise", "enterprise__merged_into"),
    ]
    return sorted({kept or firm for firm, kept in pairs})


# --- what is asked --------------------------------------------------------------------------------


def matching(wanted: Wanted, on: date) -> Q:
    """The filters as one condition. `on` is the day from which "soon" counts."""
    asked = _asked(wanted.question)
    plain = {
        "registration": wanted.registration,
        "park": wanted.park,
        "is_synthetic": wanted.is_synthetic,
    }
    asked &= Q(**{name: value for name, value in plain.items() if value not in {None, ""}})
    if wanted.region:
        asked &= _region(wanted.region)
    if wanted.industries:
        asked &= Q(gb4754__gte=wanted.industries[0], gb4754__lte=wanted.industries[1])
    if wanted.sizes:
        asked &= _sizes(wanted.sizes)
    if wanted.lists:
        asked &= reduce(or_, (Q(**{fact: True}) for fact in wanted.lists))
    if wanted.is_individual is not None:
        individual = Q(org_type="individual")
        asked &= individual if wanted.is_individual else Q(org_type__isnull=True) | ~individual
    return asked & _gap(wanted.gap, on)


def _region(code: str) -> Q:
    if len(code) == 6:
        return Q(prefecture=code)
    return Q(prefecture__gte=code.ljust(6, "0"), prefecture__lte=code.ljust(6, "9"))


def _sizes(sizes: Sequence[str]) -> Q:
    named = [size for size in sizes if size != "unknown"]
    found = Q(size_class__in=named) if named else Q()
    return found | Q(size_class=None) if "unknown" in sizes else found


def _gap(gap: Gap | None, on: date) -> Q:
    if gap is None:
        return Q()
    gaps = {
        Gap.SIZE: Q(size_class=None),
        Gap.FIGURES: Q(employees=None) | Q(revenue=None),
        Gap.EXPIRING: Q(current_until__lt=on + SOON),
    }
    return gaps[gap]


def _asked(question: Question) -> Q:
    """The question as a condition; codes and telephones are looked up first, for the reason in `seen_by`."""
    if question.kind is Kind.WORDS:
        return Q(search_text__has_grams=question.grams)
    if question.kind is Kind.CODE:
        former = FormerIdentity.objects.filter(
            kind=FormerIdentity.Kind.CREDIT_CODE, value__gte=question.text, value__lt=_after(question.text)
        )
        pairs = former.order_by("pk").values_list("enterprise", "enterprise__merged_into")[:CAP]
        merged = Enterprise.objects.filter(
            merged_into__isnull=False, credit_code__gte=question.text, credit_code__lt=_after(question.text)
        )
        kept = merged.order_by("pk").values_list("merged_into", flat=True)[:CAP]
        ids = {into or firm for firm, into in pairs} | set(kept)
        own = Q(credit_code__gte=question.text, credit_code__lt=_after(question.text))
        return own | Q(pk__in=ids) if ids else own
    if question.kind is Kind.PHONE:
        contacts = Contact.objects.filter(phone_index__finds=question.text)
        reached = contacts.order_by("pk").values_list("enterprise", "enterprise__merged_into")[:CAP]
        return Q(pk__in={into or firm for firm, into in reached})
    return Q()


def _after(code: str) -> str:
    """The first text behind all that begin with `code`: codes are digits and capital letters."""
    return code + "~"


# --- what is found --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hits:
    """One page of what was found: keys in order, how many there are (at most CAP), which page it is."""

    ids: tuple[int, ...]
    count: int
    number: int = 1
    is_capped: bool = False

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.count // PAGE_SIZE))


NOTHING = Hits((), 0)


def find(firms: EnterpriseQuerySet, wanted: Wanted, on: date, sort: Sort = Sort.PLACE, page: int = 1) -> Hits:
    """One page of the firms among `firms` that are wanted, in one query (two for a code or a telephone).

    A page behind the last one gives the last one, at the price of another query.
    """
    rows = firms.filter(matching(wanted, on))
    # With words, or for what ends soon, another index answers than the one that keeps the order.
    is_elsewhere = wanted.question.kind is not Kind.NOTHING or wanted.gap is Gap.EXPIRING
    rows = rows.order_by() if is_elsewhere else rows.order_by(*ORDER)
    rows = rows.annotate(**{f"by_{at}": F(name) for at, name in enumerate(KEYS[sort])})
    try:
        inner, params = rows.values("pk", *(f"by_{at}" for at in range(len(KEYS[sort]))))[
            : CAP + 1
        ].query.sql_with_params()
    except EmptyResultSet:
        return NOTHING
    count, ids = _page(inner, params, sort, max(1, page))
    last = max(1, -(-min(count, CAP) // PAGE_SIZE))
    if not ids and count:
        _, ids = _page(inner, params, sort, last)
        page = last
    return Hits(ids, min(count, CAP), min(max(1, page), last), count > CAP)


def firms_named(firms: EnterpriseQuerySet, question: Question, most: int) -> list[Enterprise]:
    """The first of `firms` that words, initials or a credit code find; a telephone number finds none here."""
    if question.kind not in {Kind.WORDS, Kind.CODE}:
        return []
    return list(firms.filter(_asked(question)).order_by("name", "pk")[:most])


def firm_label(firm: Enterprise) -> str:
    """How a type-ahead box names a firm: credit code first, so that picking it says which is meant."""
    return f"{firm.credit_code or _('无代码')} {firm.name}"


def firms_meant(firms: EnterpriseQuerySet, typed: str, most: int) -> list[Enterprise]:
    """The firms among `firms` that a box of `firm_label`s may mean, at most so many: that of a whole credit
    code at its head, those of exactly that name, else all that are found by it."""
    head, _sep, rest = typed.strip().partition(" ")
    code = credit_codes.normalise(head)
    if credit_codes.find_problem(code) is None:
        return list(firms.filter(credit_code=code).order_by("pk"))
    named = firms_named(firms, read_question(rest if head == _("无代码") else typed), most)
    same = [firm for firm in named if firm.name == typed.strip()]
    return same or named


def count_all(firms: EnterpriseQuerySet) -> tuple[int, bool]:
    """How many firms an area has, and whether there are more: an index alone answers, up to COUNTED."""
    count = firms.order_by()[: COUNTED + 1].count()
    return min(count, COUNTED), count > COUNTED


def count_wanted(firms: EnterpriseQuerySet, asked: Sequence[Wanted], on: date) -> list[Hits]:
    """How many of `firms` each question finds, counted up to CAP, without their keys; one query for all."""
    counts = counts_together([firms.filter(matching(wanted, on)) for wanted in asked], CAP + 1)
    return [Hits((), min(count, CAP), is_capped=count > CAP) for count in counts]


def _page(inner: str, params: Any, sort: Sort, page: int) -> tuple[int, tuple[int, ...]]:
    """How many hits there are (CAP + 1 for more), and the keys of a page of them.

    Written out, because the ORM cannot order rows again after a limit: hits are met, held, counted, sorted
    and cut in the database, so that ten thousand keys need not travel to show twenty-five.
    """
    order = ", ".join([*(f"by_{at}" for at in range(len(KEYS[sort]))), "pk"])
    if sort is Sort.NEWEST:
        order = "pk DESC"
    sql = (
        f"WITH hits AS MATERIALIZED ({inner}) SELECT (SELECT count(*) FROM hits), shown.pk "  # noqa: S608
        "FROM (SELECT 1) AS one "
        f"LEFT JOIN (SELECT pk, row_number() OVER (ORDER BY {order}) AS place FROM hits "
        f"ORDER BY {order} LIMIT %s OFFSET %s) AS shown ON true ORDER BY shown.place"
    )
    first = min((page - 1) * PAGE_SIZE, CAP)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, min(PAGE_SIZE, CAP - first), first])
        rows = cursor.fetchall()
    return rows[0][0], tuple(pk for _, pk in rows if pk is not None)


@dataclass(frozen=True)
class Row:
    """A firm as the list shows it."""

    firm: Enterprise
    county: str
    industry: str
    size: str

    @property
    def marks(self) -> list[tuple[str, str]]:
        """What to notice at a glance, each as (tone, words)."""
        firm = self.firm
        marks = []
        if firm.registration != Registration.ACTIVE:
            marks.append(("no", str(Registration(firm.registration).label)))
        if firm.severe_dishonesty:
            marks.append(("danger", _("严重失信")))
        if firm.provincial_key_contact:
            marks.append(("ok", _("省重点联系")))
        if firm.is_synthetic:
            marks.append(("quiet", _("演示")))
        return marks


def rows_of(ids: Iterable[int], tables: Tables) -> list[Row]:
    """The firms of these keys in their order, with the names of their codes; one query."""
    wanted = list(ids)
    firms: Mapping[int, Enterprise] = Enterprise.objects.only(*SHOWN).in_bulk(wanted)
    return [_row(firms[pk], tables) for pk in wanted if pk in firms]


def _row(firm: Enterprise, tables: Tables) -> Row:
    county = tables.divisions.get(firm.prefecture or "")
    industry = tables.industries.get(firm.gb4754 or "")
    sizes = catalogue().facts["size_class"].values
    return Row(
        firm,
        county.name if county else "",
        industry.name if industry else "",
        sizes.get(firm.size_class or "", ""),
    )
