"""Editions of items: drafted by one, published by another, taken over from the files."""

import json
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from huiqi.accounts.roles import Role
from huiqi.cases.commands.intake import Asked, open_case
from huiqi.cases.commands.items import (
    change_draft,
    discard_draft,
    make_draft,
    publish_draft,
    take_over,
    withdraw_item,
)
from huiqi.cases.items.reading import Shipped, digest_of, from_json, read_items
from huiqi.cases.models import EditionState, ItemEdition
from huiqi.cases.queries.items import compared_with, current_edition, offered_items
from huiqi.cases.tests.make import at, load_shipped, make_officer
from huiqi.cases.workflow import Channel
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.models import AuditRecord
from tests.harness.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return make_officer("province", Role.POLICY_EDITOR)


@pytest.fixture
def approver():
    return make_officer("province", Role.POLICY_APPROVER)


def shipped(**changes: object) -> dict[str, Shipped]:
    """The request item as a file with these changes has it."""
    content = {**read_items(Path(settings.RULEBOOK_DIR))["request"].content, **changes}
    return {"request": Shipped(from_json(content), content, digest_of(content))}


def draft_of(editor, title="企业求助"):
    draft = make_draft("request", actor=editor, at=at())
    return change_draft(draft, {**draft.content, "title": title}, actor=editor, expected=draft.version)


def states(item="request"):
    rows = ItemEdition.objects.filter(item=item).order_by("number")
    return [(row.number, row.state) for row in rows]


def test_whoever_made_a_draft_cannot_publish_it(editor):
    load_shipped()
    draft = make_draft("request", actor=editor, at=at())
    with pytest.raises(Refused) as caught:
        publish_draft(draft, note="改标题", actor=editor, at=at())
    assert caught.value.code == "cases.own_draft"


def test_nor_can_anybody_who_changed_it_once(editor, approver):
    load_shipped()
    draft = draft_of(editor)
    draft = change_draft(draft, {**draft.content, "title": "诉求"}, actor=approver, expected=draft.version)
    draft = change_draft(draft, {**draft.content, "title": "求助"}, actor=editor, expected=draft.version)
    with pytest.raises(Refused) as caught:
        publish_draft(draft, note="改标题", actor=approver, at=at())
    assert caught.value.code == "cases.own_draft"


def test_a_published_edition_is_never_changed(editor):
    load_shipped()
    with pytest.raises(Refused) as caught:
        change_draft(current_edition("request"), {}, actor=editor, expected=1)
    assert caught.value.code == "cases.not_draft"


def test_a_second_draft_is_refused(editor):
    load_shipped()
    make_draft("request", actor=editor, at=at())
    with pytest.raises(Refused) as caught:
        make_draft("request", actor=editor, at=at())
    assert caught.value.code == "cases.has_draft"


def test_content_that_fails_the_checks_is_not_saved(editor):
    load_shipped()
    draft = make_draft("request", actor=editor, at=at())
    with pytest.raises(Refused) as caught:
        change_draft(draft, {**draft.content, "topics": []}, actor=editor, expected=draft.version)
    assert caught.value.code == "cases.faulty_item"
    draft.refresh_from_db()
    assert len(draft.content["topics"]) == 8


def test_two_editors_do_not_overwrite_each_other(editor, approver):
    load_shipped()
    draft = make_draft("request", actor=editor, at=at())
    change_draft(draft, {**draft.content, "title": "甲"}, actor=editor, expected=draft.version)
    with pytest.raises(VersionConflict):
        change_draft(draft, {**draft.content, "title": "乙"}, actor=approver, expected=draft.version)
    assert ItemEdition.objects.get(pk=draft.pk).content["title"] == "甲"


def test_a_draft_changed_after_it_was_read_is_not_published(editor, approver):
    load_shipped()
    draft = draft_of(editor)
    change_draft(draft, {**draft.content, "title": "另一个"}, actor=editor, expected=draft.version)
    with pytest.raises(VersionConflict):
        publish_draft(draft, note="好", actor=approver, at=at(), expected=draft.version)


def test_an_item_cannot_take_the_id_of_another(editor):
    load_shipped()
    for item in ("enquiry", "Power Cut", "../x"):
        with pytest.raises(Refused) as caught:
            make_draft(item, actor=editor, at=at(), pattern="request")
        assert caught.value.code == "cases.bad_item_id"
    with pytest.raises(Refused) as caught:
        make_draft("no-such", actor=editor, at=at())
    assert caught.value.code == "cases.no_item"


def test_the_id_of_a_draft_cannot_be_changed(editor):
    load_shipped()
    draft = make_draft("request", actor=editor, at=at())
    draft = change_draft(draft, {**draft.content, "id": "other"}, actor=editor, expected=draft.version)
    assert draft.content["id"] == "request"


def test_a_new_item_starts_as_a_copy_and_is_not_offered_before_publication(editor, approver):
    load_shipped()
    draft = make_draft("power-cut", actor=editor, at=at(), pattern="shortage")
    assert "power-cut" not in [row.item for row in offered_items()]
    publish_draft(draft, note="新设", actor=approver, at=at())
    assert "power-cut" in [row.item for row in offered_items()]


def test_open_cases_keep_their_edition_and_new_ones_get_the_new(editor, approver):
    load_shipped()
    make_officer("liuyang")
    make_officer("province")
    ask = Asked("request", "other", "标题", "内容", Channel.WEB, prefecture="430181")
    old = open_case(ask, actor=None, at=at())
    publish_draft(draft_of(editor), note="改标题", actor=approver, at=at())
    new = open_case(ask, actor=None, at=at())
    assert (old.edition.definition.title, new.edition.definition.title) == ("企业诉求", "企业求助")
    assert states() == [(1, EditionState.REPLACED), (2, EditionState.PUBLISHED)]
    assert AuditRecord.objects.filter(act="item.published", actor_id=approver.public_id).count() == 1


def test_a_withdrawn_item_is_not_offered_and_takes_no_cases(approver):
    load_shipped()
    withdraw_item("request", reason="并入其他事项", actor=approver, at=at())
    assert current_edition("request") is None
    with pytest.raises(Refused) as caught:
        open_case(Asked("request", "other", "标题", "内容", Channel.WEB), actor=None, at=at())
    assert caught.value.code == "cases.no_such_item"
    with pytest.raises(Refused) as caught:
        withdraw_item("request", reason="再来", actor=approver, at=at())
    assert caught.value.code == "cases.not_offered"


def test_a_discarded_draft_stays_in_the_history_and_makes_room(editor):
    load_shipped()
    discard_draft(draft_of(editor), actor=editor, at=at())
    make_draft("request", actor=editor, at=at())
    assert [state for _number, state in states()] == ["published", "withdrawn", "draft"]


def test_a_draft_is_compared_with_the_edition_in_force(editor, approver):
    load_shipped()
    first = current_edition("request")
    draft = draft_of(editor)
    assert compared_with(draft) == first
    second = publish_draft(draft, note="改", actor=approver, at=at())
    assert compared_with(second) == first and compared_with(first) is None


# --- the shipped files ----------------------------------------------------------------------------------


def test_taking_over_again_changes_nothing():
    load_shipped()
    counts = take_over(read_items(Path(settings.RULEBOOK_DIR)), at=at())
    assert counts == {"published": 0, "drafts": 0, "waiting": 1, "unchanged": 8}
    assert ItemEdition.objects.count() == 8


def test_a_changed_file_replaces_what_came_from_a_file():
    load_shipped()
    assert take_over(shipped(title="新名称"), at=at())["published"] == 1
    assert current_edition("request").definition.title == "新名称"
    assert states() == [(1, EditionState.REPLACED), (2, EditionState.PUBLISHED)]


def test_a_changed_file_never_replaces_what_the_office_wrote(editor, approver):
    load_shipped()
    publish_draft(draft_of(editor), note="改标题", actor=approver, at=at())
    changed = shipped(title="新名称")
    assert take_over(changed, at=at())["drafts"] == 1
    assert current_edition("request").definition.title == "企业求助"
    assert take_over(changed, at=at())["unchanged"] == 1
    draft = ItemEdition.objects.get(item="request", state=EditionState.DRAFT)
    assert draft.made_by is None and draft.definition.title == "新名称"
    publish_draft(draft, note="采用随附版本", actor=approver, at=at())
    assert take_over(shipped(title="更新的名称"), at=at())["published"] == 1


def test_a_changed_file_waits_while_somebody_works_on_a_draft(editor, approver):
    load_shipped()
    publish_draft(draft_of(editor), note="改标题", actor=approver, at=at())
    make_draft("request", actor=editor, at=at())
    assert take_over(shipped(title="新名称"), at=at())["waiting"] == 1


def test_a_withdrawn_item_does_not_come_back_by_itself(approver):
    load_shipped()
    withdraw_item("request", reason="停用", actor=approver, at=at())
    assert take_over(shipped(), at=at())["unchanged"] == 1
    assert take_over(shipped(title="新名称"), at=at())["drafts"] == 1
    assert current_edition("request") is None


# --- the command ------------------------------------------------------------------------------------------


def run(*words: str, capsys) -> object:
    call_command("services", *words, "--json")
    return json.loads(capsys.readouterr().out)


def test_the_command_refuses_a_spoilt_folder_with_all_its_problems(tmp_path, capsys):
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "request.yaml").write_text("id: request\ntopics: none\n", encoding="utf-8")
    with pytest.raises((SystemExit, CommandError)):
        call_command("services", "check", "--rulebook", str(tmp_path))
    said = capsys.readouterr().err
    assert "services/request.yaml 第2行 topics" in said and "guide：缺少这一项" in said
    assert not ItemEdition.objects.exists()


def test_the_command_checks_loads_and_lists(capsys):
    assert run("check", capsys=capsys)["items"] == 9
    # One waits for its questionnaire to be published.
    assert run("load", capsys=capsys) == {"published": 8, "drafts": 0, "waiting": 1, "unchanged": 0}
    assert run("load", capsys=capsys)["unchanged"] == 8
    first = run("list", capsys=capsys)[0]
    assert first == {"item": "request", "title": "企业诉求", "edition": 1, "draft": None, "open_cases": 0}


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_prepare_a_new_site_make_each_edition_once():
    first, second = together(load_shipped, load_shipped)
    assert set(first) == set(second) and len(first) == 8
    assert ItemEdition.objects.count() == 8


@pytest.mark.django_db(transaction=True)
def test_two_approvers_publish_a_draft_once(editor):
    load_shipped()
    draft = draft_of(editor)
    approvers = [make_officer("province", Role.POLICY_APPROVER) for _ in range(2)]
    acts = [partial(publish_draft, draft, note="改标题", actor=each, at=at()) for each in approvers]
    outcomes = together(*acts)
    assert sorted(isinstance(each, Refused) for each in outcomes) == [False, True], outcomes
    assert states() == [(1, EditionState.REPLACED), (2, EditionState.PUBLISHED)]


def test_an_english_reader_reads_the_english_title_of_an_item_and_a_chinese_one_the_chinese(client, settings):
    load_shipped()
    assert "咨询" in client.get("/cases/items/").content.decode()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    for page in ("/cases/items/", "/cases/items/enquiry/"):
        assert "Enquiries" in client.get(page).content.decode()
