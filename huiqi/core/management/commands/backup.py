"""`huiqi backup FILE`: the whole site, without its keys, in one file."""

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from huiqi.core import clock
from huiqi.core.backup.making import make_backup
from huiqi.core.cli import HuiqiCommand


class Command(HuiqiCommand):
    help = "把数据库、私有文件和审计锚定文件备份成一个文件；网站不必停止。备份不含密钥。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="备份文件，如 huiqi-20200301.tar.gz；不可已存在")

    def handle(self, *args: Any, **options: Any) -> None:
        made = make_backup(options["file"], at=clock.wall_now(), say=self.stderr.write)
        human = (
            f"备份完成：{made.file}，{made.size:,}字节，文件{made.private_files}个。\n"
            "备份不含 HUIQI_SECRET_KEY 和 HUIQI_KEYS，请另行妥善保管：没有它们，加密的内容读不出来。"
        )
        self.answer({**asdict(made), "holds_keys": False}, human, as_json=options["as_json"])
