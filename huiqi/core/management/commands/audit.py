"""`huiqi audit seal | verify | export`: the seal of the audit trail and its proof."""

import json
import os
import time
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog
from django.db import connection

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.core.errors import Refused
from huiqi.core.trail.chain import canonical
from huiqi.core.trail.reading import sealed_rows
from huiqi.core.trail.sealer import anchor_path, renew_anchor, seal_records
from huiqi.core.trail.verification import Broken, verify_trail

log = structlog.get_logger("huiqi.audit")


class Command(HuiqiCommand):
    help = "审计记录的封存、核验与导出。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        seal = self.subparser(
            verbs, "seal", "把尚未封存的审计记录连成链，并在数据库外锚定链尾；应每分钟运行。"
        )
        seal.add_argument("--limit", type=int, help="本次最多封存多少条")
        seal.add_argument("--every", type=int, metavar="秒", help="不退出，每隔这么多秒封存一次")
        seal.add_argument("--new-anchor", action="store_true", help="查明原因后重新开始锚定，旧文件改名保留")
        verify = self.subparser(verbs, "verify", "核验全部审计记录；完好时退出码为0，否则为1并指出第一处。")
        verify.add_argument("--anchor", type=Path, help="对照另存的锚定文件核验")
        export = self.subparser(verbs, "export", "把已封存的记录写成 JSON Lines 文件，含链的摘要。")
        export.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        {"seal": self._seal, "verify": self._verify, "export": self._export}[options["verb"]](options)

    def _seal(self, options: dict[str, Any]) -> None:
        if options["new_anchor"]:
            aside = renew_anchor(at=clock.wall_now())
            self.stderr.write(f"旧锚定文件已改名为{aside}。" if aside else "没有旧锚定文件。")
        if options["every"]:
            self._keep_sealing(max(1, options["every"]))
        sealed = seal_records(at=clock.wall_now(), limit=options["limit"])
        human = f"本次封存{sealed.count}条，审计链共{sealed.number}环。"
        self.answer(asdict(sealed), human, as_json=options["as_json"])

    def _keep_sealing(self, seconds: int) -> None:
        """Until stopped. A fault is logged and the next turn tries again: records only wait longer."""
        while True:
            try:
                seal_records(at=clock.wall_now())
            except Exception:
                log.exception("sealing failed")
            connection.close_if_unusable_or_obsolete()
            time.sleep(seconds)

    def _verify(self, options: dict[str, Any]) -> None:
        path = options["anchor"] or anchor_path()
        try:
            found = verify_trail(path, progress=self._progress)
        except Broken as broken:
            if options["as_json"]:
                fault = {"ok": False, "kind": broken.kind, "number": broken.number, "message": broken.message}
                self.stdout.write(json.dumps(fault, ensure_ascii=False))
            raise
        human = (
            f"审计记录完好：已封存{found.sealed}条，等待封存{found.waiting}条，"
            f"锚定文件{found.anchor_lines}行。末端摘要{found.digest}。"
        )
        self.answer({"ok": True, **asdict(found)}, human, as_json=options["as_json"])

    def _progress(self, done: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"已核验{done}条", ending="\r")

    def _export(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        count = 0
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "w", encoding="utf-8") as file:
                for row in sealed_rows():
                    count += 1
                    seal = {name: row.pop(name) for name in ("number", "previous", "digest")}
                    file.write(json.dumps({**seal, "record": json.loads(canonical(row))}) + "\n")
        except FileExistsError as error:
            raise Refused("core.file_exists", f"{path}已经存在。请换一个文件名，或先移走它。") from error
        except OSError as error:
            raise Refused("core.file_unwritable", f"无法写入{path}：{error.strerror}。") from error
        self.answer({"file": str(path), "records": count}, f"已写出{count}条。", as_json=options["as_json"])
