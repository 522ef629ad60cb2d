"""`huiqi find_duplicates`: propose pairs of rows that may be one firm."""

from typing import Any

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.enterprises.commands.duplicates import find_duplicates, last_count


class Command(HuiqiCommand):
    help = "查找可能是同一家企业的记录（至少两项线索相符），交由人工判断；判断过的不再提出。"

    def handle(self, *args: Any, **options: Any) -> None:
        found = last_count(find_duplicates(actor=None, at=clock.now()))
        self.answer({"found": found}, f"新找到{found}对疑似重复。", as_json=options["as_json"])
