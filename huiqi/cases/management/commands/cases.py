"""`huiqi cases tick|recompute|figures`: what clocks and figures of cases ask for, by a timer."""

import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.core.management.base import CommandParser

from huiqi.cases.commands.drafts import expire_drafts
from huiqi.cases.commands.figures import check_figures, pack_figures
from huiqi.cases.commands.file_12345 import tidy_requests
from huiqi.cases.commands.knots import propose_knots
from huiqi.cases.commands.ladder import climb_ladders
from huiqi.cases.commands.offline_packs import tidy_packs
from huiqi.cases.commands.permits import remind_of_promises
from huiqi.cases.commands.recalculation import recompute_clocks
from huiqi.cases.commands.reminders import send_reminders
from huiqi.cases.commands.supervision import draft_supervisions, remind_of_answers
from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand, instant_of, offer_instant, printable

log = structlog.get_logger("huiqi.cases")

# The ends first: what follows goes by them.
WORK: tuple[tuple[str, Callable[[datetime], object]], ...] = (
    ("clocks", lambda at: recompute_clocks(at=at)),
    ("reminders", lambda at: send_reminders(at=at)),
    ("supervisions", lambda at: draft_supervisions(at=at)),
    ("answers_asked", lambda at: remind_of_answers(at=at)),
    ("promises", lambda at: remind_of_promises(at=at)),
    ("raised", lambda at: climb_ladders(at=at)),
    ("knots", lambda at: len(propose_knots(at=at))),
    ("figures", lambda _at: pack_figures()),
    # Age is a matter of real time, whatever day the site acts on.
    ("drafts_expired", lambda at: expire_drafts(clock.wall_now())),
    ("files_deleted", lambda at: tidy_requests(wall=clock.wall_now())),
    ("packs_deleted", lambda at: tidy_packs(wall=clock.wall_now())),
)


class Command(HuiqiCommand):
    help = "诉求计时：到点催办、起草督办、提请上级关注、归集堵点、按新的节假日安排重算期限"

    def add_arguments(self, parser: CommandParser) -> None:
        group = parser.add_subparsers(dest="act", required=True, metavar="{tick,recompute,figures}")
        tick = self.subparser(group, "tick", "做完到点该做的事；应每五分钟运行，重复运行不会重复提醒")
        offer_instant(tick)
        recompute = self.subparser(group, "recompute", "重算全部未办结诉求的期限，说明变动原因")
        offer_instant(recompute, "按这个时刻已公布的安排，如 2020-01-28T09:00")

        figures = self.subparser(group, "figures", "把有变动的诉求并入统计数据块；只影响看板快慢，不影响数")
        figures.add_argument("--everything", action="store_true", help="全部重做")
        figures.add_argument(
            "--check", action="store_true", help="与诉求逐行核对，不改动；有不一致时退出码为1"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] == "figures":
            self._figures(**options)
            return
        at, as_json = instant_of(options["at"]), bool(options["as_json"])
        if options["act"] == "recompute":
            done = recompute_clocks(at=at, everything=True)
            said = f"重算{done['clocks']}个计时，变动{done['moved']}个，涉及诉求{done['cases']}件"
            self.answer(done, f"{said}；正在办理、留待下次的{done['skipped']}件。", as_json=as_json)
        else:
            self._tick(at, as_json)

    def _figures(self, *, check: bool, everything: bool, as_json: bool, **_rest: Any) -> None:
        done = check_figures() if check else pack_figures(everything=everything)
        if check:
            said = f"核对{done['blocks']}个数据块，不一致{done['wrong']}个。"
        else:
            said = f"有变动的诉求{done['changed']}件，重做数据块{done['blocks']}个。"
        self.answer(done, said, as_json=as_json)
        if done.get("wrong"):
            self.stderr.write(printable("请运行 huiqi cases figures --everything 重做，并报告这个问题。"))
            sys.exit(1)

    def _tick(self, at: datetime, as_json: bool) -> None:
        """Do each kind of work; one that fails does not keep the others from being done."""
        done: dict[str, object] = {}
        failed = []
        for name, act in WORK:
            try:
                done[name] = act(at)
            except Exception as error:
                log.exception("tick failed", work=name)
                failed.append(f"{name}（{type(error).__name__}）")
        self.answer(done, _said(done), as_json=as_json)
        if failed:
            self.stderr.write(printable(f"没有完成：{'、'.join(failed)}。详情见日志，修复后再运行即可。"))
            sys.exit(1)


def _said(done: dict[str, Any]) -> str:
    clocks, reminders, drafts = (done.get(name, {}) for name in ("clocks", "reminders", "supervisions"))
    return (
        f"期限变动{clocks.get('moved', 0)}个，催办{reminders.get('clocks', 0)}件次，"
        f"起草督办{drafts.get('drafted', 0)}份，催回复{done.get('answers_asked', 0)}份，"
        f"提请上级关注{done.get('raised', 0)}件，新提堵点{done.get('knots', 0)}个。"
    )
