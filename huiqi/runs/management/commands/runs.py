"""`huiqi runs make | list | verify | resume | rejudge`: the register judged by the rulebook."""

from argparse import ArgumentParser
from typing import Any

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.core.dates import parse_date, readable
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises import snapshot_files
from huiqi.enterprises.commands.snapshots import snapshot_root
from huiqi.runs.commands.rejudging import rejudge_written
from huiqi.runs.commands.running import Asked, begin_run, carry_out, faults_of, resume_run
from huiqi.runs.models import Run


class Command(HuiqiCommand):
    help = "全省测算：判断、列出、核验、接着做。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        make = self.subparser(verbs, "make", "用规则库判断全部企业，留下结论、合计和摘要。")
        make.add_argument("--purpose", default="命令行测算", help="用途")
        make.add_argument("--on", help="判断日期，默认为本站基准日")
        make.add_argument("--known-on", help="按哪一天已公布的政策，默认同判断日期")
        make.add_argument("--snapshot", default="", help="快照名称；latest 为最近一份；不写则重新生成")
        make.add_argument("--policies", nargs="*", default=[], help="只判断这些政策")
        make.add_argument("--base", default="", help="同一快照的已完成测算：只重新判断有变化的政策")
        resume = self.subparser(verbs, "resume", "接着做一次停下的测算。")
        resume.add_argument("run", help="测算编号")
        verify = self.subparser(verbs, "verify", "核验一次测算；完好时退出码为0，否则为1并指出每处。")
        verify.add_argument("run", nargs="?", help="测算编号，默认为最近完成的一次")
        self.subparser(verbs, "rejudge", "重新判断最近一次测算以后有变化的企业。")
        self.subparser(verbs, "list", "列出测算。")

    def handle(self, *args: Any, **options: Any) -> None:
        verbs = {"make": self._make, "verify": self._verify, "list": self._list}
        verbs |= {"resume": self._resume, "rejudge": self._rejudge}
        verbs[options["verb"]](options)

    def _rejudge(self, options: dict[str, Any]) -> None:
        done = max((done for done, _total in rejudge_written(at=clock.wall_now())), default=0)
        self.answer({"firms": done}, f"重新判断企业{done}家。", as_json=options["as_json"])

    def _make(self, options: dict[str, Any]) -> None:
        on = parse_date(options["on"]) if options["on"] else clock.today()
        known_on = parse_date(options["known_on"]) if options["known_on"] else on
        names = snapshot_files.names(snapshot_root())
        snapshot = options["snapshot"]
        if snapshot == "latest":
            snapshot = names[-1] if names else ""
        asked = Asked(options["purpose"], on, known_on, snapshot, tuple(options["policies"]), options["base"])
        run = begin_run(asked, actor=None, at=clock.now(), queue=False)
        self._work(run, options)

    def _resume(self, options: dict[str, Any]) -> None:
        run = resume_run(self._named(options["run"]), actor=None, queue=False)
        self._work(run, options)

    def _work(self, run: Run, options: dict[str, Any]) -> None:
        for done, total in carry_out(run):
            if self.stderr.isatty():
                self.stderr.write(f"已判断 {done:,}/{total:,}")
        run.refresh_from_db()
        self.answer(_told(run), _words(run), as_json=options["as_json"])

    def _named(self, name: str | None) -> Run:
        rows = Run.objects.all() if name else Run.objects.done()
        found = rows.filter(public_id=name).first() if name else rows.first()
        if found is None:
            said = Message(gettext_noop("没有测算“%(name)s”。"), {"name": readable(name or "", 40)})
            raise Refused("runs.no_run", said)
        return found

    def _verify(self, options: dict[str, Any]) -> None:
        run = self._named(options["run"])
        wrong = faults_of(run)
        for place in wrong:
            self.stderr.write(f"{place}：缺少或与记录不符")
        if wrong:
            self.fail(f"测算{run.public_id}有{len(wrong)}处不符，请勿使用，重新测算。")
        self.answer(_told(run), _words(run), as_json=options["as_json"])

    def _list(self, options: dict[str, Any]) -> None:
        runs = list(Run.objects.all()[:50])
        human = "\n".join(_words(run) for run in runs) or "还没有测算。"
        self.answer([_told(run) for run in runs], human, as_json=options["as_json"])


def _told(run: Run) -> dict[str, Any]:
    return {
        "run": run.public_id,
        "state": run.state,
        "on": run.on.isoformat(),
        "known_on": run.known_on.isoformat(),
        "snapshot": run.snapshot,
        "rulebook": run.rulebook,
        "policies": len(run.policies),
        "firms": run.firms,
        "digest": run.digest,
    }


def _words(run: Run) -> str:
    counts = f"企业{run.firms}家 政策{len(run.policies)}项"
    return f"{run.public_id} {run.get_state_display()} {run.on} {counts} {run.digest[:12]}"
