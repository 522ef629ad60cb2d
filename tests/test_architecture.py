"""What import-linter cannot see: foreign keys, sizes, names, documentation, machine paths."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[1]
LEVELS = [  # upper to lower, as in .importlinter
    {"edges"},
    {"monitoring"},
    {"fieldwork"},
    {"grants", "finance", "trade", "programmes", "surveys", "reach", "whatif", "network"},
    {"arrears", "hotline", "runs"},
    {"cases", "policies"},
    {"stationing", "knowledge"},
    {"lists"},
    {"questionnaires"},
    {"enterprises"},
    {"files", "messages", "webhooks"},
    {"accounts"},
    {"reference"},
    {"core", "rules", "workflow"},
]
NAMELESS = {
    "utils",
    "helpers",
    "common",
    "manager",
    "managers",
    "service",
    "services",
    "data",
    "info",
    "process",
    "misc",
}
MAX_LINES = 600
# Lock files and committed fixtures are made by tools, not written.
UNWRITTEN = re.compile(
    r"(^|/)(package-lock\.json|openapi\.json|requirements/[a-z]+\.txt|migrations/.*|.*\.(csv|po|mo|png|svg|ico|snap|woff2|md))$"
)


def tracked(*patterns):
    """Paths of the tracked files (and of new ones not ignored), relative to the root."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted({line for line in listing.stdout.splitlines() if (ROOT / line).is_file()})


def python_files(*, tests=False):
    return [path for path in tracked("*.py") if tests or "/tests/" not in f"/{path}"]


def syntax(path):
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def level_of(model):
    name = model._meta.app_config.name
    if not name.startswith("huiqi."):
        return None
    return next(index for index, level in enumerate(LEVELS) if name.split(".")[1] in level)


def own_models():
    return [model for model in apps.get_models(include_auto_created=True) if level_of(model) is not None]


def test_no_foreign_key_points_up_or_sideways():
    wrong = []
    for model in own_models():
        for field in model._meta.get_fields():
            # Reverse relations are seen from the model that holds the key.
            if field.auto_created or not field.is_relation or not isinstance(field.related_model, type):
                continue
            target = field.related_model
            same_app = target._meta.app_config is model._meta.app_config
            if level_of(target) is not None and not same_app and level_of(target) <= level_of(model):
                wrong.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert wrong == []


def test_the_levels_here_are_those_of_the_contract():
    text = (ROOT / ".importlinter").read_text(encoding="utf-8")
    block = text.split("[importlinter:contract:levels]")[1].split("layers =")[1].split("ignore_imports")[0]
    written = [set(re.findall(r"[a-z]+", line)) for line in block.strip().splitlines()]
    assert written == LEVELS


def string_models(path):
    """Line numbers where a model is named by a string of another app or fetched by get_model."""
    app = path.split("/")[1] if path.startswith("huiqi/") else ""
    for node in ast.walk(syntax(path)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called == "get_model":
            yield node.lineno
        if called in {"ForeignKey", "OneToOneField", "ManyToManyField"} and node.args:
            target = node.args[0]
            if isinstance(target, ast.Constant) and "." in target.value and target.value.split(".")[0] != app:
                yield node.lineno


def test_no_model_of_another_app_is_reached_by_a_string():
    found = [
        f"{path}:{line}"
        for path in python_files()
        if "/migrations/" not in path
        for line in string_models(path)
    ]
    assert found == [], "import the model, so that import-linter sees the dependency"


def test_no_file_is_longer_than_600_lines():
    long = {}
    for path in tracked():
        if path.startswith("rulebook/") or UNWRITTEN.search(path):
            continue
        lines = len((ROOT / path).read_bytes().splitlines())
        if lines > MAX_LINES:
            long[path] = lines
    assert long == {}


def test_no_module_has_a_name_that_says_nothing():
    # `huiqi services` speaks of service items 事项, and a command's file bears its name.
    said = {"huiqi/cases/management/commands/services.py"}
    found = [path for path in python_files(tests=True) if Path(path).stem in NAMELESS]
    assert set(found) - said == set()


def test_nothing_prints_but_commands_and_scripts():
    def prints(path):
        return any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            for node in ast.walk(syntax(path))
        )

    allowed = ("config/serve.py", "config/prepare.py", "scripts/", "benchmarks/")
    found = [path for path in python_files() if not path.startswith(allowed) and prints(path)]
    assert [path for path in found if "/management/commands/" not in path] == []


def undocumented(path):
    tree = syntax(path)
    for node in tree.body:
        if (
            isinstance(node, ast.FunctionDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ):
            yield f"{path}:{node.lineno} {node.name}"


def test_public_functions_of_commands_queries_and_rules_say_what_they_mean():
    wanted = re.compile(
        r"^huiqi/(\w+/(commands|queries)(\.py|/\w+\.py)|rules/\w+\.py|core/(jobs|idempotency|audit)\.py)$"
    )
    found = [where for path in python_files() if wanted.match(path) for where in undocumented(path)]
    assert found == []


def test_every_module_opens_by_saying_what_it_is_for():
    exempt = re.compile(r"(/migrations/|__init__\.py$|/apps\.py$|/urls\.py$|manage\.py$)")
    found = [
        path for path in python_files() if not exempt.search(path) and not ast.get_docstring(syntax(path))
    ]
    assert found == []


# --- documentation ---------------------------------------------------------------------------------


def test_every_app_is_in_the_architecture_page():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    names = [path.parent.name for path in (ROOT / "huiqi").glob("*/apps.py")] + ["rules"]
    assert [name for name in names if not re.search(rf"\b{name}\b", text)] == []


def own_commands():
    """Our management commands: name → the app that has it."""
    paths = [
        *(ROOT / "huiqi").glob("*/management/commands/*.py"),
        *(ROOT / "config").glob("management/commands/*.py"),
    ]
    own = {path.stem: path.parents[2] for path in sorted(paths) if not path.stem.startswith("_")}
    return {name: ".".join(folder.relative_to(ROOT).parts) for name, folder in own.items()}


def test_every_management_command_is_in_the_operations_page():
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert [name for name in own_commands() if f"huiqi {name}" not in text] == []


def test_every_policy_has_its_page_of_sources():
    policies = [path.parent for path in (ROOT / "rulebook").glob("*/policy.yaml")]
    assert policies
    for policy in policies:
        source = policy / "source.md"
        assert source.exists() and len(source.read_text(encoding="utf-8").strip()) > 40, policy.name
        assert (policy / "cases.yaml").exists(), policy.name


# --- what must not be in the tree ------------------------------------------------------------------

FOREIGN = {
    "a registry's host": r"registry\.n[p]m|npm[m]irror|py[p]i\.(org|tuna)|python[h]osted"
    r"|mirrors?\.\w+\.(edu|com)",
    # `)/root/item` is a path inside an XForm's list (ODK XForms: secondary instances).
    "an absolute machine path": r"(?<![\w.$})])/(work/[a-z.]|(home|root|Users|mnt)/[a-z])",
    "a temporary machine path": r"(?<![\w.$}])/tmp/[A-Za-z0-9]",
}


@pytest.mark.parametrize("what", FOREIGN)
def test_no_tracked_file_names(what):
    pattern = re.compile(FOREIGN[what])
    found = []
    for path in tracked():
        if path == "tests/test_architecture.py" or path.endswith((".png", ".mo", ".woff2", ".ico")):
            continue
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path}:{number}: {line.strip()[:100]}")
    assert found == []


# --- the framework's own checks ----------------------------------------------------------------------


def test_no_migration_is_missing():
    # A process of its own: models made up for tests are in this one's registry.
    done = subprocess.run(
        [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def deploy_check(**more):
    env = {key: value for key, value in os.environ.items() if not key.startswith(("HUIQI_", "DJANGO_"))}
    env |= {"DJANGO_SETTINGS_MODULE": "config.settings.production", **more}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_production_refuses_to_start_without_a_secret(tmp_path):
    done = deploy_check(HUIQI_DATA_DIR=str(tmp_path))
    assert done.returncode != 0
    assert "HUIQI_SECRET_KEY" in done.stderr


def test_the_deployment_check_is_clean_with_production_settings(tmp_path):
    done = deploy_check(
        HUIQI_DATA_DIR=str(tmp_path),
        HUIQI_SECRET_KEY="q7Yp2fVt9LmXs4ZbKc8RwNdG3hJ6eTuA1oPiQyMzBvCxDlEkFjHg5W0S",  # made up for this test
        HUIQI_ALLOWED_HOSTS="huiqi.example",
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr
