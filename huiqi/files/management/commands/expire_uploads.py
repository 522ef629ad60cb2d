"""`huiqi expire_uploads`: delete uploads past their time; meant for a daily timer, safe to run again."""

from typing import Any

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.files.commands import expire_uploads


class Command(HuiqiCommand):
    help = "删除过期的上传文件和没有记录的文件内容（可重复运行，适合每日定时）"

    def handle(self, *args: Any, **options: Any) -> None:
        deleted = list(expire_uploads(clock.wall_now()))[-1]
        self.answer({"deleted": deleted}, f"删除了{deleted}个过期文件。", as_json=bool(options["as_json"]))
