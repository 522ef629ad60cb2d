"""The walls in .importlinter hold: each is broken on purpose in a copy, and lint-imports must see it."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINT = Path(sys.executable).with_name("lint-imports")
EDGES = ("views", "forms", "api", "admin", "gallery")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the code alone, small enough to copy again for each break."""
    copy = tmp_path_factory.mktemp("house") / "copy"
    ignored = shutil.ignore_patterns("__pycache__", "templates", "data", "*.po", "*.mo", "tests")
    for package in ("config", "huiqi"):
        shutil.copytree(ROOT / package, copy / package, ignore=ignored)
    shutil.copy(ROOT / ".importlinter", copy)
    return copy


def lint(folder):
    """Exit code and the names of the broken contracts."""
    done = subprocess.run([LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, timeout=120)
    broken = [line.rsplit(" BROKEN", 1)[0] for line in done.stdout.splitlines() if " BROKEN" in line]
    return done.returncode, broken, done.stdout + done.stderr


def test_the_house_as_it_stands_keeps_every_contract(house):
    code, broken, output = lint(house)
    assert (code, broken) == (0, []), output


@pytest.mark.parametrize(
    ("path", "line", "contract"),
    [
        pytest.param("huiqi/core/ids.py", "import huiqi.accounts.models", "Apps look down", id="upward"),
        pytest.param(
            "huiqi/core/jobs.py",
            "def later():\n    from huiqi.accounts.models import User\n    return User",
            "Apps look down",
            id="deferred upward",
        ),
        pytest.param("huiqi/core/money.py", "import huiqi.rules.problems", "Apps look down", id="sideways"),
        pytest.param("huiqi/surprise/__init__.py", "", "Apps look down", id="app without a level"),
        pytest.param(
            "huiqi/policies/views/check.py",
            "import huiqi.accounts.views",
            "edge of accounts",
            id="another app's view",
        ),
        pytest.param(
            "huiqi/accounts/commands.py", "import huiqi.accounts.forms", "Inside an app", id="form in command"
        ),
        pytest.param(
            "huiqi/accounts/queries.py",
            "import huiqi.accounts.commands",
            "Inside an app",
            id="command in query",
        ),
        pytest.param("huiqi/core/models.py", "import huiqi.core.audit", "Inside core", id="audit in models"),
        pytest.param("huiqi/rules/problems.py", "import django.db", "The engine knows", id="Django in rules"),
        pytest.param(
            "huiqi/questionnaires/xform/filling.py",
            "from django.utils import timezone",
            "read, filled in and judged without Django",
            id="Django in questionnaires",
        ),
        pytest.param(
            "huiqi/questionnaires/xpath/values.py",
            "import huiqi.questionnaires.xform.stored",
            "Inside a questionnaire",
            id="forms in expressions",
        ),
        pytest.param(
            "huiqi/workflow/terms.py",
            "from django.utils import timezone",
            "Steps and clocks know nothing",
            id="Django in clocks",
        ),
        pytest.param(
            "huiqi/rules/problems.py",
            "def hidden():\n    import ninja\n    return ninja",
            "The engine knows",
            id="deferred ninja in rules",
        ),
        pytest.param(
            "huiqi/surveys/analysis/tables.py",
            "import huiqi.files.sheets",
            "Results of surveys are reckoned without",
            id="Django in results, by way of files",
        ),
        pytest.param(
            "huiqi/core/logs.py", "import config.environment", "Nobody imports the", id="config from below"
        ),
    ],
)
def test_a_break_is_seen(house, tmp_path, path, line, contract):
    copy = tmp_path / "broken"
    shutil.copytree(house, copy)
    target = copy / path
    target.parent.mkdir(exist_ok=True)
    with target.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    code, broken, output = lint(copy)
    assert code != 0, output
    assert any(contract in name for name in broken) or "not listed as a layer" in output, output


def test_a_ring_of_two_modules_is_seen(house, tmp_path):
    copy = tmp_path / "broken"
    shutil.copytree(house, copy)
    for name, other in (("left", "right"), ("right", "left")):
        (copy / "huiqi" / "reference" / f"{name}.py").write_text(
            f"import huiqi.reference.{other}\n", encoding="utf-8"
        )
    _, broken, output = lint(copy)
    assert "No two siblings in a ring" in broken, output


@pytest.fixture(scope="module")
def contracts():
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    return parser


def test_every_app_has_its_inner_order_and_its_edges_behind_a_wall(contracts):
    inside = contracts["importlinter:contract:inside"]["containers"].split()
    protected = {
        module
        for section in contracts.sections()
        for module in contracts[section].get("protected_modules", "").split()
    }
    for app in sorted(path.parent for path in (ROOT / "huiqi").glob("*/apps.py")):
        assert f"huiqi.{app.name}" in inside
        for edge in EDGES:
            if (app / f"{edge}.py").exists() or (app / edge / "__init__.py").exists():
                assert f"huiqi.{app.name}.{edge}" in protected, "add it to .importlinter"


def test_every_pure_package_is_kept_free_of_django(contracts):
    pure = {
        module
        for contract in ("engine", "workflow")
        for module in contracts[f"importlinter:contract:{contract}"]["source_modules"].split()
    }
    for name in ("rules", "workflow"):
        for path in (ROOT / "huiqi" / name).glob("*.py"):
            assert path.stem == "__init__" or {f"huiqi.{name}", f"huiqi.{name}.{path.stem}"} & pure
