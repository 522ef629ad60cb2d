"""Service items are read strictly: everything wrong at once, each with its place and what to do."""

import json
import shutil
from pathlib import Path

import pytest
from django.conf import settings

from huiqi.cases.items.definition import Authority
from huiqi.cases.items.reading import check_content, digest_of, from_json, read_items
from huiqi.cases.items.words import PLACE, guide_parts, limit_words
from huiqi.cases.workflow import Stage, Urgency
from huiqi.reference.judging import rulebook
from huiqi.rules.problems import RulebookError
from huiqi.workflow.terms import Limit, LimitUnit

SHIPPED = read_items(Path(settings.RULEBOOK_DIR))


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped items to spoil."""
    shutil.copytree(Path(settings.RULEBOOK_DIR) / "services", tmp_path / "services")
    return tmp_path


@pytest.fixture
def content():
    """The content of the request item, ours to spoil."""
    return json.loads(json.dumps(SHIPPED["request"].content))


def spoil(folder: Path, before: str, after: str, file: str = "request.yaml") -> list[str]:
    """The problems after one replacement in a file."""
    path = folder / "services" / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(RulebookError) as caught:
        read_items(folder)
    return [str(problem) for problem in caught.value.problems]


def line_of(folder: Path, text: str, file: str = "request.yaml") -> int:
    lines = (folder / "services" / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_a_fault_is_told_with_file_and_line_and_what_to_do(folder):
    said = spoil(folder, "authority: forward}", "authority: order}")
    line = line_of(folder, "authority: order}")
    assert said == [
        f"services/request.yaml 第{line}行 topics[6].lead.authority：没有“order”这个选项。"
        "可用的有 assign、consult、forward、inform。"
    ]


def test_all_faults_of_all_files_are_told_at_once(folder):
    path = folder / "services" / "enquiry.yaml"
    path.write_text(
        path.read_text().replace("kind: enquiry", "kind: question\ncolour: red"), encoding="utf-8"
    )
    said = spoil(folder, "amount: 15, unit: working_days", "amount: 0, unit: working_days")
    assert len(said) == 3
    assert [line.split(" ")[0] for line in said] == ["services/enquiry.yaml"] * 2 + ["services/request.yaml"]


def test_an_item_whose_name_is_not_its_files_is_refused(folder):
    shutil.copy(folder / "services" / "request.yaml", folder / "services" / "other.yaml")
    with pytest.raises(RulebookError, match="与文件名“other”不同"):
        read_items(folder)


def test_a_folder_without_items_is_refused(tmp_path):
    with pytest.raises(RulebookError, match="没有事项文件"):
        read_items(tmp_path)


def test_nobody_outside_our_own_line_is_assigned_to(folder):
    said = spoil(
        folder,
        "{function: labour, level: county, authority: consult}",
        "{function: labour, level: county, authority: assign}",
    )
    assert "对其他部门不能交办" in said[0]


def test_a_number_without_a_source_must_own_that_it_is_our_default(folder):
    said = spoil(folder, "source: 未查到规定；签收或退回取1个工作日为本站默认值", "source: 未查到规定")
    assert "没有写明是默认值" in said[0]
    said = spoil(folder, ", source: 未查到规定}", "}")
    assert "source：缺少这一项" in said[0]


def test_a_guide_that_promises_a_time_nobody_keeps_is_refused(folder):
    assert (
        "指南里的{polish:ordinary}没有对应的时限"
        in spoil(folder, "{handle:ordinary}", "{polish:ordinary}")[0]
    )


def test_a_topic_with_an_unknown_policy_is_refused(content):
    content["topics"][0]["policies"] = ["si-exempt-msme", "free-lunch"]
    assert [str(each) for each in check_content(content, {"si-exempt-msme"})][0].startswith(
        "topics[0].policies：没有政策“free-lunch”"
    )


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda c: c["fields"][5]["shown_if"].update({"is": "perhaps"}), "fields[5].shown_if.is"),
        (lambda c: c["fields"][5]["shown_if"].update(field="in_court"), "fields[5].shown_if.field"),
        (lambda c: c["fields"][1].update(id="started_on"), "fields[1].id"),
        (lambda c: c["fields"][4].update(kind="choice"), "fields[4].choices"),
        (lambda c: c["fields"].append({"id": "tel", "label": "电话", "kind": "phone"}), "fields[7].personal"),
        (lambda c: c["fields"].append({"id": "amount_unit", "label": "单位", "kind": "text"}), "fields"),
        (lambda c: c["ladder"].reverse(), "ladder[1].level"),
        (lambda c: c.update(limits=[row for row in c["limits"] if row["stage"] != "handle"]), "limits"),
        (lambda c: c["limits"].append(dict(c["limits"][0])), "limits[15].stage"),
        (lambda c: c.update(needs_proof=["happiness"]), "needs_proof"),
        (lambda c: c["refusal_reasons"].clear(), "refusal_reasons"),
        (lambda c: c.pop("refusal_reasons"), "refusal_reasons"),
        (lambda c: c["return_reasons"].clear(), "return_reasons"),
        (lambda c: c.pop("return_reasons"), "return_reasons"),
        (lambda c: c["topics"].clear(), "topics"),
    ],
)
def test_a_fault_of_a_draft_is_told_by_its_place(content, change, place):
    change(content)
    assert place in [problem.place for problem in check_content(content)]


@pytest.mark.parametrize(
    "junk", [None, [], "text", 3, {"topics": 5, "fields": [1], "limits": {"a": 1}, "guide": []}]
)
def test_what_is_no_item_at_all_is_refused_without_falling_over(junk):
    assert check_content(junk)


def test_the_shipped_items_are_sound_and_name_policies_that_exist():
    assert list(read_items(Path(settings.RULEBOOK_DIR), rulebook().policies)) == sorted(SHIPPED)
    assert set(SHIPPED) == {
        *("request", "enquiry", "late-payment", "legal-service", "shortage", "green-channel"),
        *("licence-coordination", "loan-pulled", "resume-help"),
    }
    assert len(SHIPPED["request"].definition.topics) == 8


def test_the_shipped_content_passes_the_checks_of_drafts():
    for item in SHIPPED.values():
        assert check_content(item.content) == ()
        assert from_json(item.content) == item.definition


def test_no_shipped_item_orders_another_authority_about():
    for item in SHIPPED.values():
        for topic in item.definition.topics:
            assert (topic.lead.authority == Authority.ASSIGN) <= (topic.lead.function == "sme")


def test_the_ordinary_terms_are_those_of_zhuzhou():
    definition = SHIPPED["request"].definition
    handle, contact = (
        definition.limit_for(stage, Urgency.ORDINARY) for stage in (Stage.HANDLE, Stage.CONTACT)
    )
    assert (handle.limit, contact.limit) == (Limit(5), Limit(3))
    assert handle.basis.confidence == contact.basis.confidence == "VERIFIED"


def test_shortages_run_on_hours_around_the_clock():
    assert {limit.limit.unit for limit in SHIPPED["shortage"].definition.limits} == {LimitUnit.HOURS}


def test_late_payment_hides_the_requester_and_closes_with_proof_only():
    definition = SHIPPED["late-payment"].definition
    assert definition.masks_requester and {"solved", "partly_solved"} <= definition.needs_proof


def test_the_guide_says_the_time_the_clock_keeps():
    definition = SHIPPED["late-payment"].definition
    said = next(part for part in guide_parts(definition) if part.heading == "多久有结果").paragraphs[0]
    assert "办理单位收到后30天内" in said and not PLACE.search(said)


def test_the_same_content_has_the_same_digest_in_any_order(content):
    assert digest_of(dict(reversed(content.items()))) == SHIPPED["request"].digest
    content["title"] = "企业求助"
    assert digest_of(content) != SHIPPED["request"].digest


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Limit(5), "5个工作日"),
        (Limit(2, LimitUnit.OFFICE_HOURS), "2个工作小时"),
        (Limit(72, LimitUnit.HOURS), "72小时"),
        (Limit(720, LimitUnit.HOURS), "30天"),
        (Limit(100, LimitUnit.HOURS), "100小时"),
    ],
)
def test_limits_are_worded_as_people_say_them(limit, words):
    assert str(limit_words(limit)) == words
