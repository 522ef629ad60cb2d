"""The first rows of a table as they will be stored: what a person looks at before saying yes. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from huiqi.core.personal import mask_name, mask_phone
from huiqi.enterprises.catalogue import from_cell
from huiqi.enterprises.importing.fields import CITY, CODE, COUNTY, NAME, PARK, PERSON, PHONE, REGISTRATION
from huiqi.enterprises.importing.rows import Layout, ReadRow, RowReader

SHOWN = 20


@dataclass
class Preview:
    """Headings and rows as text; persons' names and numbers are masked."""

    headings: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, rows: Sequence[ReadRow], outcomes: Mapping[int, str], reader: RowReader) -> None:
        """Take the rows that still have room."""
        keys = [key for key in reader.layout.fields if key in reader.heading and key != CITY]
        self.headings = [reader.layout.fields[key].label for key in keys]
        for row in rows[: SHOWN - len(self.rows)]:
            cells = [_shown(key, row, reader.layout) for key in keys]
            self.rows.append({"row": row.number, "cells": cells, "outcome": outcomes.get(row.number, "")})

    def as_json(self) -> str:
        return json.dumps({"headings": self.headings, "rows": self.rows}, ensure_ascii=False)


def _shown(key: str, row: ReadRow, layout: Layout) -> str:
    special = {
        NAME: row.name,
        CODE: row.code or "",
        COUNTY: _county(row, layout),
        PARK: _park(row, layout),
        REGISTRATION: row.registration,
        PERSON: mask_name(row.person),
        PHONE: mask_phone(row.phone) if row.phone else "",
    }
    if key in special:
        return special[key]
    fact = layout.fields[key].fact
    stored = {period: cell for (fact_id, period), cell in row.cells.items() if fact_id == key}
    if fact is None or not stored:
        return ""
    texts = [fact.format(from_cell(fact, cell)) for cell in stored.values()]
    return "；".join(texts)


def _county(row: ReadRow, layout: Layout) -> str:
    place = layout.places.by_code.get(row.county or "")
    return f"{place.name} {place.code}" if place else row.county or ""


def _park(row: ReadRow, layout: Layout) -> str:
    names = (name for name, pks in layout.places.parks.items() if row.park_id in pks)
    return next(names, "") if row.park_id else ""
