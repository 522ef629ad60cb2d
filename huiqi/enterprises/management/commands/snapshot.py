"""`huiqi snapshot make | verify | list`: the register's current columns as Parquet, for runs over all."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.core.dates import readable
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises import snapshot_files
from huiqi.enterprises.commands.snapshots import KEPT, make_snapshot, snapshot_root

WRONG = {"missing": "缺少", "changed": "与清单不符", "strange": "不在清单上"}


class Command(HuiqiCommand):
    help = "企业档案快照：写出、核验、列出。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        make = self.subparser(verbs, "make", "把全部企业的现状写成一份快照（Parquet），并删去过旧的快照。")
        make.add_argument("--keep", type=int, default=KEPT, metavar="N", help=f"保留最近几份，默认{KEPT}份")
        make.add_argument("--whole", action="store_true", help="全部重写，不沿用上一份快照")
        verify = self.subparser(verbs, "verify", "核验一份快照；完好时退出码为0，否则为1并指出每个文件。")
        verify.add_argument("name", nargs="?", help="快照名称，默认为最近一份")
        self.subparser(verbs, "list", "列出快照。")

    def handle(self, *args: Any, **options: Any) -> None:
        {"make": self._make, "verify": self._verify, "list": self._list}[options["verb"]](options)

    def _make(self, options: dict[str, Any]) -> None:
        if options["keep"] < 1:
            raise Refused("enterprises.keep_one", gettext_noop("至少要保留1份快照。"))
        steps = make_snapshot(
            snapshot_root(),
            on=clock.today(),
            at=clock.wall_now(),
            actor=None,
            keep=options["keep"],
            whole=options["whole"],
        )
        for _ in steps:
            pass
        self._tell(self._newest(), options)

    def _tell(self, name: str, options: dict[str, Any]) -> None:
        made = snapshot_files.read_manifest(snapshot_root() / name)
        files = len(made.parts) + len(made.changes)
        human = f"快照{made.name}：{made.firms}家企业，{files}个文件。"
        if made.base:
            human += f"沿用快照{made.base}，改写变动的{sum(file.rows for file in made.changes)}行。"
        self.answer(asdict(made), human, as_json=options["as_json"])

    def _newest(self) -> str:
        found = snapshot_files.names(snapshot_root())
        if not found:
            raise Refused(
                "enterprises.no_snapshot", gettext_noop("还没有快照，请先运行 huiqi snapshot make。")
            )
        return found[-1]

    def _verify(self, options: dict[str, Any]) -> None:
        name = options["name"] or self._newest()
        if name not in snapshot_files.names(snapshot_root()):
            raise _unknown(name)
        try:
            wrong = list(snapshot_files.faults(snapshot_root() / name))
        except snapshot_files.NoSnapshot as error:
            raise _unknown(name) from error
        for file, kind in wrong:
            self.stderr.write(f"{file}：{WRONG[kind]}")
        if wrong:
            self.fail(f"快照{name}有{len(wrong)}处不符，请勿使用，并重新运行 huiqi snapshot make。")
        self._tell(name, options)

    def _list(self, options: dict[str, Any]) -> None:
        found = snapshot_files.names(snapshot_root())
        self.answer(found, "\n".join(found) or "还没有快照。", as_json=options["as_json"])


def _unknown(name: str) -> Refused:
    told = Message(gettext_noop("没有快照“%(name)s”，或其清单读不出来。"), {"name": readable(name, 80)})
    return Refused("enterprises.no_snapshot", told)
