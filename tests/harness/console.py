"""A command of the command line run in this process: starting Python anew each time is what costs."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from django.core.management import get_commands, load_command_class


class Done(NamedTuple):
    """What a command left behind, as `subprocess.run` names it."""

    returncode: int
    stdout: str
    stderr: str


Console = Callable[..., Done]


@pytest.fixture
def console(capsys: pytest.CaptureFixture[str]) -> Console:
    """`console("rulebook", "check")`; only for commands that ask no database: its connections are closed."""

    def run(name: str, *arguments: object) -> Done:
        capsys.readouterr()
        code = 0
        app = get_commands()[name]
        command = load_command_class(str(app), name)
        try:
            command.run_from_argv(["huiqi", name, *map(str, arguments)])
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run
