"""`huiqi load_reference`: bring the code lists in the database up to date."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings

from huiqi.core.cli import HuiqiCommand
from huiqi.reference.commands import load_reference


class Command(HuiqiCommand):
    help = "载入行政区划与国民经济行业代码；内容未变时不做任何事，可反复执行。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="内容未变也重新载入")

    def handle(self, *args: Any, **options: Any) -> None:
        report = load_reference(province=settings.HUIQI_PROVINCE, force=options["force"])
        if options["verbosity"] == 0 and not options["as_json"]:
            return
        counts = report.counts
        state = "已载入" if report.changed else "没有变化"
        self.answer(
            asdict(report),
            f"{state}：市州{counts['prefectures']}个，县市区{counts['counties']}个（另有历史区划{counts['former_divisions']}个）；"
            f"行业门类{counts['industry_sections']}、大类{counts['industry_divisions']}、"
            f"中类{counts['industry_groups']}、小类{counts['industry_classes']}个。",
            as_json=options["as_json"],
        )
