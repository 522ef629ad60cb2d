"""`huiqi reach tick`: each morning, why reliefs have not arrived and whom to call."""

from argparse import ArgumentParser
from typing import Any

from huiqi.core.cli import HuiqiCommand, instant_of, offer_instant
from huiqi.reach.commands.morning import tick


class Command(HuiqiCommand):
    help = "政策直达：采用问卷里的说法，统计未到位的原因，把待联系名单告诉区县；可重复运行，不会重复提醒。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        group = parser.add_subparsers(dest="act", required=True)
        offer_instant(self.subparser(group, "tick", "每天早上运行一次"))

    def handle(self, *args: Any, **options: Any) -> None:
        done = tick(at=instant_of(options["at"]))
        human = f"未到位{done['waiting']}项，待联系企业{done['to_call']}家，提醒{done['told']}人。"
        self.answer(done, human, as_json=options["as_json"])
