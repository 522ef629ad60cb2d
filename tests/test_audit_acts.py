"""Every act that the code writes into the audit trail has a name in Chinese; read from the source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from config.wiring import wire
from huiqi.cases.happenings import Happening
from huiqi.cases.workflow import Step
from huiqi.core.acts import act_words, subject_model, subject_words
from huiqi.core.slots import SLOTS
from huiqi.enterprises.models import Standing
from huiqi.lists.chain import BATCH_STEPS
from tests.test_architecture import python_files

ROOT = Path(__file__).resolve().parents[1]
# Functions that write a record or hand an act on, with the place of the act among their arguments.
RECORDERS = {"record": 0, "record_export": 0, "_changed": 1, "noted": 1}
CODE = re.compile(r"[a-z_]+\.[a-z_]+")
# f"list_batch.{step}", f"fact.{standing}": what may stand in the braces.
FILLED = {
    "list_batch.": set(BATCH_STEPS) - {"notice", "publish", "finish", "close"},
    "case.": {str(kind) for kind in (*Step, *Happening)},
    "fact.": {str(standing) for standing in Standing} - {"listed"},
}


def acts_of(source: str) -> set[str]:
    """Codes of acts in a module: first arguments of recorders, `act=`, and constants passed by name."""
    tree = ast.parse(source)
    kept: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            kept.setdefault(node.targets[0].id, set()).update(_codes(node.value, {}))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {code for call in calls for said in _said(call) for code in _codes(said, kept)}


def _said(call: ast.Call) -> Iterator[ast.expr]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    yield from call.args[RECORDERS.get(name, len(call.args)) :][:1]
    yield from (keyword.value for keyword in call.keywords if keyword.arg == "act")


def _codes(node: ast.expr, kept: dict[str, set[str]]) -> set[str]:
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) and CODE.fullmatch(node.value) else set()
    if isinstance(node, ast.IfExp):
        return _codes(node.body, kept) | _codes(node.orelse, kept)
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        prefix = str(node.values[0].value)
        return {prefix + filling for filling in FILLED.get(prefix, {"…"})} if "." in prefix else set()
    return kept.get(node.id, set()) if isinstance(node, ast.Name) else set()


@pytest.fixture(scope="module")
def recorded() -> set[str]:
    files = [path for path in python_files() if path.split("/")[0] in {"huiqi", "config"}]
    return {act for path in files for act in acts_of((ROOT / path).read_text(encoding="utf-8"))}


def test_an_act_without_a_name_is_found_however_its_code_is_written():
    source = """
SEEN = "a.seen"
audit.record("a.told", None, actor=None)
audit.record("a.on" if yes else "a.off", None, actor=None)
audit.record(SEEN, None, actor=None)
audit.record(f"a.{step}", None, actor=None)
takeaways.record_export("a.exported", None)
note(user, act="a.noted")
_changed(request, "a.changed", response)
"""
    codes = {"a.changed", "a.told", "a.on", "a.off", "a.seen", "a.…", "a.exported", "a.noted"}
    assert acts_of(source) == codes
    assert not codes & set(SLOTS.acts)


def test_every_act_recorded_anywhere_has_a_name(recorded):
    assert len(recorded) > 100
    assert sorted(recorded - set(SLOTS.acts)) == []


def test_no_name_is_kept_for_an_act_that_nobody_records(recorded):
    assert sorted(set(SLOTS.acts) - recorded) == []


def test_the_names_are_chinese_and_no_two_acts_share_one():
    names = [str(name) for name in SLOTS.acts.values()]
    assert [name for name in names if not re.fullmatch(r"[一-鿿]+", name)] == []
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_no_app_names_the_act_of_another():
    before = dict(SLOTS.acts)
    wire()
    assert SLOTS.acts == before
    assert act_words("gone.done") == "gone.done"


def test_every_thing_an_act_is_done_to_has_a_chinese_name():
    ours = [model for model in apps.get_models() if model.__module__.startswith("huiqi.")]
    named = {model._meta.label: subject_words(model._meta.label_lower) for model in ours}
    wanting = [label for label, name in named.items() if not re.search("[一-鿿]", name)]
    # Rows without a public id are never a subject.
    assert [label for label in wanting if hasattr(subject_model(label.lower()), "public_id")] == []
    assert subject_words("gone.thing") == "gone.thing"
