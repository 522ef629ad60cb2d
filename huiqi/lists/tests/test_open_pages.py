from datetime import date
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from huiqi.core.errors import Refused
from huiqi.core.ids import new_token
from huiqi.core.models import AuditRecord
from huiqi.enterprises.models import Contact
from huiqi.enterprises.tests.make import make_code, make_firm
from huiqi.lists.commands.exports import record_export
from huiqi.lists.models import Entry, ImportLine, ListBatch, Objection
from huiqi.lists.panels import find_lists
from huiqi.lists.tests.make import AT, make_batch, make_entry, objection_to_list, unmatched_line
from huiqi.messages.tests.make import last_code
from tests.harness.cast import play

pytestmark = pytest.mark.django_db


def page(client, name, *args, **query):
    return client.get(reverse(f"lists:{name}", args=args), query)


def text(response):
    return response.content.decode()


@pytest.fixture(autouse=True)
def on_first_of_march(settings):
    settings.REFERENCE_DATE = date(2020, 3, 1)


def compartment(state="published"):
    batch = make_batch("provincial-key-contact", state, secrecy="compartment", title="秘密批次")
    return make_entry(batch, make_firm("浏阳防护服厂"), "published", "province")


# --- the compartment ------------------------------------------------------------------------------


def test_a_batch_of_the_compartment_is_not_there_for_staff_without_its_power(enter):
    entry = compartment()
    for part in ("analyst", "window_clerk", "grant_maker"):
        client = enter(part)
        assert page(client, "batch", entry.batch.public_id).status_code == 404
        assert page(client, "entry", entry.public_id).status_code == 404
        assert "秘密批次" not in text(page(client, "index"))
        assert "秘密批次" not in text(page(client, "kind", "provincial-key-contact"))
        export = client.post(reverse("lists:export", args=[entry.batch.public_id]))
        assert export.status_code == 404
    assert page(enter("county"), "entry", entry.public_id).status_code == 200


def test_the_public_sees_nothing_of_internal_and_kept_lists(enter):
    visitor = enter("visitor")
    internal = make_batch("key-supplier-local", "published", title="内部批次")
    kept = compartment().batch
    shown = text(page(visitor, "public"))
    assert "内部批次" not in shown and "秘密批次" not in shown
    for batch in (internal, kept):
        assert page(visitor, "public_batch", batch.public_id).status_code == 404
        assert page(visitor, "object", batch.public_id).status_code == 404


def test_the_search_finds_lists_only_for_those_who_may_open_them(rf):
    compartment()
    request = rf.get("/")
    request.user = play("analyst")
    assert find_lists(request, "秘密", 8) == []
    request.user = play("county")
    assert [hit.label for hit in find_lists(request, "秘密", 8)] == ["秘密批次"]


def test_the_export_itself_refuses_the_compartment_whatever_page_asks():
    batch = compartment().batch
    with pytest.raises(Refused, match="限定知悉"):
        record_export(batch, count=1, actor=play("analyst"), today=date(2020, 3, 1))


# --- scope ----------------------------------------------------------------------------------------


def test_an_officer_sees_the_entries_of_his_region_only(enter):
    batch = make_batch()
    make_entry(batch, make_firm("浏阳口罩厂", county="430181"))
    other = make_entry(batch, make_firm("湘潭口罩厂", county="430302"))
    shown = text(page(enter("county"), "batch", batch.public_id))
    assert "浏阳口罩厂" in shown and "湘潭口罩厂" not in shown
    assert page(enter("county"), "entry", other.public_id).status_code == 404
    act = reverse("lists:act_on_entry", args=[other.public_id])
    assert enter("county").post(act, {"act": "recommend", "version": 1}).status_code == 404


def test_an_export_holds_the_region_leaves_the_number_to_the_oa_and_says_the_circle(enter):
    batch = make_batch(title="第一批")
    make_entry(batch, make_firm("浏阳口罩厂", county="430181"), "accepted", "province")
    make_entry(batch, make_firm("湘潭口罩厂", county="430302"), "accepted", "province")
    response = enter("county").post(reverse("lists:export", args=[batch.public_id]))
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    cells = " ".join(str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value)
    assert "〔内部〕第一批" in cells and "文号由 OA 编" in cells
    assert "浏阳口罩厂" in cells and "湘潭口罩厂" not in cells


@pytest.mark.parametrize("by_name", [False, True])
def test_codes_and_names_of_firms_elsewhere_are_answered_like_those_of_no_firm(enter, by_name):
    make_firm("湘潭口罩厂", county="430302", credit_code=make_code(77))
    address = reverse("lists:propose", args=[make_batch().public_id])
    rows = [f"湘潭口罩厂,{make_code(78)}", f"谁也不是厂,{make_code(79)}"]
    codes = "\n".join([make_code(77), make_code(79)])
    table = SimpleUploadedFile("a.csv", "\n".join(["企业名称,统一社会信用代码", *rows]).encode())
    given = {"by": "table", "file": table} if by_name else {"by": "codes", "codes": codes}
    response = enter("county").post(address, {**given, "reason": "推荐"})
    assert text(response).count("您负责的区域里没有这个代码或这个名称的企业") == 2
    assert "人工核对" not in text(response) and "管辖范围" not in text(response)


def test_a_telephone_number_in_an_address_finds_nobody(enter):
    firm = make_firm("浏阳口罩厂", county="430181")
    Contact.objects.create(enterprise=firm, phone="13812345678", source="register")
    batch, line = make_batch(), unmatched_line()["public_id"]
    for part, name, key in (("county", "propose", batch.public_id), ("province", "match_line", line)):
        client = enter(part)
        assert "浏阳口罩厂" in text(page(client, name, key, q="浏阳口罩厂"))
        assert "浏阳口罩厂" not in text(page(client, name, key, q="13812345678"))


def test_who_objected_is_masked_until_somebody_gives_a_reason_that_is_recorded(enter):
    address, client = reverse("lists:decide", kwargs=objection_to_list()), enter("province")
    shown = text(client.get(address))
    assert "138****0000" in shown and "13800000000" not in shown and "赵先生" not in shown
    assert client.post(address, {"do": "reveal", "reason": "curious"}).status_code == 404
    assert not AuditRecord.objects.filter(act="list_objection.revealed").exists()
    shown = text(client.post(address, {"do": "reveal", "reason": "verify"}))
    assert "13800000000" in shown and "赵先生" in shown
    assert AuditRecord.objects.get(act="list_objection.revealed").details == {"reason": "verify"}
    assert Objection.objects.get().state == "unverified"


def test_a_county_officer_cannot_run_a_batch(enter):
    batch = make_batch(state="reviewing")
    client = enter("county")
    for name in ("edit_batch", "publish", "close_batch", "objections", "lines"):
        assert page(client, name, batch.public_id).status_code == 404, name
    step = reverse("lists:step_batch", args=[batch.public_id])
    assert client.post(step, {"step": "reopen", "version": 1}).status_code == 404
    assert page(client, "new_batch", "key-supplier-local").status_code == 404


# --- the way through the pages --------------------------------------------------------------------


def test_every_page_of_a_batch_opens_for_its_office(enter):
    client = enter("province")
    batch = make_batch("little-giant-hunan", "reviewing")
    entry = make_entry(batch, state="accepted", level="province")
    for name in ("batch", "edit_batch", "start_notice", "publish", "propose", "candidates", "objections"):
        assert page(client, name, batch.public_id).status_code == 200, name
    assert page(client, "entry", entry.public_id).status_code == 200
    assert page(client, "index", q="测试").status_code == 200
    for kind in ("key-supplier-local", "severe-dishonesty", "little-giant-national", "tax-key-supplier"):
        assert page(client, "kind", kind).status_code == 200


def test_a_batch_goes_from_draft_to_published_through_its_pages(enter):
    client = enter("province")
    form = {"title": "第二批", "issuer": "省发改委", "secrecy": "internal"}
    made = client.post(reverse("lists:new_batch", args=["key-supplier-local"]), form)
    batch = ListBatch.objects.get()
    assert made["Location"] == reverse("lists:batch", args=[batch.public_id])
    firm = make_firm(facts={"epidemic_supply_category": True, "province": "430000"})

    def step(name):
        batch.refresh_from_db()
        address = reverse("lists:step_batch", args=[batch.public_id])
        assert client.post(address, {"step": name, "version": batch.version}).status_code == 302

    step("open")
    client.post(reverse("lists:propose", args=[batch.public_id]), {"by": "codes", "codes": firm.credit_code})
    step("review")
    entry = Entry.objects.get()
    bulk = {"entry": f"{entry.public_id}:{entry.version}", "act": "accept", "reason": ""}
    client.post(reverse("lists:act_on_entries", args=[batch.public_id]), bulk)
    batch.refresh_from_db()
    publish = reverse("lists:publish", args=[batch.public_id])
    given = {"document": "", "issuer": "省发改委", "version": batch.version}
    assert client.post(publish, given).status_code == 422
    given["document"] = "湘发改〔2020〕7号"
    assert client.post(publish, given).status_code == 302
    entry.refresh_from_db()
    assert (entry.state, entry.valid_from) == ("published", date(2020, 3, 1))


def test_an_outdated_page_is_a_conflict_and_keeps_what_the_other_did(enter):
    entry = make_entry(make_batch())
    client = enter("county")
    act = reverse("lists:act_on_entry", args=[entry.public_id])
    client.post(act, {"act": "reject", "reason": "停产", "version": entry.version})
    late = client.post(act, {"act": "recommend", "version": entry.version})
    assert late.status_code == 409
    entry.refresh_from_db()
    assert entry.state == "rejected"


def test_an_act_without_its_reason_is_asked_for_it_and_keeps_the_page(enter):
    entry = make_entry(make_batch())
    act = reverse("lists:act_on_entry", args=[entry.public_id])
    answer = enter("county").post(act, {"act": "reject", "reason": "", "version": entry.version})
    assert answer.status_code == 422
    assert "不列入要写明理由" in text(answer)


def test_nothing_ticked_is_said_and_nothing_done(enter):
    batch = make_batch()
    make_entry(batch)
    answer = enter("county").post(
        reverse("lists:act_on_entries", args=[batch.public_id]), {"act": "recommend"}
    )
    assert answer.status_code == 422
    assert "请先勾选企业" in text(answer)


def asked(client, *address):
    """How many queries a page asks, its frame included."""
    page(client, *address)  # what is asked once a session
    with CaptureQueriesContext(connection) as captured:
        assert page(client, *address).status_code == 200
    return len([one for one in captured.captured_queries if "SAVEPOINT" not in one["sql"]])


def test_pages_ask_as_often_for_many_firms_and_batches_as_for_few(enter):
    county, province, visitor = enter("county"), enter("province"), enter("visitor")
    batch, entry = make_batch(), noticed()
    make_entry(batch)
    make_batch("little-giant-hunan", "published")
    pages = [
        (county, "index"),
        (county, "kind", "little-giant-hunan"),
        (county, "batch", batch.public_id),
        (province, "objections", entry.batch.public_id),
        (visitor, "public"),
        (visitor, "public_batch", entry.batch.public_id),
    ]
    objection_to(entry)
    few = [asked(*one) for one in pages]
    for number in range(6):
        make_entry(batch)
        make_entry(entry.batch, state="accepted", level="province")
        make_batch("little-giant-hunan", "published", title=f"批{number}")
        objection_to(entry)
    assert [asked(*one) for one in pages] == few


def objection_to(entry):
    made = {"name": "赵先生", "phone": "13800000000", "grounds": "不实", "made_at": AT}
    return Objection.objects.create(batch=entry.batch, entry=entry, token_digest=new_token()[:40], **made)


# --- proposing by table ---------------------------------------------------------------------------


def test_a_table_with_bad_rows_proposes_the_good_ones_and_lists_the_rest(enter):
    batch = make_batch()
    firm = make_firm("浏阳口罩厂")
    rows = f"企业名称,统一社会信用代码\n浏阳口罩厂,{firm.credit_code}\n,91430100MA4L16JQ9X\n没有的厂,\n"
    file = SimpleUploadedFile("firms.csv", rows.encode(), "text/csv")
    client = enter("county")
    answer = client.post(reverse("lists:propose", args=[batch.public_id]), {"by": "table", "file": file})
    shown = text(answer)
    assert answer.status_code == 200, shown
    assert list(Entry.objects.values_list("enterprise", flat=True)) == [firm.pk]
    assert "第3行B列" in shown and "没有的厂" in shown


def test_candidates_are_those_who_meet_the_criteria_and_on_wish_those_with_gaps(enter):
    batch = make_batch()
    make_firm("全符合厂", facts={"epidemic_supply_category": True, "province": "430000"})
    make_firm("缺数据厂", facts={"province": "430000"})
    make_firm("不符合厂", facts={"epidemic_supply_category": False, "province": "430000"})
    make_firm("外县厂", county="430302", facts={"epidemic_supply_category": True, "province": "430000"})
    client = enter("county")
    sure = text(page(client, "candidates", batch.public_id))
    assert "全符合厂" in sure and "缺数据厂" not in sure and "外县厂" not in sure
    wide = text(page(client, "candidates", batch.public_id, open=1))
    assert "全符合厂" in wide and "缺数据厂" in wide and "不符合厂" not in wide


# --- notice and objection -------------------------------------------------------------------------


def noticed():
    batch = make_batch(
        "little-giant-hunan",
        "noticing",
        notice_days=5,
        notice_from=date(2020, 2, 27),
        notice_until=date(2020, 3, 5),
        title="小巨人公示",
    )
    return make_entry(batch, make_firm("浏阳精密厂"), "accepted", "province", score=88, score_most=90)


def test_the_public_notice_names_firms_and_explains_its_end_but_shows_no_score_or_code(enter):
    entry = noticed()
    shown = text(page(enter("visitor"), "public_batch", entry.batch.public_id))
    assert "浏阳精密厂" in shown and "公示至2020年3月5日" in shown and "5个工作日" in shown
    words = BeautifulSoup(shown, "html.parser").get_text()  # tokens in the markup may have any digits
    assert "88" not in words and entry.enterprise.credit_code not in shown


def test_anyone_objects_and_gets_a_receipt_that_names_nobody(enter):
    entry = noticed()
    visitor = enter("visitor")
    address = reverse("lists:object", args=[entry.batch.public_id])
    given = {"entry": entry.public_id, "grounds": "专利已失效", "name": "赵先生", "phone": "12"}
    wrong = visitor.post(address, given)
    assert wrong.status_code == 422
    assert "专利已失效" in text(wrong), "what was written stays"
    sent = visitor.post(address, {**given, "phone": "138 0000 0000"})
    assert sent["Location"].endswith("/code/")
    proof = text(visitor.get(sent["Location"]))
    assert "138****0000" in proof and "13800000000" not in proof
    entry.refresh_from_db()
    assert entry.state == "accepted", "nothing is held before the telephone is proved"
    code = last_code("13800000000")
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert visitor.post(sent["Location"], {"code": wrong}).status_code == 422
    assert Objection.objects.get().state == "unverified"
    sent = visitor.post(sent["Location"], {"code": code})
    receipt = text(visitor.get(sent["Location"]))
    assert "专利已失效" in receipt and "赵先生" not in receipt and "13800000000" not in receipt
    entry.refresh_from_db()
    assert entry.state == "objected"
    objection = Objection.objects.get()
    assert objection.public_id not in sent["Location"]
    client = enter("province")
    decide = reverse("lists:decide", args=[objection.public_id])
    assert client.post(decide, {"upheld": "no", "decision": ""}).status_code == 422
    assert client.post(decide, {"upheld": "no", "decision": "专利有效"}).status_code == 302
    assert "专利有效" in text(visitor.get(sent["Location"]))


def test_the_sixth_objection_from_one_address_in_an_hour_is_refused_in_words(enter):
    entry, visitor = noticed(), enter("visitor")
    address = reverse("lists:object", args=[entry.batch.public_id])
    for number in range(5):
        given = {"grounds": "不实", "name": "赵先生", "phone": f"1380000000{number}"}
        assert visitor.post(address, given).status_code == 302
    sixth = visitor.post(address, {"grounds": "第六条", "name": "赵先生", "phone": "13800000006"})
    assert sixth.status_code == 422
    assert "一小时内已提交5条" in text(sixth) and "第六条" in text(sixth)
    elsewhere = visitor.post(address, given | {"phone": "13800000006"}, REMOTE_ADDR="198.51.100.7")
    assert elsewhere.status_code == 302
    assert Objection.objects.count() == 6


def test_a_landline_gets_no_code_and_the_office_takes_the_objection_up_with_a_reason(enter):
    entry, visitor, client = noticed(), enter("visitor"), enter("province")
    given = {"entry": entry.public_id, "grounds": "不实", "name": "赵先生", "phone": "0731-88880000"}
    sent = visitor.post(reverse("lists:object", args=[entry.batch.public_id]), given)
    assert "座机收不到短信" in text(visitor.get(sent["Location"]))
    objection = Objection.objects.get()
    decide = reverse("lists:decide", args=[objection.public_id])
    assert client.post(decide, {"admit": "yes", "reason": ""}).status_code == 422
    assert client.post(decide, {"admit": "yes", "reason": "已电话核实"}).status_code == 302
    entry.refresh_from_db()
    objection.refresh_from_db()
    assert (entry.state, objection.state, objection.admitted_because) == ("objected", "open", "已电话核实")
    assert "已电话核实" in text(client.get(decide))
    gone_on = visitor.get(sent["Location"])
    assert gone_on.status_code == 302, "nothing is left to prove"


def test_the_office_refuses_an_objection_nobody_stands_for_and_the_firm_was_never_held(enter):
    entry = noticed()
    objection = objection_to(entry)
    decide = reverse("lists:decide", args=[objection.public_id])
    assert enter("county").post(decide, {"admit": "no", "reason": "查无此人"}).status_code == 404
    assert enter("province").post(decide, {"admit": "no", "reason": "查无此人"}).status_code == 302
    objection.refresh_from_db()
    entry.refresh_from_db()
    assert (objection.state, objection.decision, entry.state) == ("dismissed", "查无此人", "accepted")


def test_a_receipt_never_issued_is_not_there(enter):
    for name in ("objection_receipt", "objection_code"):
        assert page(enter("visitor"), name, "x" * 43).status_code == 404


def test_the_objectors_name_is_shown_only_to_who_runs_the_batch(enter):
    entry = noticed()
    visitor = enter("visitor")
    given = {"entry": entry.public_id, "grounds": "不实", "name": "赵先生", "phone": "13800000000"}
    visitor.post(reverse("lists:object", args=[entry.batch.public_id]), given)
    assert "赵先生" not in text(page(enter("county"), "entry", entry.public_id))
    assert page(enter("county"), "decide", Objection.objects.get().public_id).status_code == 404


# --- other authorities' lists ---------------------------------------------------------------------


def test_an_imported_list_is_matched_by_code_then_by_name_and_the_rest_waits(enter):
    by_code, by_name = make_firm("甲厂"), make_firm("乙厂")
    for _ in range(2):
        make_firm("同名厂")
    batch = make_batch("severe-dishonesty", "drafting")
    rows = f"名称,统一社会信用代码\n别的写法,{by_code.credit_code}\n乙厂,\n同名厂,\n没有的厂,\n"
    client = enter("province")
    for _ in range(2):  # the same file twice changes nothing
        file = SimpleUploadedFile("list.csv", rows.encode("gb18030"), "text/csv")
        answer = client.post(reverse("lists:take_in", args=[batch.public_id]), {"file": file})
        assert answer.status_code == 200, text(answer)
    assert set(Entry.objects.values_list("enterprise", flat=True)) == {by_code.pk, by_name.pk}
    waiting = ImportLine.objects.order_by("row")
    assert [line.name for line in waiting] == ["同名厂", "没有的厂"]
    missing = make_firm("后来建档的厂")
    line = waiting[1]
    assert page(client, "match_line", line.public_id, q="后来").status_code == 200
    client.post(reverse("lists:match_line", args=[line.public_id]), {"firm": missing.public_id})
    assert Entry.objects.filter(enterprise=missing, state="accepted").exists()
    assert text(page(client, "lines", batch.public_id)).count("同名厂") == 1
