"""What all commands of the `huiqi` command line share (the contract other programs rely on).

Exit 0 with the answer on standard output; exit 1 with one readable sentence on standard error when the
input is refused; exit 2 for wrong usage. Never a traceback for bad input. A person at a terminal gets
sentences; a program that reads a pipe, or anybody who says `--json`, gets JSON.
"""

import json
import sys
from argparse import SUPPRESS, ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.utils import OperationalError, ProgrammingError
from django.utils import timezone

from huiqi.core import clock
from huiqi.core.dates import readable
from huiqi.core.errors import Refused


class HuiqiCommand(BaseCommand):
    """A management command whose refusals are sentences, and which answers programs with `--json`.

    A subclass writes `handle` and raises `Refused`; it prints with `self.answer(machine, human)`.
    """

    # Commands that only read code lists or files need no system checks and start faster without.
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        self._offer_json(parser)
        return parser

    def _offer_json(self, parser: ArgumentParser) -> None:
        if "--json" not in parser._option_string_actions:
            parser.add_argument(
                "--json", action="store_true", dest="as_json", help="以 JSON 输出，供程序读取"
            )

    def subparser(self, group: Any, name: str, help_text: str) -> CommandParser:
        """A sub-command such as `due` in `huiqi workdays due`, which takes `--json` after its name too."""
        parser: CommandParser = group.add_parser(name, help=help_text, description=help_text)
        # SUPPRESS: a missing flag here must not undo one given before the sub-command.
        parser.add_argument(
            "--json", action="store_true", dest="as_json", default=SUPPRESS, help="以 JSON 输出"
        )
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        _speak_utf8()
        super().run_from_argv(argv)

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except Refused as refusal:
            if not getattr(self, "_called_from_command_line", False):
                raise CommandError(refusal.message) from refusal
            self.fail(refusal.message)
        except (OperationalError, ProgrammingError) as error:
            if options.get("traceback") or not getattr(self, "_called_from_command_line", False):
                raise
            fault = str(error).strip().splitlines()[0][:200]
            self.fail(f"数据库不可用或尚未建表（{fault}）。请先运行 make setup；--traceback 可看详情。")
        except BrokenPipeError:
            # The reader (`| head`) has seen enough; point stdout elsewhere so that exit does not complain.
            sys.stdout = None
        return None

    def fail(self, message: str) -> None:
        """Say `message` on standard error and exit with 1."""
        self.stderr.write(printable(message))
        sys.exit(1)

    def answer(self, machine: object, human: str, *, as_json: bool) -> None:
        """Print `machine` as JSON when asked for or when no person reads along (a pipe), else `human`."""
        wants_json = as_json or not self.stdout.isatty()
        text = json.dumps(machine, ensure_ascii=False, default=str) if wants_json else human
        self.stdout.write(printable(text))


def offer_instant(parser: ArgumentParser, help_text: str = "按这个时刻判断，如 2020-03-01T10:00") -> None:
    """Let `--at` name the instant by which a command judges; `instant_of(options["at"])` reads it."""
    parser.add_argument("--at", metavar="时刻", help=help_text)


def instant_of(text: str | None) -> datetime:
    """The instant that `--at` names, in the site's zone unless it says another; without one, now."""
    if not text:
        return clock.now()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        said = f"“{readable(text)}”不是时刻，请写成 2020-03-01T10:00。"
        raise Refused("core.bad_instant", said) from error
    return at if at.tzinfo else timezone.make_aware(at)


def printable(text: str) -> str:
    """`text` with lone surrogates (undecodable bytes of an argument) replaced, so that it can be written."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _speak_utf8() -> None:
    """Write UTF-8 whatever the locale: the contract promises Chinese text to programs."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
