"""`huiqi expire_tables`: delete uploaded tables and exported lists whose time is over."""

from typing import Any

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.enterprises.commands.exports import tidy_exports
from huiqi.enterprises.commands.imports import tidy_imports


class Command(HuiqiCommand):
    help = "删除到期的导入文件（结束或搁置后7天）和导出文件（24小时）；应每天定时执行"

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.wall_now()
        imports, exports = tidy_imports(at=at), tidy_exports(at=at)
        said = f"删除导入文件{imports}个、导出文件{exports}个。"
        self.answer({"imports": imports, "exports": exports}, said, as_json=options["as_json"])
