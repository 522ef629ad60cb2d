"""Scenarios of the demonstration: one policy with a line at two places, and one others decide, estimated.

Everything goes through the commands an officer's pages use; figures mean nothing.
"""

from datetime import date, datetime

from huiqi.accounts.models import User
from huiqi.enterprises.commands.snapshots import make_snapshot, snapshot_root
from huiqi.whatif.commands.estimates import carry_out
from huiqi.whatif.commands.scenarios import Begin, begin_scenario, change_scenario, propose_scenario
from huiqi.whatif.models import Scenario
from huiqi.whatif.queries.sources import newest_snapshot
from huiqi.whatif.variants import AddedCondition, AddedFigure, Changes

FUND, EXEMPT = "hunan-sme-fund-epidemic-track", "si-exempt-msme"
AWARD_FEN = 5_000_000
STAFF_MAX = (50, 300)
EDITOR = "editor"


def make_whatif(*, on: date, wall: datetime) -> int:
    """Make the demonstration's scenarios once; returns how many are new."""
    editor = User.objects.filter(username=EDITOR).first()
    if editor is None or editor.unit is None or Scenario.objects.exists():
        return 0
    if newest_snapshot() is None:
        for _done in make_snapshot(snapshot_root(), on=on, at=wall, actor=None):
            pass
    wishes = [(Begin(FUND, f"演示：奖补{staff}人及以下的企业", on), _fund(staff)) for staff in STAFF_MAX]
    stricter = Changes(added_conditions=(AddedCondition("职工不超过50人", "employees <= 50"),))
    wishes.append((Begin(EXEMPT, "演示：只免征50人及以下的企业", on), stricter))
    rows = [_made(wish, changes, editor, wall) for wish, changes in wishes]
    propose_scenario(rows[0], actor=editor, at=wall)
    return len(rows)


def _fund(staff: int) -> Changes:
    return Changes(
        parameters={"award": AWARD_FEN},
        added=(AddedFigure("staff_max", "人数上限", "person", staff),),
        conditions={"act_rent": "employees <= staff_max", "notice": ""},
    )


def _made(wish: Begin, changes: Changes, editor: User, wall: datetime) -> Scenario:
    assert editor.unit is not None
    row = begin_scenario(wish, actor=editor, unit=editor.unit, at=wall)
    values = {"title": wish.title, "notes": "演示数据，不代表任何决定。"}
    row = change_scenario(row, values, changes, expected=row.version, actor=editor, at=wall)
    for _done in carry_out(row):
        pass
    return row
