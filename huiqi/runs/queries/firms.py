"""The firms of a run's list: by policy and status, within a scope, a page at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from huiqi.accounts.models import User
from huiqi.accounts.scope import Scope
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.register import CAP, matching, rows_of, seen_by
from huiqi.enterprises.queries.register import Row as FirmRow
from huiqi.enterprises.wanted import Kind, Wanted, asked_in_address
from huiqi.lists.queries.membership import facts_of_firms
from huiqi.policies.queries.fact_words import fact_label
from huiqi.reference.judging import judge, rulebook
from huiqi.reference.queries import Tables, code_tables
from huiqi.rules.policy import leaves
from huiqi.runs import run_files
from huiqi.runs.models import Rejudged, Run
from huiqi.runs.queries.rejudged import firms_again, found_again
from huiqi.runs.queries.totals import folder_of

PAGE_SIZE = 25
AGAIN = -1
STEP = 500
EXPORTED = ("public_id", "name", "credit_code", "prefecture", "gb4754", "size_class")
# A file handed out is Chinese, as its headings are.
WORDS = {
    "eligible": "初步符合",
    "unknown": "缺数据",
    "near": "最接近达标",
    "ineligible": "不符合",
    "claimed": "企业自报",
    "confirmed": "数据已核实",
    "listed": "名单已认定",
}
STATUSES = ("eligible", "unknown", "near", "ineligible")
COLUMNS = ("status", "amount_fen", "failed", "unknown", "claimed", "listed", "near")


@dataclass(frozen=True)
class Sought:
    """Which firms of which policy: a status (or `near`), a county or prefecture, an own word, words."""

    policy: str
    status: str = "eligible"
    region: str = ""
    words: str = ""


@dataclass(frozen=True)
class Hit:
    """A firm as the run found it."""

    public_id: str
    status: str
    amount_fen: int | None
    failed: tuple[str, ...]
    unknown: tuple[str, ...]
    is_claimed: bool
    is_listed: bool
    near: bool = False

    @property
    def assurance(self) -> str:
        if self.is_claimed:
            return "claimed"
        return "listed" if self.is_listed else "confirmed"


@dataclass(frozen=True)
class Shown:
    """A hit with the firm's row and what stands against it, in words."""

    hit: Hit
    row: FirmRow
    reasons: tuple[str, ...]
    step: str = ""


def hits(
    run: Run, sought: Sought, scope: Scope, named: frozenset[str] | None = None
) -> Iterator[tuple[int, Any]]:
    """For each piece its number and the places of the firms sought; columns of one policy are read alone.

    Firms judged again since the run come first, as piece AGAIN, and no more where the run had them.
    """
    folder, place = folder_of(run), run.policies.index(sought.policy)
    again = firms_again(run)
    if again:
        yield AGAIN, found_again(run, sought.policy, sought.status, sought.region, scope, named)
    columns = ["near"] if sought.status == "near" else ["status"]
    for number in range(run.pieces):
        wanted = ["county", "park", *(["enterprise"] if named is not None or again else [])]
        firms = pq.read_table(
            run_files.piece_path(folder, "firms", number), columns=wanted, use_threads=False
        )
        with pq.ParquetFile(run_files.piece_path(folder, "verdicts", number)) as file:
            column = file.read_row_group(place, columns=columns, use_threads=False).column(0)
        marks = column if sought.status == "near" else pc.equal(column, sought.status)
        admitted = _admitted(firms, sought, scope)
        found = marks.to_numpy() if admitted is None else marks.to_numpy() & admitted
        if named is not None:
            found = (
                found & pc.is_in(firms.column("enterprise"), pa.array(sorted(named), pa.string())).to_numpy()
            )
        if again:
            found = found & ~pc.is_in(firms.column("enterprise"), pa.array(again, pa.string())).to_numpy()
        yield number, np.flatnonzero(found)


def _admitted(firms: pa.Table, sought: Sought, scope: Scope) -> Any:
    """Where county and park lie in the scope and the region asked for; None for everywhere."""
    if scope.is_whole and not sought.region:
        return None
    keys = pc.binary_join_element_wise(firms.column("county"), firms.column("park").cast(pa.string()), "/")
    encoded = keys.combine_chunks().dictionary_encode()
    admits = []
    for key in encoded.dictionary.to_pylist():
        county, park = key.split("/")
        inside = scope.admits(county or None, int(park) or None)
        admits.append(inside and county.startswith(sought.region))
    return np.array(admits, bool)[encoded.indices.to_numpy()]


def named_firms(user: User, words: str, today: date) -> frozenset[str] | None:
    """Public ids of the firms that words find in the register, at most CAP; None without words."""
    question = asked_in_address(words)
    if question.kind is Kind.NOTHING:
        return None
    rows = seen_by(user, today).filter(matching(Wanted(question=question), today)).order_by("pk")
    return frozenset(rows.values_list("public_id", flat=True)[:CAP])


def page_of(
    run: Run, sought: Sought, scope: Scope, named: frozenset[str] | None, page: int
) -> tuple[int, int, list[Hit]]:
    """How many firms there are in all, which page this is (the last at most), its firms."""
    places = list(hits(run, sought, scope, named))
    total = sum(len(found) for _number, found in places)
    page = min(max(page, 1), max(-(-total // PAGE_SIZE), 1))
    return total, page, list(read_hits(run, sought.policy, places, (page - 1) * PAGE_SIZE, PAGE_SIZE))


def read_hits(
    run: Run, policy: str, places: Sequence[tuple[int, Any]], skip: int, count: int
) -> Iterator[Hit]:
    """The verdicts of `count` firms after the first `skip`."""
    folder, group = folder_of(run), run.policies.index(policy)
    for number, found in places:
        if skip >= len(found):
            skip -= len(found)
            continue
        some, skip = found[skip : skip + count], 0
        count -= len(some)
        if not len(some):
            return
        if number == AGAIN:
            yield from _hits_again(some.tolist(), group)
            continue
        ids = pq.read_table(run_files.piece_path(folder, "firms", number), columns=["enterprise"])
        with pq.ParquetFile(run_files.piece_path(folder, "verdicts", number)) as file:
            rows = file.read_row_group(group, columns=list(COLUMNS)).take(some).to_pylist()
        for firm, row in zip(ids.column(0).take(some).to_pylist(), rows, strict=True):
            yield _hit(firm, row)
        if count <= 0:
            return


def _hits_again(pks: list[int], place: int) -> Iterator[Hit]:
    rows = Rejudged.objects.filter(pk__in=pks).order_by("pk").values_list("enterprise__public_id", "verdicts")
    for firm, verdicts in rows:
        yield _hit(firm, dict(zip(COLUMNS, verdicts[place], strict=True)))


def _hit(firm: str, row: dict[str, Any]) -> Hit:
    return Hit(
        firm,
        row["status"],
        row["amount_fen"],
        tuple(row["failed"]),
        tuple(row["unknown"]),
        row["claimed"],
        row["listed"],
        row["near"],
    )


def shown(run: Run, sought: Sought, found: Sequence[Hit], user: User, today: date) -> list[Shown]:
    """The hits with their firms; one that was merged away or left the scope since is left out."""
    public_ids = [hit.public_id for hit in found]
    seen = seen_by(user, today).filter(public_id__in=public_ids).order_by("pk")
    keys = dict(seen.values_list("public_id", "pk"))
    rows = {row.firm.public_id: row for row in rows_of(keys.values(), code_tables())}
    steps = _steps(run, sought.policy, keys) if sought.status == "near" else {}
    words = reason_words(run, sought.policy)
    return [
        Shown(hit, rows[hit.public_id], words.of(hit), steps.get(hit.public_id, ""))
        for hit in found
        if hit.public_id in rows
    ]


def _steps(run: Run, policy: str, keys: dict[str, int]) -> dict[str, str]:
    """The smallest lawful change of one fact for each firm, judged again before it is told."""
    standing = judge(run.on, run.known_on)
    facts = facts_of_firms(list(keys.values()), run.on, run.known_on)
    told = {}
    for public_id, pk in keys.items():
        near = standing.explain(facts[pk].facts, policy).near_miss
        if near is not None:
            told[public_id] = near.sentence
    return told


@dataclass(frozen=True)
class Reasons:
    """The conditions of a policy and the facts they ask for, in words."""

    texts: dict[str, str]
    facts: dict[str, str]

    def of(self, hit: Hit) -> tuple[str, ...]:
        """What fails, or what is missing."""
        if hit.status == "unknown":
            named = (self.facts.get(name, name) for name in hit.unknown)
            return tuple(dict.fromkeys(text for text in named if text))
        return tuple(self.texts.get(name, name) for name in hit.failed)


def reason_words(run: Run, policy: str) -> Reasons:
    """The words of a policy's conditions on the day of the run."""
    plan = judge(run.on, run.known_on).plans.get(policy)
    if plan is None or plan.edition is None:
        return Reasons({}, {})
    facts = rulebook().catalogue.facts
    texts = {leaf.id: leaf.text for leaf in leaves(plan.edition.conditions)}
    asked = {
        leaf: "、".join(fact_label(facts[name]) for name in names if name in facts)
        for leaf, names in plan.names.items()
    }
    return Reasons(texts, asked)


def export_rows(
    run: Run, sought: Sought, places: Sequence[tuple[int, Any]], scope: Scope
) -> Iterator[tuple[object, ...]]:
    """The rows of an export in the order of the list; a firm that left the scope since is left out."""
    total = sum(len(found) for _number, found in places)
    words, tables = reason_words(run, sought.policy), code_tables()
    for first in range(0, total, STEP):
        batch = list(read_hits(run, sought.policy, places, first, STEP))
        firms = Enterprise.objects.present().filter(
            scope.rows(), public_id__in=[one.public_id for one in batch]
        )
        known = {firm.public_id: firm for firm in firms.only(*EXPORTED).order_by("pk")}
        for one in batch:
            if one.public_id in known:
                yield _export_row(known[one.public_id], one, words, tables)


def _export_row(firm: Enterprise, hit: Hit, words: Reasons, tables: Tables) -> tuple[object, ...]:
    county, industry = tables.divisions.get(firm.prefecture or ""), tables.industries.get(firm.gb4754 or "")
    size = rulebook().catalogue.facts["size_class"].values.get(firm.size_class or "", "")
    return (
        firm.name,
        firm.credit_code,
        county.name if county else "",
        industry.name if industry else "",
        size,
        WORDS["near" if hit.near else hit.status],
        WORDS[hit.assurance] if hit.status == "eligible" else "",
        hit.amount_fen,
        "；".join(words.of(hit)),
    )
