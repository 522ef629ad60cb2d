"""`huiqi requeue_jobs`: run again the jobs whose worker died."""

from typing import Any

from huiqi.core import jobs
from huiqi.core.cli import HuiqiCommand


class Command(HuiqiCommand):
    help = "把运行中断的后台任务重新排队；站点启动时自动执行一次，也可以定时执行。"

    def handle(self, *args: Any, **options: Any) -> None:
        count = jobs.requeue_dead_jobs()
        self.answer({"requeued": count}, f"重新排队{count}项任务。", as_json=options["as_json"])
