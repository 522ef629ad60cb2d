"""The documentation keeps its promises: commands exist and run, links lead somewhere, pages stay short."""

import os
import re
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import load_command_class
from django.db import connection

from tests.test_architecture import ROOT, own_commands, python_files, tracked

MARKDOWN = [path for path in tracked("*.md") if not path.startswith(("rulebook/", "node_modules/"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def shell_lines():
    """(page, command) for every line of every bash block of the documentation, continued lines joined."""
    for page in MARKDOWN:
        for language, block in FENCE.findall(text(page)):
            if language in {"bash", "sh", "shell", "console"}:
                for line in block.replace("\\\n", " ").splitlines():
                    command = line.strip().removeprefix("$ ")
                    if command and not command.startswith("#"):
                        yield page, command


COMMANDS = sorted(set(shell_lines()))


def words(command):
    """The command's words without leading NAME=value settings, comments and redirections."""
    parts = shlex.split(command, comments=True)
    while parts and re.fullmatch(r"[A-Z_]+=.*", parts[0]):
        parts = parts[1:]
    return parts


def make_targets():
    return set(re.findall(r"^([a-z][a-z-]*):", text("Makefile"), re.MULTILINE))


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_a_command_in_the_documentation_exists(page, command):
    first, *rest = words(command)
    program = Path(first).name
    if program == "make":
        targets = [word for word in rest if not word.startswith("-") and "=" not in word]
        assert set(targets) <= make_targets()
    elif program in {"huiqi", "manage.py"}:
        assert rest[0] in own_commands() or load_command_class("django.core", rest[0])
    else:
        known = {
            "git",
            "cd",
            "curl",
            "gunicorn",
            "python",
            "python3",
            "pg_dump",
            "ssh",
            "export",
            "npm",
            "apt-get",
        }
        assert program in known, f"{page}: is {program} there on a reader's machine?"


@pytest.fixture(scope="module")
def site(tmp_path_factory, django_db_setup):
    """The environment of an installation with tables and code lists, as after `make setup`.

    Its tables are those of this run's database when that is SQLite: making them anew takes half a minute.
    """
    folder = tmp_path_factory.mktemp("site")
    default = connection.settings_dict
    if default["ENGINE"].endswith("sqlite3"):
        with (
            closing(sqlite3.connect(default["NAME"])) as made,
            closing(sqlite3.connect(folder / "site.sqlite3")) as copy,
        ):
            made.backup(copy)
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "HUIQI_DATA_DIR": str(folder),
        "HUIQI_TEST_DATABASE_URL": f"sqlite:///{folder}/site.sqlite3",
    }
    for command in ("migrate", "load_reference"):
        assert run([command], env).returncode == 0
    return env


def run(arguments, env):
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)


@pytest.mark.django_db  # for its tables; each command opens a file of its own
@pytest.mark.once
@pytest.mark.parametrize(
    "command", sorted({line for page, line in COMMANDS if page.startswith("README") and "bin/huiqi" in line})
)
def test_an_example_of_the_readme_runs(command, site):
    done = run(words(command)[1:], site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()


def test_both_commands_are_in_both_readmes():
    for page in ("README.md", "README.zh-CN.md"):
        commands = [command for found, command in COMMANDS if found == page]
        assert "make run" in commands, page
        assert "make test" in commands, page


def anchor(heading):
    """GitHub's anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", MARKDOWN)
def test_links_lead_to_files_and_headings_that_are_there(page):
    for target in LINK.findall(FENCE.sub("", text(page))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, fragment = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), target
        if fragment:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert fragment in {anchor(heading) for heading in headings}, target


def test_pages_that_people_must_read_are_short():
    assert len(text("ARCHITECTURE.md").splitlines()) <= 120
    decisions = [path for path in MARKDOWN if path.startswith("docs/adr/")]
    assert decisions
    for path in decisions:
        lines = text(path).splitlines()
        assert len(lines) <= 60, path
        assert re.match(r"# \d+\. ", lines[0]), path
        assert {"**Decision.**", "**Why.**", "**Consequences.**"} <= set(
            re.findall(r"\*\*\w+\.\*\*", text(path))
        ), path


def test_decisions_are_numbered_without_gaps():
    numbers = sorted(int(Path(path).name[:4]) for path in MARKDOWN if re.match(r"docs/adr/\d{4}-", path))
    assert numbers == list(range(1, len(numbers) + 1))


def test_each_glossary_term_has_one_name_in_each_language():
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in text("docs/glossary.md").splitlines()
        if line.startswith("|") and not re.match(r"\|[\s:|-]+$", line)
    ][1:]
    assert len(rows) > 30
    for column in (0, 1):
        names = [row[column].lower() for row in rows]
        assert sorted({name for name in names if names.count(name) > 1}) == []


def test_the_change_log_has_this_version():
    assert re.search(rf"^## .*{re.escape(settings.HUIQI_RELEASE)}", text("CHANGELOG.md"), re.MULTILINE)
    assert f'version = "{settings.HUIQI_RELEASE}"' in text("pyproject.toml")


def test_every_setting_from_the_environment_is_documented_and_no_other():
    code = {
        name
        for path in python_files()
        if path.startswith("config/")
        for name in re.findall(r"env_\w+\(\"(HUIQI_\w+)\"", text(path))
    }
    code.discard("HUIQI_TEST_DATABASE_URL")
    documented = set(re.findall(r"^\| `(HUIQI_\w+)`", text("docs/operations.md"), re.MULTILINE))
    assert documented == code


def test_every_command_has_help_and_json(capsys):
    for name, app in own_commands().items():
        command = load_command_class(app, name)
        usage = command.create_parser("huiqi", name).format_help()
        assert "--json" in usage, name
        assert command.help, f"{name} does not say what it does"
