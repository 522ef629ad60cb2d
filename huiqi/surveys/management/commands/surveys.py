"""`huiqi surveys tick`: what surveys ask for at their times, by a timer."""

from typing import Any

from django.core.management.base import CommandParser

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.questionnaires.commands.approvals import tell_ending_approvals
from huiqi.surveys.commands.results import refresh_due
from huiqi.surveys.commands.sending import remind_due
from huiqi.surveys.commands.waves import close_overdue
from huiqi.surveys.moments import Moment


class Command(HuiqiCommand):
    help = (
        "问卷调查到点的事：截止过期的轮次，按规则提醒还没答的企业，答卷够了就重新汇总，"
        "批准文号到期前30天和7天告诉调查单位；重复运行不会重复提醒或汇总。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        group = parser.add_subparsers(dest="act", required=True, metavar="{tick}")
        self.subparser(group, "tick", "做完到点该做的事；应每十五分钟运行")

    def handle(self, *args: Any, **options: Any) -> None:
        moment = Moment(clock.now(), clock.wall_now())
        done = {
            "closed": close_overdue(today=moment.today),
            "reminding": remind_due(moment=moment),
            "asked": refresh_due(at=moment.at, wall=moment.wall),
            "ending": tell_ending_approvals(at=moment.at),
        }
        human = (
            f"截止{done['closed']}轮，开始提醒{done['reminding']}轮，开始汇总{done['asked']}项，"
            f"批准文号快到期的问卷{done['ending']}份。"
        )
        self.answer(done, human, as_json=bool(options["as_json"]))
