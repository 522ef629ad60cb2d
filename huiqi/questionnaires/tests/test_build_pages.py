"""The builder over HTTP: who may, what is refused, and from a blank page to a published questionnaire."""

import io
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.questionnaires.builder.plan import Plan
from huiqi.questionnaires.models import Questionnaire, QuestionnaireVersion, Sketch
from huiqi.questionnaires.queries.sketches import plan_in
from huiqi.questionnaires.tests.make import make_xlsform
from huiqi.questionnaires.xlsform.workbook import read_book

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def analyst(db: None) -> User:
    return make_user(role=Role.ANALYST, unit=make_office("province"))


@pytest.fixture
def client(analyst: User) -> Client:
    return enter(analyst)


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def begin(client: Client, way: str = "blank") -> str:
    client.post(reverse("questionnaires:new"), {"name": "复工情况", "way": way})
    return Questionnaire.objects.order_by("-pk")[0].public_id


def act(client: Client, public_id: str, do: str, **given: Any) -> Any:
    headers = HTMX if given.get("quiet") else {}
    address = reverse("questionnaires:build_act", args=[public_id])
    return client.post(address, {"do": do, **given}, headers=headers)


def add(client: Client, public_id: str, kind: str, after: str = "") -> str:
    """Add a question; its name."""
    answer = act(client, public_id, "add", kind=kind, after=after)
    assert answer.status_code == 302
    return answer["Location"].partition("item=")[2].partition("#")[0]


def shown(client: Client, public_id: str, item: str = "") -> Any:
    return client.get(reverse("questionnaires:build", args=[public_id]), {"item": item} if item else {})


def plan(public_id: str) -> Plan:
    return plan_in(Sketch.objects.get(questionnaire__public_id=public_id))


def names(public_id: str) -> list[str]:
    return [item.name for item in plan(public_id).walk()]


def save(client: Client, public_id: str, item: str, **given: Any) -> Any:
    """Save a question as its page would: what the boxes hold, with what is changed."""
    page = shown(client, public_id, item)
    form = page.context["form"]
    boxes = {bound.name: bound.value() for bound in form}
    boxes = {name: value for name, value in boxes.items() if value not in {None, False, ""}}
    return act(client, public_id, "save", item=item, **{"seen": page.context["seen"], **boxes, **given})


# --- refusals -----------------------------------------------------------------------------------------


def test_the_builder_of_another_office_is_not_found(client):
    public_id = begin(client)
    other = enter(make_user(role=Role.ANALYST, unit=make_office("changsha")))
    assert shown(other, public_id).status_code == 404
    assert act(other, public_id, "add", kind="text").status_code == 404
    for name in ("build_preview", "build_file"):
        assert other.get(reverse(f"questionnaires:{name}", args=[public_id])).status_code == 404
    assert plan(public_id).items == ()


@pytest.mark.parametrize("do", ["", "sell", "__class__"])
def test_an_act_there_is_none_of_is_not_found(client, do):
    assert act(client, begin(client), do).status_code == 404


def test_a_type_nobody_offers_adds_nothing(client):
    public_id = begin(client)
    act(client, public_id, "add", kind="video")
    assert plan(public_id).items == ()


def test_a_version_with_more_than_the_builder_knows_is_left_to_excel(client):
    public_id = begin(client, "file")
    rows = [
        {"type": "text", "name": "a", "label": "甲", "read_only": "yes"},
        {"type": "start", "name": "s", "label": ""},
        {"type": "integer", "name": "b", "label": "乙", "required": "${a} != ''"},
    ]
    file = io.BytesIO(make_xlsform(rows).getvalue())
    file.name = "a.xlsx"
    client.post(reverse("questionnaires:upload", args=[public_id]), {"file": file})
    version = QuestionnaireVersion.objects.get()
    answer = client.post(
        reverse("questionnaires:build_start", args=[public_id]), {"source": f"version:{version.public_id}"}
    )
    assert answer.status_code == 409
    words = answer.content.decode()
    assert "要在 Excel 里改" in words
    assert [one.row for one in answer.context["unknown"]] == [2, 3, 4]
    assert not Sketch.objects.exists()


def test_what_is_faulty_is_not_kept_as_a_version_and_says_where(client):
    public_id = begin(client)
    name = add(client, public_id, "one")
    save(client, public_id, name, label="", options="")
    answer = act(client, public_id, "keep")
    assert answer.status_code == 422
    assert {(one.item, one.field) for one in answer.context["faults"]} >= {(name, "label"), (name, "options")}
    assert not QuestionnaireVersion.objects.exists()


def test_a_code_that_is_taken_is_refused_beside_its_box(client):
    public_id = begin(client)
    first = add(client, public_id, "text")
    second = add(client, public_id, "text")
    answer = save(client, public_id, second, name=first)
    assert answer.status_code == 422
    assert "已经有一道题用了这个代码" in answer.content.decode()


def test_two_officers_on_one_question_see_both_and_overwrite_nothing(client, analyst):
    public_id = begin(client)
    name = add(client, public_id, "text")
    seen = shown(client, public_id, name).context["seen"]
    other = enter(make_user(role=Role.ANALYST, unit=analyst.unit))
    save(other, public_id, name, label="别人写的")
    answer = act(client, public_id, "save", item=name, seen=seen, label="我写的", name=name)
    words = answer.content.decode()
    assert answer.status_code == 409
    assert "别人写的" in words
    assert "我写的" in words
    assert plan(public_id).find(name).label == "别人写的"
    again = answer.context["seen"]
    assert act(client, public_id, "save", item=name, seen=again, label="我写的", name=name).status_code == 302
    assert plan(public_id).find(name).label == "我写的"


def test_two_officers_on_two_questions_do_not_disturb_each_other(client, analyst):
    public_id = begin(client)
    one, two = add(client, public_id, "text"), add(client, public_id, "text")
    seen = shown(client, public_id, one).context["seen"]
    other = enter(make_user(role=Role.ANALYST, unit=analyst.unit))
    save(other, public_id, two, label="第二题")
    answer = act(client, public_id, "save", item=one, seen=seen, label="第一题", name=one)
    assert answer.status_code == 302
    assert [item.label for item in plan(public_id).items] == ["第一题", "第二题"]


def test_nobody_undoes_what_another_did(client, analyst):
    public_id = begin(client)
    add(client, public_id, "text")
    version = Sketch.objects.get().version
    add(enter(make_user(role=Role.ANALYST, unit=analyst.unit)), public_id, "date")
    assert act(client, public_id, "undo", version=version).status_code == 409
    assert len(plan(public_id).items) == 2


# --- building -----------------------------------------------------------------------------------------


def test_questions_are_ordered_and_go_into_pages_and_out(client):
    public_id = begin(client)
    page = add(client, public_id, "page")
    first = add(client, public_id, "text", page)
    second = add(client, public_id, "date", first)
    assert [item.name for item in plan(public_id).find(page).items] == [first, second]
    act(client, public_id, "up", item=second)
    assert [item.name for item in plan(public_id).find(page).items] == [second, first]
    act(client, public_id, "down", item=first)
    assert [item.name for item in plan(public_id).items] == [page, first]
    act(client, public_id, "up", item=first)
    assert [item.name for item in plan(public_id).find(page).items] == [second, first]


def test_duplicate_remove_and_undo(client):
    public_id = begin(client)
    name = add(client, public_id, "one")
    save(client, public_id, name, label="复工了吗", options="是\n否")
    act(client, public_id, "duplicate", item=name)
    assert len(names(public_id)) == 2
    act(client, public_id, "remove", item=name)
    assert names(public_id) == [f"{name}_2"]
    act(client, public_id, "undo", version=Sketch.objects.get().version)
    assert names(public_id) == [name, f"{name}_2"]


def test_a_condition_is_chosen_from_lists(client):
    public_id = begin(client)
    status = add(client, public_id, "one")
    save(client, public_id, status, label="复工了吗", options="open\t已复工\nclosed\t停业")
    why = add(client, public_id, "longtext")
    save(client, public_id, why, label="为什么", c0_of=status)
    page = shown(client, public_id, why)
    offered = [value for value, _label in page.context["form"].fields["c0_value"].choices]
    assert offered == ["", "open", "closed"]
    assert "还没有选和什么比较" in page.content.decode()
    save(client, public_id, why, c0_value="closed")
    assert plan(public_id).find(why).condition.parts[0].value == "closed"
    assert not shown(client, public_id, why).context["faults"]


def test_autosave_answers_with_the_parts_that_changed(client):
    public_id = begin(client)
    name = add(client, public_id, "integer")
    seen = shown(client, public_id, name).context["seen"]
    answer = act(client, public_id, "save", item=name, seen=seen, label="职工人数", name=name, quiet="1")
    words = answer.content.decode()
    assert answer.status_code == 200
    assert words.count('hx-swap-oob="true"') == 4
    assert "职工人数" in words
    again = act(client, public_id, "save", item=name, seen=seen, label="现有职工", name=name, quiet="1")
    assert again.status_code == 200
    act(client, public_id, "undo", version=Sketch.objects.get().version)
    assert plan(public_id).find(name).label == ""


def test_a_formula_that_does_not_read_is_told_beside_the_question(client):
    public_id = begin(client)
    name = add(client, public_id, "integer")
    save(client, public_id, name, label="人数", rule=". > ${nobody}")
    page = shown(client, public_id, name)
    assert [one.field for one in page.context["item_faults"]] == ["rule"]
    assert "没有对应的题目" in page.content.decode()


def test_a_renamed_question_takes_its_conditions_along(client):
    public_id = begin(client)
    status = add(client, public_id, "yesno")
    save(client, public_id, status, label="复工了吗")
    why = add(client, public_id, "text")
    save(client, public_id, why, label="为什么", c0_of=status)
    save(client, public_id, why, c0_value="no")
    save(client, public_id, status, name="resumed")
    assert plan(public_id).find(why).condition.parts[0].of == "resumed"
    assert not shown(client, public_id, why).context["faults"]


def test_the_preview_answers_as_a_firm_would_and_keeps_nothing(client):
    public_id = begin(client)
    status = add(client, public_id, "yesno")
    save(client, public_id, status, label="复工了吗")
    why = add(client, public_id, "text")
    save(client, public_id, why, label="为什么没有", c0_of=status)
    save(client, public_id, why, c0_value="no")
    address = reverse("questionnaires:build_preview", args=[public_id])
    first = client.get(address).context["preview"]
    assert len(first.entries) == 1
    posted = {"p_state": first.state, "p_key": first.page.key, f"data-{status}": "no", "p_do": "refresh"}
    second = client.post(address, posted, headers=HTMX)
    assert [each.entry.label for each in second.context["preview"].entries] == ["复工了吗", "为什么没有"]
    empty = client.post(address, {"p_state": "{}", "p_do": "next"}, headers=HTMX)
    assert "还没有选" in empty.content.decode()
    assert not client.post(address, {"p_state": "[1", "p_do": "next"}).context["preview"].is_done


def test_from_a_blank_page_to_a_published_questionnaire(client):
    public_id = begin(client)
    name = add(client, public_id, "money")
    save(client, public_id, name, label="上月营业收入", low="0", is_required="on")
    file = client.get(reverse("questionnaires:build_file", args=[public_id]))
    book, problems = read_book(io.BytesIO(b"".join(file.streaming_content)))
    assert not problems
    assert book.sheet("survey").rows[0].cells["label"] == "上月营业收入（万元）"
    kept = act(client, public_id, "keep")
    version = QuestionnaireVersion.objects.get()
    assert kept["Location"].endswith(f"{version.public_id}/")
    assert not Sketch.objects.exists()
    publish = reverse("questionnaires:version_act", args=[public_id, version.public_id, "publish"])
    client.post(publish)
    again = {"source": f"version:{version.public_id}"}
    client.post(reverse("questionnaires:build_start", args=[public_id]), again)
    assert plan(public_id).find(name).label == "上月营业收入"
    assert act(client, public_id, "discard", version=Sketch.objects.get().version).status_code == 302
    assert QuestionnaireVersion.objects.count() == 1


@pytest.mark.parametrize("way", ["template:impact", "template:day-one", "template:self-check"])
def test_every_shipped_questionnaire_opens_in_the_builder_without_a_fault(client, way):
    public_id = begin(client, way)
    page = shown(client, public_id)
    assert page.status_code == 200
    assert [str(one.said) for one in page.context["faults"]] == []


def test_a_sketch_holds_only_what_json_can(client):
    public_id = begin(client, "template:impact")
    assert json.dumps(Sketch.objects.get(questionnaire__public_id=public_id).content)
