import io
import json

import pytest
from django.core.management.base import CommandError
from django.db.utils import OperationalError

from huiqi.core.cli import HuiqiCommand, printable
from huiqi.core.errors import Refused
from huiqi.core.tests.make import Terminal


class Greet(HuiqiCommand):
    """A command made up for these tests."""

    def add_arguments(self, parser):
        verbs = parser.add_subparsers(dest="verb", required=True)
        hello = self.subparser(verbs, "hello", "问好")
        hello.add_argument("--name", required=True)

    def handle(self, *args, **options):
        if options["name"] == "nobody":
            raise Refused("test.nobody", "没有这个人。请换一个名字。")
        if options["name"] == "database":
            raise OperationalError("no such table: people\nLINE 1: …")
        self.answer({"hello": options["name"]}, f"你好，{options['name']}", as_json=options["as_json"])


def run(*argv):
    """Run Greet as the command line does; its exit code and what it wrote."""
    out, err = Terminal(), io.StringIO()
    command = Greet(stdout=out, stderr=err, no_color=True)
    code = 0
    try:
        command.run_from_argv(["huiqi", "greet", *argv])
    except SystemExit as leaving:
        code = leaving.code
    return code, out.getvalue(), err.getvalue()


def test_a_refusal_is_a_sentence_on_standard_error_and_exit_1():
    assert run("hello", "--name", "nobody") == (1, "", "没有这个人。请换一个名字。\n")


def test_a_database_without_tables_is_a_sentence_unless_details_are_asked_for():
    code, out, err = run("hello", "--name", "database")
    assert (code, out) == (1, "")
    assert err == (
        "数据库不可用或尚未建表（no such table: people）。请先运行 make setup；--traceback 可看详情。\n"
    )
    with pytest.raises(OperationalError):
        run("--traceback", "hello", "--name", "database")


def test_wrong_usage_is_exit_2():
    assert run("hello")[0] == 2
    assert run()[0] == 2
    assert run("hello", "--name", "a", "--nonsense")[0] == 2


def test_called_from_code_a_refusal_is_a_command_error():
    with pytest.raises(CommandError, match="没有这个人"):
        Greet().execute(
            "", verb="hello", name="nobody", as_json=False, force_color=False, no_color=True, skip_checks=True
        )


@pytest.mark.parametrize("argv", [("--json", "hello", "--name", "王"), ("hello", "--name", "王", "--json")])
def test_json_may_be_asked_for_before_or_after_the_verb(argv):
    code, out, _ = run(*argv)
    assert (code, json.loads(out)) == (0, {"hello": "王"})


def test_people_get_a_sentence():
    assert run("hello", "--name", "王") == (0, "你好，王\n", "")


def test_a_program_that_reads_a_pipe_gets_json_unasked():
    command = Greet(stdout=io.StringIO(), stderr=io.StringIO(), no_color=True)
    command.run_from_argv(["huiqi", "greet", "hello", "--name", "王"])
    assert json.loads(command.stdout.getvalue())


def test_undecodable_bytes_in_an_argument_can_be_repeated():
    code, out, _ = run("hello", "--name", "\udcff")
    assert (code, out) == (0, "你好，?\n")
    assert printable("好\ud800") == "好?"
