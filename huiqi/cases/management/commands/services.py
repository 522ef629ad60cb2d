"""`huiqi services check|load|list`: check rulebook/services, take it over, and say what is offered."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from huiqi.cases.commands.items import take_over
from huiqi.cases.items.reading import Shipped, read_items
from huiqi.cases.queries.items import item_rows
from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.rules.problems import RulebookError


class Command(HuiqiCommand):
    help = "检查服务事项（rulebook/services），载入为事项版本，列出现有事项"

    def add_arguments(self, parser: CommandParser) -> None:
        group = parser.add_subparsers(dest="act", required=True, metavar="{check,load,list}")
        for name, words in (("check", "检查全部事项文件"), ("load", "把改过的文件载入为新版本；可重复运行")):
            found = self.subparser(group, name, words)
            found.add_argument("--rulebook", metavar="DIR", help="规则库目录（默认为本站的）")
        self.subparser(group, "list", "列出事项和它们的版本")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json = bool(options["as_json"])
        if options["act"] == "list":
            self._list(as_json)
            return
        shipped = self._read(Path(options["rulebook"] or settings.RULEBOOK_DIR))
        if options["act"] == "check":
            topics = sum(len(item.definition.topics) for item in shipped.values())
            gaps = sum(
                limit.basis.confidence == "GAP"
                for item in shipped.values()
                for limit in item.definition.limits
            )
            counts = {"items": len(shipped), "topics": topics, "limits_without_source": gaps}
            said = f"事项{len(shipped)}个，主题{topics}个，没有依据而取默认值的时限{gaps}处。"
        else:
            counts = take_over(shipped, at=clock.now())
            said = (
                f"发布{counts['published']}个，待比对草稿{counts['drafts']}个，"
                f"因已有草稿等待{counts['waiting']}个，没有变化{counts['unchanged']}个。"
            )
        self.answer(counts, said, as_json=as_json)

    def _read(self, folder: Path) -> dict[str, Shipped]:
        try:
            return read_items(folder, _policies(folder))
        except RulebookError as error:
            self.fail("\n".join(["有需要修改的地方：", *(f"· {problem}" for problem in error.problems)]))
            raise

    def _list(self, as_json: bool) -> None:
        rows = item_rows()
        machine = [
            {
                "item": row.item,
                "title": row.title,
                "edition": row.current.number if row.current else None,
                "draft": row.draft.number if row.draft else None,
                "open_cases": row.open_cases,
            }
            for row in rows
        ]
        said = "\n".join(
            f"{row.item}　{row.title}　{f'第{row.current.number}版' if row.current else '没有开放'}"
            f"{f'　有草稿（第{row.draft.number}版）' if row.draft else ''}"
            for row in rows
        )
        self.answer(machine, said, as_json=as_json)


def _policies(folder: Path) -> set[str]:
    """The ids of the rulebook's policies, without reading them: loading must stay quick."""
    return {path.parent.name for path in folder.glob("*/policy.yaml")}
