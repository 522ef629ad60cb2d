"""`huiqi hotline ring NUMBER`: a call that comes in, for trying out and for telephone systems."""

from typing import Any

from django.core.management.base import CommandParser

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.core.personal import mask_phone
from huiqi.hotline.commands.ringing import ring_in


class Command(HuiqiCommand):
    help = "热线：让一通来电在空闲的在岗坐席屏幕上弹出"

    def add_arguments(self, parser: CommandParser) -> None:
        group = parser.add_subparsers(dest="act", required=True, metavar="{ring}")
        ring = self.subparser(group, "ring", "模拟或转入一通来电，在最久没有接电话的在岗坐席屏幕上弹出")
        ring.add_argument("number", metavar="号码", help="来电号码，如 13800001234")

    def handle(self, *args: Any, **options: Any) -> None:
        pop = ring_in(str(options["number"]), wall=clock.wall_now())
        machine = {"pop": pop.public_id, "agent": pop.agent.username, "phone": mask_phone(pop.phone)}
        said = f"{machine['phone']}的来电已转给{pop.agent.name}。"
        self.answer(machine, said, as_json=bool(options["as_json"]))
