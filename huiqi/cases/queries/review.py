"""The monthly review 每月点评 as rows: the same for the page, the Word file and the table."""

from dataclasses import dataclass
from typing import Any

from huiqi.cases.queries.figure_counts import ALL, By, Key
from huiqi.cases.queries.figure_rows import Rows
from huiqi.cases.queries.figure_tables import (
    NO_DAYS,
    Days,
    Hot,
    Tally,
    days,
    hide_small,
    hot_topics,
    key_names,
    rows_for,
    tallies,
)
from huiqi.cases.queries.figures import NUMBERS, Account, offered

IN_TABLES = ("received", "ended", "solved", "satisfied", "on_time")


@dataclass(frozen=True)
class ReviewRow:
    """A topic, county or channel: its numbers; None is a cell hidden because it is too small."""

    name: str
    cells: tuple[Tally | None, ...]


@dataclass(frozen=True)
class Review:
    """A month in figures."""

    tallies: tuple[Tally, ...]
    days: Days
    columns: tuple[str, ...]
    topics: tuple[ReviewRow, ...]
    counties: tuple[ReviewRow, ...]
    channels: tuple[ReviewRow, ...]
    hot: tuple[Hot, ...]


def review(account: Account) -> Review:
    """The review of the account's time. It leaves the office: cells below five are hidden in its tables."""
    names = offered()
    rows = rows_for(names, account, with_days=True)
    whole = tallies(names, account, rows=rows)
    return Review(
        tuple(whole[name].get(ALL, empty(name)) for name in names),
        days(account, rows=rows).get(ALL, NO_DAYS),
        offered(IN_TABLES),
        _table(account, By.TOPIC, rows),
        _table(account, By.COUNTY, rows),
        _table(account, By.CHANNEL, rows),
        tuple(hot_topics(account)),
    )


def empty(name: str) -> Tally:
    """A number of which there is nothing."""
    number = NUMBERS[name]
    return Tally(number, (0,) * (len(number.parts) + 1))


def _table(account: Account, by: By, rows_read: Rows) -> tuple[ReviewRow, ...]:
    columns_shown = offered(IN_TABLES)
    tables = tallies(columns_shown, account, by, rows_read)
    keys: set[Key] = {key for table in tables.values() for key in table}
    names = key_names(by, keys, account)
    columns = [{key: tables[name].get(key, empty(name)) for key in keys} for name in columns_shown]
    hidden = [_hidden(column) for column in columns]
    order = sorted(keys, key=lambda key: (-columns[0][key].rows, str(key)))
    rows = []
    for key in order:
        cells: list[Any] = [
            None if key in small else column[key] for column, small in zip(columns, hidden, strict=True)
        ]
        rows.append(ReviewRow(names[key], tuple(cells)))
    return tuple(rows)


def _hidden(column: dict[Key, Tally]) -> frozenset[Key]:
    """Cells of few rows: of a rate its denominator counts."""
    return hide_small(
        {key: tally.of if tally.number.counted else tally.rows for key, tally in column.items()}
    )
