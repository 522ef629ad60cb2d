"""Offline packs: filled in without network, merged once: nothing doubled, lost, or seen by others."""

import io
from datetime import datetime, timedelta

import openpyxl
import pytest

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office
from huiqi.cases.commands import pack_rows
from huiqi.cases.commands.handling import message_requester, note_case
from huiqi.cases.commands.moving import tell
from huiqi.cases.commands.offline_packs import tidy_packs
from huiqi.cases.commands.pack_merges import (
    begin_merge,
    filled_of,
    finish_merge,
    merge_rows,
    start_merge,
    stop_merge,
)
from huiqi.cases.happenings import Happening
from huiqi.cases.models import Case, Event, OfflinePack, Order, PackLine, PackMerge
from huiqi.cases.packs import layout
from huiqi.cases.queries.pack_receipts import (
    is_receipt_code,
    receipt_code,
    receipt_workbook,
    rejected_workbook,
    shown_lines,
)
from huiqi.cases.queries.packs import entries_for
from huiqi.cases.tests.make import at, make_case, make_edition, make_lead, make_officer
from huiqi.cases.tests.make_packs import (
    BACK,
    FIELDS,
    GOOD,
    MADE,
    SHEET,
    book_of,
    bring,
    counts,
    fill,
    filled,
    merged,
    pack_for,
    rename_headings,
    saved,
    told,
)
from huiqi.cases.workflow import Channel, Stage, State, Urgency
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from huiqi.files.tests.make import make_xlsx
from huiqi.files.xlsx_writer import write_workbook

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def officer():
    make_edition(fields=FIELDS)
    return make_officer("liuyang", name="谭丽")


@pytest.fixture
def handled(officer):
    """A case given to 浏阳's own office, not yet signed."""
    return make_case(state=State.ASSIGNED, when=at("2020-03-02", "08:50"), officer=officer)


# --- what is handed out -----------------------------------------------------------------------------


def test_a_pack_says_whose_it_is_and_offers_what_may_be_chosen(officer, handled):
    pack = pack_for(officer)
    book = book_of(pack)
    assert book.sheetnames == ["说明", SHEET, "办理中", "代码表"]
    about = {row[0].value: row[1].value for row in book["说明"].iter_rows(min_row=3)}
    assert about["离线包编号"] == pack.number
    assert (about["用于单位"], about["制作人"]) == (officer.unit.name, "谭丽")
    assert "不得填写国家秘密" in about["保密要求"] and "2020-03-16" in about["有效期至"]
    sheet = book[SHEET]
    assert sheet["A3"].value == f"{pack.number}-A001"
    lists = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
    heads = {cell.value: cell.column_letter for cell in sheet[2]}
    topic = lists[f"{heads[layout.TOPIC]}3:{heads[layout.TOPIC]}52"]
    column = topic.split("$")[1]
    assert [book["代码表"][f"{column}{row}"].value for row in (3, 4)] == ["复工用工", "税费"]
    assert "涉及金额（元，选填）" in heads and "哪个法院（视情况填）" in heads
    row = {head.value: cell.value for head, cell in zip(book["办理中"][2], book["办理中"][3], strict=True)}
    assert (row["编号"], row["标题"], row["现状"]) == (handled.number, "招不到工人", "待签收")
    assert "签收 2020-03-03" in row["期限"]
    assert row["联系电话"] is None


def test_names_and_numbers_go_in_only_when_asked_for_and_every_look_is_recorded(officer, handled):
    pack = pack_for(officer, with_contacts=True)
    sheet = book_of(pack)["办理中"]
    row = {head.value: cell.value for head, cell in zip(sheet[2], sheet[3], strict=True)}
    assert row["联系电话"] == handled.requester_phone
    assert AuditRecord.objects.filter(act="case.unmasked", actor_id=officer.public_id).count() == 1


def test_what_a_requester_typed_cannot_become_a_formula(officer):
    make_case(state=State.ASSIGNED, officer=officer, title='=HYPERLINK("x")')
    cell = book_of(pack_for(officer))["办理中"]["C3"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ('=HYPERLINK("x")', "s", True)


def test_a_pack_for_another_units_desk_is_refused(officer):
    with pytest.raises(Refused, match="不能制作"):
        pack_for(officer, unit=make_office("longshan"))
    assert not OfflinePack.objects.exists()


def test_who_does_not_handle_for_the_unit_gets_no_open_cases(officer, handled):
    dispatcher = make_officer("liuyang", Role.DISPATCHER)
    assert entries_for(dispatcher.unit, dispatcher, MADE.date()) == []
    assert "办理中" not in book_of(pack_for(dispatcher)).sheetnames


# --- requests ---------------------------------------------------------------------------------------


def test_requests_taken_offline_become_cases_with_clocks_from_the_stated_receipt(officer):
    merge = merged(officer, filled(pack_for(officer), GOOD, {**GOOD, layout.PHONE: "13800002222"}))
    assert counts(merge) == (2, 0, 0, 0, 0)
    case = Case.objects.order_by("source_ref").first()
    assert (case.channel, case.urgency, case.consent) == (Channel.OFFLINE, Urgency.URGENT, "spoken")
    assert (case.prefecture, case.desk, case.taken_by) == ("430181", officer.unit, officer)
    assert case.opened_at == at("2020-03-03", "09:30")
    assert case.clocks.get(stage=Stage.ACCEPT).started_at == at("2020-03-03", "09:30")
    assert case.answers == {"wanted": "组织专场招聘", "in_court": "no"}
    event = Event.objects.get(case=case, kind="merged_offline")
    assert (event.at, event.details["stated"]) == (BACK, "2020-03-03 09:30")
    line = merge.lines.order_by("pk").first()
    assert (line.case, line.due_at, line.recorded_at) == (case, case.due_at, BACK)


@pytest.mark.parametrize(
    ("written", "counted", "remark"),
    [
        ("", BACK, ""),
        ("2020-03-03", at("2020-03-03", "00:00"), ""),
        ("2020年3月2日", MADE, ""),
        (datetime(2020, 3, 3, 15, 20), at("2020-03-03", "15:20"), ""),  # noqa: DTZ001
        ("2020-02-20 10:00", MADE, "早于"),
        ("2020-03-09", BACK, "晚于"),
        ("2020-03-02 09:00", MADE, ""),
    ],
)
def test_clocks_start_at_the_stated_receipt_only_where_it_can_be_true(officer, written, counted, remark):
    merge = merged(officer, filled(pack_for(officer), {**GOOD, layout.RECEIVED: written}))
    case = Case.objects.get()
    assert case.opened_at == counted
    line = merge.lines.get()
    assert remark in line.reason
    assert bool(remark) == bool(line.reason)


def test_bad_rows_are_located_and_good_rows_kept_and_only_mended_rows_go_in_later(officer):
    pack = pack_for(officer)
    bad = {
        **GOOD,
        layout.PHONE: "12",
        layout.CONSENT: "",
        "正在打官司吗": "是",
        "涉及金额（元，选填）": "很多",
    }
    first = merged(officer, filled(pack, GOOD, bad))
    assert counts(first) == (1, 0, 0, 0, 1)
    [line] = first.lines.filter(result="refused")
    assert (line.sheet, line.row, line.key) == (SHEET, 4, f"{pack.number}-A002")
    for heading in ("联系电话", "诉求人同意代填", "哪个法院", "涉及金额"):
        assert heading in line.reason
    target = io.BytesIO()
    write_workbook(target, rejected_workbook(first, filled_of(first)), watermark="x")
    target.seek(0)
    book = openpyxl.load_workbook(target)
    assert [row[0].value for row in book[SHEET].iter_rows(min_row=3)] == [f"{pack.number}-A002"]
    fill(
        book,
        SHEET,
        3,
        {layout.PHONE: "13800003333", layout.CONSENT: "书面委托", "哪个法院（视情况填）": "浏阳市人民法院"},
    )
    fill(book, SHEET, 3, {"涉及金额（元，选填）": "1200.50"})
    again = merged(officer, saved(book), BACK + timedelta(hours=1))
    assert counts(again) == (1, 0, 0, 0, 0)
    mended = Case.objects.get(source_ref=f"{pack.number}-A002")
    assert mended.answers["amount"] == 120050
    assert Case.objects.count() == 2


def test_the_same_file_twice_is_merged_once_and_other_words_in_a_merged_row_are_a_conflict(officer):
    pack = pack_for(officer)
    content = filled(pack, GOOD)
    merged(officer, content)
    assert counts(merged(officer, content)) == (0, 0, 1, 0, 0)
    changed = bring(officer, filled(pack, {**GOOD, layout.TEXT: "缺50名。"}, GOOD))
    assert counts(changed) == (1, 0, 0, 1, 0)
    assert Case.objects.count() == 1
    [line] = [one for one in shown_lines(changed) if one.result == "conflict"]
    assert line.ours == "缺50名。" and line.number == Case.objects.get().spoken_number


def test_a_preview_writes_nothing_but_the_upload(officer, handled):
    events, version = Event.objects.count(), handled.version
    merge = bring(officer, filled(pack_for(officer), GOOD, handling={layout.SIGNED_ON: "2020-03-03"}))
    assert counts(merge) == (1, 1, 0, 0, 0)
    assert (Case.objects.count(), Event.objects.count()) == (1, events)
    handled.refresh_from_db()
    assert handled.version == version
    assert not PackLine.objects.exists()
    assert merge.receipt == ""


def test_a_row_number_twice_in_a_file_is_merged_once(officer):
    def double(book):
        book[SHEET]["A4"] = book[SHEET]["A3"].value

    merge = merged(officer, filled(pack_for(officer), GOOD, GOOD, change=double))
    assert counts(merge) == (1, 0, 0, 0, 1)
    assert "两次" in merge.lines.get(result="refused").reason


def test_han_names_of_every_plane_arrive_whole(officer):
    merged(officer, filled(pack_for(officer), {**GOOD, layout.NAME: "𠮷田𪚥", layout.FIRM: "浏阳市𬱖口罩厂"}))
    case = Case.objects.get()
    assert (case.requester_name, case.firm_name) == ("𠮷田𪚥", "浏阳市𬱖口罩厂")


def test_a_formula_that_was_never_calculated_is_a_fault_of_its_cell(officer):
    merge = bring(officer, filled(pack_for(officer), {**GOOD, layout.TITLE: '="a"&"b"'}))
    [line] = shown_lines(merge)
    assert line.result == "refused" and layout.TITLE in line.reason


# --- files that are refused -------------------------------------------------------------------------


def drop_about(book):
    del book["说明"]


def other_number(book):
    for row in book["说明"].iter_rows(min_row=3):
        if row[0].value == "离线包编号":
            row[1].value = "ZZZZZZZZ"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (rename_headings, "cases.pack_headings"),
        (drop_about, "cases.not_a_pack"),
        (other_number, "cases.pack_unknown"),
    ],
)
def test_an_altered_file_is_refused_as_a_whole_and_not_kept(officer, change, code):
    with pytest.raises(Refused) as refused:
        bring(officer, filled(pack_for(officer), GOOD, change=change))
    assert refused.value.code == code
    assert not PackMerge.objects.exclude(file="").exists()


def test_any_other_workbook_and_an_empty_pack_are_refused(officer):
    with pytest.raises(Refused) as refused:
        bring(officer, make_xlsx().getvalue())
    assert refused.value.code == "cases.not_a_pack"
    with pytest.raises(Refused) as refused:
        bring(officer, filled(pack_for(officer)))
    assert refused.value.code == "cases.pack_empty"


def test_an_old_workbook_under_a_new_name_is_told_by_its_content(officer):
    with pytest.raises(Refused) as refused:
        bring(officer, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert refused.value.code.startswith("files.")


def test_moved_columns_and_added_ones_do_no_harm(officer):
    def shuffle(book):
        sheet = book[SHEET]
        sheet.insert_cols(2)
        sheet["B2"] = "备注"

    assert counts(merged(officer, filled(pack_for(officer), GOOD, change=shuffle))) == (1, 0, 0, 0, 0)


def test_another_units_pack_is_not_there_and_an_expired_one_says_so(officer):
    content = filled(pack_for(officer, days=3), GOOD)
    with pytest.raises(Refused) as refused:
        bring(make_officer("longshan"), content)
    assert refused.value.code == "cases.pack_unknown"
    with pytest.raises(Refused, match="过期"):
        bring(officer, content, MADE + timedelta(days=3, minutes=1))
    assert not Case.objects.exists()


def test_a_row_of_another_pack_and_a_foreign_county_do_not_go_in(officer):
    pack, other = pack_for(officer), pack_for(officer)

    def paste(book):
        book[SHEET]["A3"] = f"{other.number}-A001"
        book[SHEET]["A4"] = f"{pack.number}-A999"

    rows = [GOOD, GOOD, {**GOOD, layout.COUNTY: "龙山县"}]
    merge = merged(officer, filled(pack, *rows, change=paste))
    assert counts(merge) == (0, 0, 0, 0, 3)
    assert not Case.objects.exists()


# --- open cases -------------------------------------------------------------------------------------
STEPS = {
    layout.SIGNED_ON: "2020-03-02",
    layout.CONTACTED_ON: "2020-03-03 10:00",
    layout.CONTACT_NOTE: "电话联系，情况属实。",
    layout.ANSWERED_ON: "2020-03-04 09:00",
    layout.ANSWER: "已组织专场招聘。",
    layout.ENDING: "解决",
}


def test_steps_done_offline_go_through_the_same_commands_at_the_stated_days(officer, handled):
    merge = merged(officer, filled(pack_for(officer), handling=STEPS))
    assert counts(merge) == (0, 3, 0, 0, 0)
    handled.refresh_from_db()
    assert (handled.state, handled.proposed_ending) == (State.ANSWERED, "solved")
    order = make_lead(handled)
    # A day alone counts as the close of the office, or as the pack's making where that is later.
    assert order.signed_at == at("2020-03-02", "17:30")
    assert (order.contacted_at, order.handler) == (at("2020-03-03", "10:00"), officer)
    assert handled.clocks.get(stage=Stage.SIGN).was_late is False
    event = Event.objects.get(case=handled, kind="merged_offline")
    assert event.at == BACK and event.actor == officer
    assert "签收 2020-03-02" in event.details["stated"]


def test_a_case_half_done_comes_back_later_and_only_new_steps_are_taken(officer, handled):
    pack = pack_for(officer)
    signed = {layout.SIGNED_ON: "2020-03-02 10:00"}
    merged(officer, filled(pack, handling=signed), at("2020-03-03", "09:00"))
    merge = merged(officer, filled(pack, handling={**STEPS, **signed}))
    assert counts(merge) == (0, 2, 1, 0, 0)
    assert told(merge) == [("sign", "before"), ("contact", "done"), ("answer", "done")]
    assert Event.objects.filter(case=handled, kind="sign").count() == 1


def test_what_moved_on_meanwhile_is_not_touched_and_both_texts_are_shown(officer, handled):
    pack = pack_for(officer)
    message_requester(handled, text="请再补一张照片。", actor=officer, at=at("2020-03-03"))
    merge = merged(officer, filled(pack, handling=STEPS))
    assert counts(merge) == (0, 0, 0, 3, 0)
    line = merge.lines.get(act="answer")
    assert line.ours == "已组织专场招聘。" and "请再补一张照片" in line.theirs
    handled.refresh_from_db()
    assert handled.state == State.ASSIGNED


def test_a_reminder_or_a_look_is_no_conflict(officer, handled):
    pack = pack_for(officer)
    tell(handled, Happening.REMINDED, actor=None, at=at("2020-03-03"))
    assert counts(merged(officer, filled(pack, handling=STEPS))) == (0, 3, 0, 0, 0)


def test_a_note_of_a_colleague_is_a_conflict(officer, handled):
    pack = pack_for(officer)
    note_case(handled, text="先别答复。", actor=officer, at=at("2020-03-03"))
    assert counts(merged(officer, filled(pack, handling=STEPS))) == (0, 0, 0, 3, 0)


@pytest.mark.parametrize(
    ("changes", "done", "refused"),
    [
        ({layout.SIGNED_ON: "2020-03-01"}, [], ["sign", "contact", "answer"]),
        ({layout.SIGNED_ON: "2020-03-08"}, [], ["sign", "contact", "answer"]),
        (
            {layout.CONTACTED_ON: "2020-03-02 09:10", layout.SIGNED_ON: "2020-03-03 09:00"},
            ["sign"],
            ["contact", "answer"],
        ),
        ({layout.ENDING: None}, ["sign", "contact"], ["answer"]),
    ],
)
def test_a_step_that_cannot_have_been_then_stops_those_after_it(officer, handled, changes, done, refused):
    merge = merged(officer, filled(pack_for(officer), handling={**STEPS, **changes}))
    lines = told(merge)
    assert [act for act, result in lines if result == "done"] == done
    assert [act for act, result in lines if result == "refused"] == refused


def test_words_without_a_day_are_a_fault_of_that_cell(officer, handled):
    merge = merged(officer, filled(pack_for(officer), handling={**STEPS, layout.CONTACTED_ON: None}))
    assert told(merge) == [("", "refused")]
    assert layout.CONTACTED_ON in merge.lines.get().reason


def test_a_return_goes_back_to_the_desk_within_the_term_to_sign(officer, handled):
    back = {
        layout.RETURNED_ON: "2020-03-02 16:00",
        layout.RETURN_REASON: "不属于本单位职责",
        layout.RETURN_TEXT: "应由人社部门办理。",
    }
    merge = merged(officer, filled(pack_for(officer), handling=back))
    assert told(merge) == [("send_back", "done")]
    handled.refresh_from_db()
    assert (handled.state, handled.bounces) == (State.ACCEPTED, 1)
    assert Order.objects.get(case=handled).return_reason == "not_ours"


def test_a_foreign_number_smuggled_into_a_row_is_not_found_and_says_nothing(officer, handled):
    foreign = make_case(state=State.ASSIGNED, lead=make_office("longshan"), prefecture="433130")
    pack = pack_for(officer)

    def smuggle(number):
        def change(book):
            book["办理中"]["B3"] = number

        return change

    said = set()
    for number in (foreign.number, "0000000000"):
        merge = merged(officer, filled(pack, handling=STEPS, change=smuggle(number)))
        assert counts(merge) == (0, 0, 0, 0, 1)
        line = merge.lines.get()
        assert line.case is None
        said.add(line.reason)
    assert len(said) == 1
    foreign.refresh_from_db()
    assert foreign.state == State.ASSIGNED


def test_who_lost_the_post_meanwhile_merges_nothing(officer, handled):
    merge = bring(officer, filled(pack_for(officer), GOOD, handling=STEPS))
    User.objects.filter(pk=officer.pk).update(role=Role.ANALYST)
    lost = User.objects.get(pk=officer.pk)
    with pytest.raises(Refused) as refused:
        start_merge(merge, actor=lost, today=BACK.date(), at=BACK)
    assert refused.value.code == "cases.pack_unknown"


# --- interrupted ------------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it."""


@pytest.mark.parametrize("dies_at", [0, 1, 3])
def test_a_merge_killed_between_rows_goes_on_and_ends_as_if_nothing_had_happened(
    officer, monkeypatch, dies_at
):
    rows = [{**GOOD, layout.PHONE: f"1380000{number:04d}"} for number in range(5)]
    rows[2][layout.CONSENT] = ""
    merge = bring(officer, filled(pack_for(officer), *rows))
    begin_merge(merge)
    PackMerge.objects.filter(pk=merge.pk).update(state=PackMerge.State.RUNNING)
    opening, calls = pack_rows.open_case, []

    def dying(*given, **named):
        found = opening(*given, **named)
        calls.append(1)
        if len(calls) == dies_at + 1:
            raise Killed
        return found

    monkeypatch.setattr(pack_rows, "open_case", dying)
    merge.refresh_from_db()
    with pytest.raises(Killed):
        list(merge_rows(merge, today=BACK.date(), at=BACK))
    monkeypatch.setattr(pack_rows, "open_case", opening)
    again = PackMerge.objects.get(pk=merge.pk)
    assert Case.objects.count() == again.opened == dies_at
    list(merge_rows(again, today=BACK.date(), at=BACK))
    done = finish_merge(again, at=BACK, wall=BACK)
    assert counts(done) == (4, 0, 0, 0, 1)
    assert (Case.objects.count(), done.lines.count()) == (4, 5)


def test_a_stopped_merge_keeps_what_is_in_and_goes_on(officer):
    rows = [{**GOOD, layout.PHONE: f"1380000{number:04d}"} for number in range(3)]
    merge = bring(officer, filled(pack_for(officer), *rows))
    begin_merge(merge)
    PackMerge.objects.filter(pk=merge.pk).update(state=PackMerge.State.RUNNING)
    merge.refresh_from_db()
    next(iter(merge_rows(merge, today=BACK.date(), at=BACK)))
    stopped = stop_merge(merge, actor=officer, at=BACK, wall=BACK)
    assert (stopped.state, stopped.done_rows, bool(stopped.file)) == (PackMerge.State.CANCELLED, 1, True)
    start_merge(stopped, actor=officer, today=BACK.date(), at=BACK)
    again = PackMerge.objects.get(pk=merge.pk)
    list(merge_rows(again, today=BACK.date(), at=BACK))
    assert Case.objects.count() == 3


# --- the receipt ------------------------------------------------------------------------------------


def test_the_receipt_counts_every_line_and_its_code_breaks_when_a_line_is_altered(officer, handled):
    merge = merged(officer, filled(pack_for(officer), GOOD, {**GOOD, layout.NAME: ""}, handling=STEPS))
    assert merge.line_count == merge.lines.count() == 5
    code = receipt_code(merge)
    assert is_receipt_code(merge, f" {code.upper()} ")
    target = io.BytesIO()
    write_workbook(target, receipt_workbook(merge), watermark="x")
    target.seek(0)
    book = openpyxl.load_workbook(target)
    totals = {row[0].value: row[1].value for row in book["回执"].iter_rows(min_row=3)}
    assert (totals["回执编号"], totals["核验码"], totals["合计"]) == (merge.receipt, code, "5")
    assert book["逐行结果"].max_row == 2 + 5
    PackLine.objects.filter(merge=merge, result="refused").update(result="before")
    assert not is_receipt_code(merge, code)


def test_files_are_kept_encrypted_and_go_when_their_time_is_over(officer):
    pack = pack_for(officer, days=3)
    merge = bring(officer, filled(pack, GOOD))
    for row in (pack, merge):
        with row.file.open("rb") as stored:
            assert not stored.read().startswith(b"PK")
    assert tidy_packs(wall=MADE + timedelta(days=9)) == 0
    assert tidy_packs(wall=MADE + timedelta(days=11)) == 2
