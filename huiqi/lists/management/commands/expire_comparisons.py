"""`huiqi expire_comparisons`: forget the answers of comparisons whose term is over; run it daily."""

from typing import Any

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.lists.commands.comparison import forget_expired


class Command(HuiqiCommand):
    help = "删去已过使用期限的名单比对答复（请每天运行一次）"

    def handle(self, *args: Any, **options: Any) -> None:
        count = forget_expired(clock.today())
        self.answer({"forgotten": count}, f"删去{count}条过期答复。", as_json=bool(options["as_json"]))
