"""Finding the firms of given lines: by credit code, past or present, then by exact name if unique."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from huiqi.core.messages import gettext_noop
from huiqi.enterprises.models import Enterprise, FormerIdentity
from huiqi.enterprises.models.firm import EnterpriseQuerySet
from huiqi.lists.tables import Line

PIECE = 400  # SQLite binds at most 999 values a query by default


@dataclass(frozen=True)
class Matched:
    """A line with its firm, or with the reason why a person must look for it."""

    line: Line
    enterprise_id: int | None
    problem: str = ""


NOWHERE = gettext_noop("企业档案里没有这个代码，也没有这个名称。")
NOT_HERE = gettext_noop("您负责的区域里没有这个代码或这个名称的企业。")


def match(lines: Sequence[Line], among: EnterpriseQuerySet | None = None) -> list[Matched]:
    """Each line with its firm, in the order given. A firm that is not `among` these is answered as one that
    the register does not have: who may not see it does not learn of it."""
    by_code = _by_code({line.credit_code for line in lines if line.credit_code})
    if among is not None:
        by_code = _only(by_code, among)
    unfound = [line for line in lines if by_code.get(line.credit_code) is None]
    by_name, often = _by_name({line.name for line in unfound if line.name}, among)
    matched = [_matched(line, by_code, by_name, often) for line in lines]
    if among is None:
        return matched
    return [replace(one, problem=NOT_HERE) if one.problem == NOWHERE else one for one in matched]


def _only(found: dict[str, int], among: EnterpriseQuerySet) -> dict[str, int]:
    here: set[int] = set()
    pks = sorted(set(found.values()))
    for piece in (pks[start : start + PIECE] for start in range(0, len(pks), PIECE)):
        here.update(among.filter(pk__in=piece).order_by("pk").values_list("pk", flat=True))
    return {code: pk for code, pk in found.items() if pk in here}


def _matched(line: Line, by_code: dict[str, int], by_name: dict[str, int], often: set[str]) -> Matched:
    found = by_code.get(line.credit_code) if line.credit_code else None
    if found is not None:
        return Matched(line, found)
    if line.name in often:
        return Matched(line, None, gettext_noop("有不止一家企业叫这个名称，请人工匹配。"))
    found = by_name.get(line.name) if line.name else None
    if found is None:
        return Matched(line, None, NOWHERE)
    if line.credit_code and _own_code(found) not in (None, line.credit_code):
        return Matched(line, None, gettext_noop("名称对得上，代码不同，请人工核对。"))
    return Matched(line, found)


def _own_code(enterprise_id: int) -> str | None:
    return Enterprise.objects.order_by("pk").values_list("credit_code", flat=True).get(pk=enterprise_id)


def _pieces(values: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(values)
    return (ordered[start : start + PIECE] for start in range(0, len(ordered), PIECE))


def _by_code(codes: set[str]) -> dict[str, int]:
    """Firms by the code they have, else by one they had. A merged row stands for its kept one."""
    found: dict[str, int] = {}
    for piece in _pieces(codes):
        former = FormerIdentity.objects.filter(kind=FormerIdentity.Kind.CREDIT_CODE, value__in=piece)
        rows = former.order_by("until_on", "pk")
        for code, pk, kept in rows.values_list("value", "enterprise_id", "enterprise__merged_into_id"):
            found[code] = kept or pk
        firms = Enterprise.objects.filter(credit_code__in=piece).order_by("pk")
        for own, pk, kept in firms.values_list("credit_code", "pk", "merged_into_id"):
            found[str(own)] = kept or pk
    return found


def _by_name(names: set[str], among: EnterpriseQuerySet | None) -> tuple[dict[str, int], set[str]]:
    """Firms by exact name, and the names that more than one firm has."""
    firms = Enterprise.objects.present() if among is None else among
    found: dict[str, int] = {}
    counted: Counter[str] = Counter()
    for piece in _pieces(names):
        rows = firms.filter(name__in=piece).order_by("pk")
        for name, pk in rows.values_list("name", "pk"):
            found[name] = pk
            counted[name] += 1
    often = {name for name, times in counted.items() if times > 1}
    return {name: pk for name, pk in found.items() if name not in often}, often
