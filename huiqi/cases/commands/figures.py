"""Packing what figures count: blocks made anew for cases that changed, and compared with the cases."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from huiqi.cases.models import CASES_PER_BLOCK, Case, FigureBlock, FigureChange
from huiqi.cases.packed import Packed, dump, load
from huiqi.cases.queries.figure_rows import cases_of, read_rows, rules
from huiqi.cases.queries.figures import Base


def pack_figures(*, everything: bool = False) -> dict[str, int]:
    """Make the blocks anew in which cases changed, or all; how many cases had changed and blocks were made.

    Each block is a transaction of its own: killed, it goes on where it was. Of two runs at once the later
    to finish a block gives way, and the cases stay marked until the next run.
    """
    changes = _changes()
    last = Case.objects.aggregate(last=Max("pk"))["last"]
    numbers = range(0 if last is None else last // CASES_PER_BLOCK + 1)
    good = set() if everything else _good()
    asked = sorted({*changes, *(number for number in numbers if number not in good)})
    made = sum(_pack(number, changes.get(number, [])) for number in asked)
    return {"changed": len({case for some in changes.values() for _pk, case in some}), "blocks": made}


def _changes() -> dict[int, list[tuple[int, int]]]:
    """The noted changes by block: (the note's number, the case)."""
    found: dict[int, list[tuple[int, int]]] = {}
    for pk, case in FigureChange.objects.order_by("pk").values_list("pk", "case_id"):
        found.setdefault(case // CASES_PER_BLOCK, []).append((pk, case))
    return found


def _good() -> set[int]:
    found: dict[int, int] = {}
    for number in FigureBlock.objects.filter(rules=rules()).order_by("pk").values_list("number", flat=True):
        found[number] = found.get(number, 0) + 1
    return {number for number, count in found.items() if count == len(Base)}


def _pack(number: int, changes: Iterable[tuple[int, int]]) -> bool:
    """One block. What it says was read after the notes that are deleted with it."""
    seen = dict(FigureBlock.objects.filter(number=number).order_by("pk").values_list("base", "version"))
    by_rules = rules()
    made = {base: read_rows(base, cases_of(number), Q(), number * CASES_PER_BLOCK) for base in Base}
    try:
        with transaction.atomic():
            for base, packed in made.items():
                if not _write(number, base, by_rules, packed, seen.get(base)):
                    raise _Overtaken
            notes = [pk for pk, _case in changes]
            for begin in range(0, len(notes), 2000):
                FigureChange.objects.filter(pk__in=notes[begin : begin + 2000]).delete()
    except (IntegrityError, _Overtaken):
        return False
    return True


class _Overtaken(Exception):
    """Another run made the block meanwhile."""


def _write(number: int, base: Base, by_rules: str, packed: Packed, version: int | None) -> bool:
    header, content = dump(packed)
    months = packed.values["month"]
    fields: dict[str, Any] = {
        "rules": by_rules,
        "version": (version or 0) + 1,
        "first_month": min(months, default=None),
        "last_month": max(months, default=None),
        "header": header,
        "content": content,
    }
    if version is None:
        FigureBlock.objects.create(number=number, base=base, **fields)
        return True
    return bool(FigureBlock.objects.filter(number=number, base=base, version=version).update(**fields))


def check_figures() -> dict[str, int]:
    """How many blocks there are, and how many say something else than their cases without being marked.

    Cases that change meanwhile are marked, so blocks with a mark are passed over.
    """
    wrong = blocks = 0
    for block in FigureBlock.objects.filter(rules=rules()).order_by("number", "base").iterator(chunk_size=1):
        blocks += 1
        first = block.number * CASES_PER_BLOCK
        now = read_rows(Base(block.base), cases_of(block.number), Q(), first)
        marked = FigureChange.objects.filter(case_id__gte=first, case_id__lt=first + CASES_PER_BLOCK)
        is_same = plain(load(block.header, bytes(block.content))) == plain(now)
        wrong += not is_same and not marked.exists()
    return {"blocks": blocks, "wrong": wrong}


def plain(packed: Packed) -> tuple[Any, ...]:
    """Rows as they are said, for comparing."""
    columns = [
        [packed.values[name][code] for code in column] if name in packed.values else list(column)
        for name, column in packed.columns.items()
    ]
    return columns, {name: list(column) for name, column in packed.extra.items()}
