"""The pages of service items: the public catalogue, and the editor of the staff."""

import re

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huiqi.cases.commands.items import make_draft
from huiqi.cases.forms.items import TABLES, table
from huiqi.cases.items.difference import changes
from huiqi.cases.items.reading import check_content
from huiqi.cases.models import EditionState, ItemEdition
from huiqi.cases.queries.items import current_edition
from huiqi.cases.tests.make import at, load_shipped
from huiqi.cases.views.editions import SECTIONS
from tests.harness.cast import play

pytestmark = pytest.mark.django_db


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


def boxes(page: str) -> dict[str, object]:
    """What the largest form of a page would send as it stands."""
    forms = BeautifulSoup(page, "html.parser").find_all("form", method="post")
    form = max(forms, key=lambda each: len(str(each)))
    sent: dict[str, object] = {}
    for box in form.find_all("input", attrs={"name": True}):
        if box["type"] not in ("checkbox", "radio"):
            sent[box["name"]] = box.get("value", "")
        elif box.has_attr("checked"):
            sent.setdefault(box["name"], []).append(box.get("value", "on"))
    for box in form.find_all("textarea"):
        # A browser drops the line break after the opening tag.
        sent[box["name"]] = box.text.removeprefix("\n")
    for box in form.find_all("select"):
        chosen = box.find("option", selected=True)
        sent[box["name"]] = chosen["value"] if chosen else ""
    sent.pop("csrfmiddlewaretoken")
    return sent


@pytest.fixture
def draft():
    load_shipped()
    return make_draft("request", actor=play("editor"), at=at())


# --- the catalogue ------------------------------------------------------------------------------------------


def test_a_visitor_finds_every_item_and_no_draft(client, draft):
    ItemEdition.objects.filter(pk=draft.pk).update(content={**draft.content, "title": "还没发布的名称"})
    page = text_of(client.get(reverse("cases:items")))
    assert all(title in page for title in ("企业诉求", "咨询", "拖欠账款投诉", "要素短缺", "抽贷断贷压贷"))
    assert "还没发布的名称" not in page


def test_an_item_that_is_not_offered_is_not_there(client):
    load_shipped()
    ItemEdition.objects.filter(item="enquiry").update(state=EditionState.WITHDRAWN)
    assert client.get(reverse("cases:item", args=["enquiry"])).status_code == 404
    assert "咨询" not in text_of(client.get(reverse("cases:items")))


def test_an_item_closed_to_the_public_is_there_for_staff_only(client, enter):
    content = {**load_shipped()["enquiry"].content, "open_to_public": False}
    ItemEdition.objects.filter(item="enquiry").update(content=content)
    assert client.get(reverse("cases:item", args=["enquiry"])).status_code == 404
    assert enter("county").get(reverse("cases:item", args=["enquiry"])).status_code == 200


def test_the_page_says_who_decides_how_long_it_takes_and_on_what_basis(client):
    load_shipped()
    page = text_of(client.get(reverse("cases:item", args=["request"])))
    assert "我们发函商请县级人力资源和社会保障部门办理" in page
    assert "受理后，一般事项5个工作日内办理" in page
    assert "株洲市民营企业诉求办理工作机制" in page and "未查到规定；取1个工作日为本站默认值" in page
    assert "逾期5个工作日还没有办结的，上报市级" in page


def test_the_catalogue_takes_one_query(client, assert_queries):
    load_shipped()
    with assert_queries(1):
        client.get(reverse("cases:items"))


# --- who may ------------------------------------------------------------------------------------------------


def test_an_officer_finds_no_editor(enter, draft):
    browser = enter("county")
    for name, args in (("editions", []), ("item_history", ["request"]), ("edition", [draft.public_id])):
        assert browser.get(reverse(f"cases:{name}", args=args)).status_code == 404


def test_an_approver_cannot_edit_and_an_editor_cannot_publish(enter, draft):
    section = reverse("cases:edit_section", args=[draft.public_id, "texts"])
    assert enter("policy_approver").get(section).status_code == 404
    publish = reverse("cases:publish_draft", args=[draft.public_id])
    assert enter("editor").post(publish, {"note": "好"}).status_code == 404
    draft.refresh_from_db()
    assert draft.state == EditionState.DRAFT


def test_a_published_edition_has_no_boxes(enter):
    row = load_shipped()["request"]
    browser = enter("editor")
    assert browser.get(reverse("cases:edit_section", args=[row.public_id, "texts"])).status_code == 404
    assert "放弃这份草稿" not in text_of(browser.get(reverse("cases:edition", args=[row.public_id])))


# --- editing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", list(SECTIONS))
def test_saving_a_part_as_it_stands_changes_nothing(enter, draft, section):
    browser, address = enter("editor"), reverse("cases:edit_section", args=[draft.public_id, section])
    sent = boxes(browser.get(address).content.decode())
    answer = browser.post(address, sent)
    assert answer.status_code == 302, text_of(answer)
    before, row = draft.content, ItemEdition.objects.get(pk=draft.pk)
    assert changes(before, row.content) == []
    assert check_content(row.content) == ()


@pytest.mark.parametrize("item", ["late-payment", "green-channel", "loan-pulled", "shortage", "enquiry"])
def test_the_tables_of_every_item_lose_nothing(item):
    content = load_shipped()[item].content
    for part in TABLES:
        blank = table(part, content)
        sent = {
            f"{part}-TOTAL_FORMS": blank.total_form_count(),
            f"{part}-INITIAL_FORMS": blank.initial_form_count(),
        }
        for form in blank:
            for name, field in form.fields.items():
                value = form.get_initial_for_field(field, name)
                if value not in (None, False):
                    sent[form.add_prefix(name)] = value
        filled = table(part, content, sent)
        assert filled.is_valid(), filled.errors
        kept = [form.row() for form in filled.in_order()]
        assert changes({part: content.get(part, [])}, {part: kept}) == []


def test_a_fault_is_told_beside_its_box_and_what_was_typed_stays(enter, draft):
    browser, address = enter("editor"), reverse("cases:edit_section", args=[draft.public_id, "topics"])
    sent = boxes(browser.get(address).content.decode())
    sent |= {"topics-2-authority": "assign", "topics-3-title": "物流、仓储和物资"}
    answer = browser.post(address, sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="id_topics-2-authority_error"' in page and "对其他部门不能交办" in page
    assert "物流、仓储和物资" in page
    draft.refresh_from_db()
    assert draft.content["topics"][3]["title"] == "物流与物资"


def test_a_fault_that_a_change_makes_elsewhere_is_told(enter, draft):
    browser, address = enter("editor"), reverse("cases:edit_section", args=[draft.public_id, "limits"])
    sent = boxes(browser.get(address).content.decode())
    stage = next(
        index
        for index, row in enumerate(draft.content["limits"])
        if row["stage"] == "contact" and "urgency" not in row
    )
    sent[f"limits-{stage}-DELETE"] = "on"
    answer = browser.post(address, sent)
    assert answer.status_code == 422
    assert "指南里的{contact:ordinary}没有对应的时限" in text_of(answer)


def test_what_is_no_number_is_told_beside_its_box(enter, draft):
    browser, address = enter("editor"), reverse("cases:edit_section", args=[draft.public_id, "limits"])
    sent = boxes(browser.get(address).content.decode()) | {"limits-0-amount": "两"}
    answer = browser.post(address, sent)
    assert answer.status_code == 422 and "应为整数，如 5。" in text_of(answer)


def test_a_row_is_added_moved_and_removed(enter, draft):
    browser, address = enter("editor"), reverse("cases:edit_section", args=[draft.public_id, "reasons"])
    sent = boxes(browser.get(address).content.decode())
    count = len(draft.content["return_reasons"])
    sent |= {
        f"return_reasons-{count}-code": "moved-away",
        f"return_reasons-{count}-label": "企业已迁出",
        f"return_reasons-{count}-ORDER": "1",
        "return_reasons-1-DELETE": "on",
    }
    assert browser.post(address, sent).status_code == 302
    draft.refresh_from_db()
    codes = [row["code"] for row in draft.content["return_reasons"]]
    assert codes == ["not-our-duty", "moved-away", "other-leads", "higher-level", "not-clear", "same-matter"]


def test_a_second_editor_sees_both_versions_and_loses_nothing(enter, draft):
    browser, address = enter("editor"), reverse("cases:edit_section", args=[draft.public_id, "texts"])
    sent = boxes(browser.get(address).content.decode())
    assert browser.post(address, sent | {"title": "先保存的"}).status_code == 302
    answer = browser.post(address, sent | {"title": "后保存的"})
    page = text_of(answer)
    assert answer.status_code == 409 and "先保存的" in page and "后保存的" in page
    again = boxes(answer.content.decode())
    assert browser.post(address, again).status_code == 302
    draft.refresh_from_db()
    assert draft.content["title"] == "后保存的"


def test_a_draft_is_shown_with_its_differences_previewed_and_published_by_another(enter, draft):
    editor, approver = enter("editor"), enter("policy_approver")
    address = reverse("cases:edit_section", args=[draft.public_id, "texts"])
    sent = boxes(editor.get(address).content.decode()) | {"title": "企业求助"}
    editor.post(address, sent)
    page = text_of(approver.get(reverse("cases:edition", args=[draft.public_id])))
    assert "与第1版的不同" in page and "企业诉求" in page and "企业求助" in page
    preview = text_of(approver.get(reverse("cases:edition_preview", args=[draft.public_id])))
    assert "希望怎么解决" in preview
    publish = reverse("cases:publish_draft", args=[draft.public_id])
    assert approver.post(publish, {"note": "", "version": 1}).status_code == 422
    stale = approver.post(publish, {"note": "改名称", "version": 1})
    assert stale.status_code == 409
    draft.refresh_from_db()
    assert approver.post(publish, {"note": "改名称", "version": draft.version}).status_code == 302
    assert current_edition("request").definition.title == "企业求助"
    history = text_of(editor.get(reverse("cases:item_history", args=["request"])))
    assert "改名称" in history and "已被替代" in history


def test_an_editor_starts_a_new_item_from_another(enter):
    load_shipped()
    browser, address = enter("editor"), reverse("cases:new_item")
    answer = browser.post(address, {"item": "enquiry", "pattern": "request"})
    assert answer.status_code == 422 and "没有用过" in text_of(answer)
    assert browser.post(address, {"item": "power-cut", "pattern": "shortage"}).status_code == 302
    assert "power-cut" in text_of(browser.get(reverse("cases:editions")))


def test_an_approver_withdraws_with_a_reason(enter):
    load_shipped()
    browser, address = enter("policy_approver"), reverse("cases:withdraw_item", args=["enquiry"])
    assert browser.post(address, {"reason": ""}).status_code == 422
    assert browser.post(address, {"reason": "并入企业诉求"}).status_code == 302
    assert current_edition("enquiry") is None
    assert browser.post(address, {"reason": "再停"}).status_code == 404


def test_the_list_of_items_takes_the_same_queries_however_many(enter, editor_queries):
    load_shipped()
    make_draft("request", actor=play("editor"), at=at())
    few = editor_queries()
    for item in ("enquiry", "shortage", "late-payment"):
        make_draft(item, actor=play("editor"), at=at())
    assert editor_queries() == few


@pytest.fixture
def editor_queries(enter):
    """How many queries the editor's list takes."""
    browser = enter("editor")
    browser.get(reverse("cases:editions"))

    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            browser.get(reverse("cases:editions"))
        return len(caught)

    return count
