"""`huiqi scan_uploads`: let clamd look at what nobody has scanned yet, safe to run again."""

from typing import Any

from huiqi.core.cli import HuiqiCommand
from huiqi.files.commands import scan_uploads


class Command(HuiqiCommand):
    help = "用查毒程序（HUIQI_CLAMD）检查还没有查毒的上传文件（可重复运行）"

    def handle(self, *args: Any, **options: Any) -> None:
        steps = list(scan_uploads())
        scanned, infected = steps[-1] if steps else (0, 0)
        self.answer(
            {"scanned": scanned, "infected": infected},
            f"查了{scanned}个文件，其中{infected}个有病毒。",
            as_json=bool(options["as_json"]),
        )
