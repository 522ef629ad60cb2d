"""`huiqi personal_fields`: the data map of personal information."""

from dataclasses import asdict
from typing import Any

from django.apps import apps

from huiqi.core.cli import HuiqiCommand
from huiqi.core.errors import Refused
from huiqi.core.personal_register import ARCHIVE, AT_ONCE, data_map, faults

_BY = {AT_ONCE: "不再需要时随即清除", ARCHIVE: "随档案保存"}


class Command(HuiqiCommand):
    help = "列出系统保存的全部个人信息：目的、依据、保存期限、是否加密。"

    def handle(self, *args: Any, **options: Any) -> None:
        found = faults([model for model in apps.get_models() if model.__module__.startswith("huiqi.")])
        if found:
            raise Refused("core.personal_register", "个人信息登记表不完整：" + "；".join(found))
        rows = data_map()
        lines = [
            f"{row.model}.{row.field}（{row.label}，{'加密' if row.is_encrypted else '未加密'}）\n"
            f"  目的：{row.purpose}\n  依据：{row.basis}\n  保存：{row.retention}\n"
            f"  执行：{_BY.get(row.by, f'huiqi {row.by}')}"
            for row in rows
        ]
        self.answer([asdict(row) for row in rows], "\n".join(lines), as_json=options["as_json"])
