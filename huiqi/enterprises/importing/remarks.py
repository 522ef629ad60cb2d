"""Figures of an imported row that leap away from what the register says: remarked, never refused. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date

from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.catalogue import Cell, from_cell
from huiqi.enterprises.importing.compare import Key
from huiqi.enterprises.leaps import Leap, last_cell, leap
from huiqi.enterprises.resolution import Stated
from huiqi.files.tables.faults import Fault
from huiqi.rules.catalogue import Catalogue, Fact


def leaps_in(
    cells: Mapping[Key, Cell], stated: Mapping[str, list[Stated]], as_of: date, catalogue: Catalogue
) -> Iterable[tuple[Fact, Leap]]:
    """The facts of which a row states a figure tenfold off the last one said up to the day of the table."""
    for (fact_id, _period), cell in cells.items():
        fact = catalogue.facts[fact_id]
        found = leap(fact, last_cell(stated.get(fact_id, ()), as_of), cell)
        if found is not None:
            yield fact, found


def remark(fact: Fact, found: Leap, heading: str) -> Fault:
    """The warning about a leap: both figures in words and how far they are apart."""
    now, before = (fact.format(from_cell(fact, cell)) for cell in (found.now, found.before))
    said = gettext_noop(
        "与现有数据相差约%(times)s倍：现有%(before)s，表中%(now)s。请核对；确实如此的可以导入。"
    )
    if fact.unit == "fen" and found.is_of_units:
        said = gettext_noop(
            "与现有数据相差约%(times)s倍：现有%(before)s，表中%(now)s，像是把元和万元弄混了。请核对金额单位。"
        )
    words = {"times": f"{found.times:,}", "before": before, "now": now}
    return Fault(heading, str(Message(said, words)), now)
