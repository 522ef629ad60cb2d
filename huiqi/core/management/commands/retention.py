"""`huiqi retention`: delete or empty personal data whose time is over; daily, safe to run again."""

import sys
from typing import Any

import structlog
from django.core.management.base import CommandParser

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand, printable
from huiqi.core.retention import RULES, Instants, carry_out, count_due

log = structlog.get_logger("huiqi.retention")


class Command(HuiqiCommand):
    help = "清除到期的个人信息（按个人信息登记表写明的保存期限；可重复运行，适合每日定时）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="只数出各有多少条到期，不清除")

    def handle(self, *args: Any, **options: Any) -> None:
        """One rule that fails does not keep the others from being carried out."""
        instants = Instants(clock.now(), clock.wall_now())
        act = count_due if options["dry_run"] else carry_out
        done: dict[str, int] = {}
        failed = []
        for name, rule in sorted(RULES.items()):
            try:
                done[name] = act(rule, instants)
            except Exception as error:
                log.exception("retention failed", rule=name)
                failed.append(f"{rule.title}（{type(error).__name__}）")
        verb = "到期" if options["dry_run"] else "已清除"
        lines = [f"{RULES[name].title}：{verb}{count}条" for name, count in done.items()]
        self.answer(done, "\n".join(lines), as_json=bool(options["as_json"]))
        if failed:
            self.stderr.write(printable(f"没有完成：{'、'.join(failed)}。详情见日志，修复后再运行即可。"))
            sys.exit(1)
