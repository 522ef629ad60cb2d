"""`huiqi restore FILE`: the site as it was when the backup was made."""

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from huiqi.core import clock
from huiqi.core.backup.restoring import check_backup, restore_backup
from huiqi.core.cli import HuiqiCommand
from huiqi.core.errors import Refused
from huiqi.core.trail.verification import Broken


class Command(HuiqiCommand):
    help = "从备份恢复数据库、私有文件和审计锚定文件；先停止网站和后台任务。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true", help="只检查备份能否恢复，不做改动")
        parser.add_argument("--replace", action="store_true", help="取代本站现有的全部内容")
        parser.add_argument("--other-keys", action="store_true", help="密钥不同也恢复，加密内容将读不出来")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check(options)
            return
        try:
            restored = restore_backup(
                options["file"],
                at=clock.wall_now(),
                replace=options["replace"],
                other_keys=options["other_keys"],
                say=self.stderr.write,
            )
        except Broken as broken:
            raise Refused(broken.code, f"内容已恢复，但审计记录核验未通过：{broken.message}") from broken
        human = (
            f"恢复完成：{restored.made_at}的备份（版本{restored.release}），文件{restored.private_files}个，"
            f"审计记录完好（{restored.trail.sealed}条已封存）。原有文件改名保留，确认无误后可删除。"
        )
        self.answer(asdict(restored), human, as_json=options["as_json"])

    def _check(self, options: dict[str, Any]) -> None:
        manifest = check_backup(options["file"], other_keys=options["other_keys"])
        found = {"made_at": manifest.made_at, "release": manifest.release, "parts": len(manifest.parts)}
        human = f"备份完好：{manifest.made_at}，版本{manifest.release}，{len(manifest.parts)}个部分。"
        self.answer(found, human, as_json=options["as_json"])
