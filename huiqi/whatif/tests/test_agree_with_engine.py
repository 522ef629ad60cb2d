"""Properties of an estimate, over firms with gaps: it says of each firm what the engine says of it alone."""

import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from huiqi.reference.judging import rulebook
from huiqi.rules.judge import Judge
from huiqi.rules.policy import Policy
from huiqi.rules.rulebook import Rulebook
from huiqi.runs.pieces import Lists
from huiqi.whatif.commands.scenarios import copied
from huiqi.whatif.estimating import Source, compare, sums
from huiqi.whatif.tests.make import FUND, ON
from huiqi.whatif.variants import AddedFigure, Changes, build
from tests.harness.examples import thorough

TYPES = {
    "prefecture": pa.string(),
    "gb4754": pa.string(),
    "employees": pa.int64(),
    "job_pledge": pa.bool_(),
}
# What an estimate calls a firm whose answer goes from the one to the other.
CALLED = {
    ("ineligible", "eligible"): "gained",
    ("eligible", "ineligible"): "lost",
    ("unknown", "eligible"): "settled",
    ("eligible", "unknown"): "doubted",
    ("ineligible", "unknown"): "opened",
    ("unknown", "ineligible"): "closed",
}
firms = st.lists(
    st.fixed_dictionaries(
        {
            "prefecture": st.sampled_from(["430181", "430102", None]),
            "gb4754": st.sampled_from(["3411", "5211", None]),
            "employees": st.none() | st.integers(0, 40),
            "job_pledge": st.none() | st.booleans(),
        }
    ),
    max_size=12,
)


def scenario(staff_max: int, award: int | None, *, pledged: bool = False) -> Changes:
    """The fund for firms of up to so many people, with a sum of so many fen each."""
    more = {"act_service": "job_pledge"} if pledged else {}
    return Changes(
        conditions={"act_rent": "employees <= staff_max", "notice": "", **more},
        parameters={"award": award},
        added=(AddedFigure("staff_max", "人数上限", "person", staff_max),),
    )


scenarios = st.builds(
    scenario, st.integers(0, 40), st.none() | st.sampled_from([0, 100, 5_000_00]), pledged=st.booleans()
)


def made(changes: Changes) -> Policy:
    found = build(copied(FUND, ON)[0], changes, rulebook().catalogue)
    assert found.policy is not None, found.faults
    return found.policy


def source_of(folder: str, rows: list[dict[str, Any]]) -> Source:
    columns = {name: pa.array([row[name] for row in rows], type_) for name, type_ in TYPES.items()}
    ids = pa.array([str(at) for at in range(len(rows))], pa.string())
    path = Path(folder) / "part.parquet"
    pq.write_table(pa.table({"enterprise": ids, **columns}), path)
    return Source([path], Lists(), rulebook().catalogue, ON, lambda code: code[:2])


def alone(policy: Policy, row: dict[str, Any]) -> tuple[str, int | None]:
    book = rulebook()
    judge = Judge(Rulebook(book.catalogue, {policy.id: policy}), ON)
    facts = {name: value for name, value in row.items() if value is not None}
    verdict = judge.verdict(book.catalogue.parse(facts), policy.id)
    return verdict.status, verdict.amount_fen


@thorough(60, deadline=None)
@given(firms, scenarios)
def test_a_scenario_without_change_moves_no_firm(rows: list[dict[str, Any]], changes: Changes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (found,) = compare(made(changes), made(changes), source_of(folder, rows))
    assert found.changed.num_rows == 0
    for name in ("eligible", "unknown", "amount_fen", "open"):
        assert found.totals.column(f"base_{name}") == found.totals.column(f"scenario_{name}")


@thorough(60, deadline=None)
@given(firms, scenarios, scenarios)
def test_each_firm_is_told_as_the_engine_judges_it(
    rows: list[dict[str, Any]], before: Changes, after: Changes
) -> None:
    base, changed = made(before), made(after)
    with tempfile.TemporaryDirectory() as folder:
        (found,) = compare(base, changed, source_of(folder, rows))
    listed = {one["enterprise"]: one for one in found.changed.to_pylist()}
    for at, row in enumerate(rows):
        was, now, told = alone(base, row), alone(changed, row), listed.get(str(at))
        if was == now:
            assert told is None
            continue
        assert told is not None
        assert (told["before"], told["before_fen"]) == was
        assert (told["after"], told["after_fen"]) == now
        assert told["move"] == _called(was, now)
        assert told["reasons"]


def _called(was: tuple[str, int | None], now: tuple[str, int | None]) -> str:
    if was[0] != now[0]:
        return CALLED[was[0], now[0]]
    if was[1] is None or now[1] is None:
        return "priced" if was[1] is None else "unpriced"
    return "more" if now[1] > was[1] else "less"


@thorough(60, deadline=None)
@given(firms, st.integers(0, 40), st.integers(0, 40))
def test_a_stricter_threshold_gains_no_firm_and_no_money(
    rows: list[dict[str, Any]], one: int, other: int
) -> None:
    wide, strict = (made(scenario(staff_max, 100)) for staff_max in sorted((one, other), reverse=True))
    with tempfile.TemporaryDirectory() as folder:
        source = source_of(folder, rows)
        (found,) = compare(wide, strict, source)
        before, after = sums([wide, strict], source)
    assert {"gained", "settled", "opened", "more"}.isdisjoint(found.changed.column("move").to_pylist())
    assert after.amount_fen <= before.amount_fen
    assert after.eligible <= before.eligible
