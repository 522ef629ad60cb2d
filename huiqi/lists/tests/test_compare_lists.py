"""List comparison: raw figures stay out, answers expire, a stopped run goes on, each side sees its part."""

import io
from datetime import date, timedelta
from itertools import islice

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from huiqi.accounts.models import UnitKind, User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_unit, make_user
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.enterprises.models import Enterprise, Statement
from huiqi.enterprises.queries.statements import facts_on
from huiqi.enterprises.tests.make import make_code, make_firm
from huiqi.files.models import Attachment
from huiqi.files.tables.problems import TableRefused
from huiqi.files.tests.make_uploads import make_upload
from huiqi.lists.amount_words import asks_amount
from huiqi.lists.answers import CODE_HEADER, Question, read_answer
from huiqi.lists.commands import comparison as commands
from huiqi.lists.models import AnswerFault, Comparison, ComparisonLine, ComparisonState
from huiqi.lists.queries import membership
from huiqi.lists.queries.comparison import answers_on, comparisons_asked_of, comparisons_of, log_of
from tests.harness.cast import play

pytestmark = [pytest.mark.django_db, pytest.mark.both]
ON = date(2020, 3, 1)
ARREARS = Question("q1", "是否无欠缴", "yes_no", (), "no_arrears")
INSURED = Question("q2", "是否以单位参保", "yes_no", (), "insured_by_unit")
PAID = Question("q3", "缴费至年月", "month")
KIND = Question("q4", "信用类别", "class", ("A类", "B类"))
QUESTIONS = (ARREARS, INSURED, PAID, KIND)


def table(*rows, header=(CODE_HEADER, "是否无欠缴", "是否以单位参保", "缴费至年月", "信用类别")):
    lines = [",".join(header), *(",".join(map(str, row)) for row in rows)]
    return io.BytesIO("\n".join(lines).encode())


def sent(firms, *, questions=QUESTIONS, expires_on=date(2020, 6, 30), unit=None):
    tax = make_unit(kind=UnitKind.AUTHORITY, region="430000")
    unit = unit or make_unit()
    asker = make_user(role=Role.OFFICER, unit=unit)
    row = commands.draft_comparison(
        title="稳岗返还资格比对",
        authority=tax,
        purpose="核对稳岗返还条件",
        basis="人社部明电〔2020〕2号",
        questions=questions,
        expires_on=expires_on,
        actor=asker,
        unit=unit,
        today=ON,
        at=clock.now(),
    )
    pks = [firm.pk for firm in firms]
    commands.choose_firms(row, Enterprise.objects.filter(pk__in=pks), actor=asker)
    return commands.send_comparison(row, document="湘工信函〔2020〕12号", actor=asker, at=clock.now())


def instants():
    return {"at": clock.now(), "wall": clock.wall_now()}


def answered(row, source, as_of=date(2020, 2, 29)):
    clerk = make_user(role=Role.AUTHORITY_OFFICER, unit=row.authority)
    run = commands.receive_answer(
        row, source, document="湘税函〔2020〕3号", as_of=as_of, actor=clerk, **instants()
    )
    for _step in commands.apply_answer(run, on=ON):
        pass
    run.refresh_from_db()
    return run


# --- the door ----------------------------------------------------------------------------------------


def test_a_column_that_was_not_asked_is_refused_whole_and_nothing_is_kept():
    firm = make_firm()
    row = sent([firm])
    source = table((firm.credit_code, "是", "12345.67"), header=(CODE_HEADER, "是否无欠缴", "应纳税额"))
    with pytest.raises(Refused, match="应纳税额") as refused:
        answered(row, source)
    assert refused.value.code == "lists.raw_figures"
    assert not row.runs.exists()
    assert ComparisonLine.objects.get().answers is None


@pytest.mark.parametrize("cell", ["12345.67", "3", "-1", "100%", "是，欠2万元", "A类", "2020-01-15 88000"])
def test_a_figure_in_an_answer_is_refused_by_row_and_never_repeated(cell):
    answer = read_answer(table((make_code(1), cell, "是", "2020-01", "A类")), QUESTIONS)
    assert answer.taken == []
    (fault,) = answer.faults
    assert (fault.row, fault.column) == (2, "是否无欠缴")
    assert "12345" not in str(fault.reason) and "2万" not in str(fault.reason)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (table((1, 2), header=("企业名称", "是否无欠缴")), "lists.no_code_column"),
        (table((make_code(1),), header=(CODE_HEADER, "企业名称")), "lists.no_answers"),
    ],
)
def test_a_table_without_codes_or_answers_is_refused(source, code):
    with pytest.raises(Refused) as refused:
        read_answer(source, QUESTIONS)
    assert refused.value.code == code


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"PK\x03\x04 broken"])
def test_what_is_no_table_is_refused_in_words(content):
    with pytest.raises(TableRefused):
        read_answer(io.BytesIO(content), QUESTIONS)


def test_answers_are_read_as_people_write_them():
    codes = [make_code(number) for number in range(1, 6)]
    rows = [
        (codes[0].lower(), "是", "√", "2020年1月", "a类"),
        (codes[1], "否", "×", "202001", "B类"),
        (codes[2], 1, 0, "2020-1", "B类"),
        (codes[3], "", "查无", "", "—"),
        (codes[4], "yes", "no", "2020/01", "A类"),
    ]
    answer = read_answer(table(*rows), QUESTIONS)
    assert answer.faults == []
    assert [one.answers for one in answer.taken] == [
        {"q1": "yes", "q2": "yes", "q3": "2020-01", "q4": "A类"},
        {"q1": "no", "q2": "no", "q3": "2020-01", "q4": "B类"},
        {"q1": "yes", "q2": "no", "q3": "2020-01", "q4": "B类"},
        {},
        {"q1": "yes", "q2": "no", "q3": "2020-01", "q4": "A类"},
    ]


def test_a_wrong_code_and_a_repeated_one_are_told_with_their_row():
    code = make_code(1)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    answer = read_answer(
        table((wrong, "是"), (code, "是"), (code, "否"), header=(CODE_HEADER, "是否无欠缴")), QUESTIONS
    )
    assert [(fault.row, fault.column) for fault in answer.faults] == [(2, CODE_HEADER), (4, CODE_HEADER)]
    assert "第3行" in str(answer.faults[1].reason)
    assert [one.answers for one in answer.taken] == [{"q1": "yes"}]


@given(st.text(min_size=1, max_size=12))
def test_no_text_but_a_permitted_answer_gets_through(text):
    clean = text.replace("\r", "").replace("\n", "").replace('"', "").replace(",", "").replace("\x00", "")
    content = f"{CODE_HEADER},是否无欠缴\n{make_code(1)},{clean}\n".encode("utf-8", "ignore")
    try:
        answer = read_answer(io.BytesIO(content), (ARREARS,))
    except Refused:
        return
    assert {given for one in answer.taken for given in one.answers.values()} <= {"yes", "no"}


# --- what an answer does -----------------------------------------------------------------------------


def test_a_yes_becomes_a_confirmed_fact_with_its_document_and_term():
    firm = make_firm()
    row = sent([firm])
    run = answered(row, table((firm.credit_code, "是", "是", "2020-01", "A类")))
    assert (run.answered, run.unasked, run.refused) == (1, 0, 0)
    stated = Statement.objects.get(fact="no_arrears")
    assert (stated.number, stated.standing, stated.expires_on) == (1, "confirmed", row.expires_on)
    assert (stated.filing.document, stated.filing.source) == ("湘税函〔2020〕3号", "comparison")
    known = facts_on(firm, ON).facts
    assert (known.get("no_arrears"), known.standing("no_arrears")) == (True, "confirmed")
    assert Comparison.objects.get().state == ComparisonState.ANSWERED


def test_an_answer_the_register_may_not_keep_speaks_only_until_its_term():
    firm = make_firm()
    answered(sent([firm]), table((firm.credit_code, "是", "否", "", "")))
    assert not Statement.objects.filter(fact="insured_by_unit").exists()
    assert answers_on([firm.pk], ON) == {firm.pk: {"insured_by_unit": False}}
    assert answers_on([firm.pk], date(2020, 2, 28)) == {firm.pk: {}}, "before the day it speaks of"
    assert membership.facts_on(firm, ON).facts.get("insured_by_unit") is False
    assert answers_on([firm.pk], date(2020, 7, 1)) == {firm.pk: {}}, "after its term"


def test_after_the_term_the_fact_is_unknown_again_and_the_answer_forgotten():
    firm = make_firm()
    answered(sent([firm]), table((firm.credit_code, "是", "是", "2020-01", "A类")))
    assert facts_on(firm, date(2020, 7, 1)).facts.get("no_arrears") is None
    assert commands.forget_expired(date(2020, 6, 30)) == 0
    assert commands.forget_expired(date(2020, 7, 1)) == 1
    assert ComparisonLine.objects.get().answers is None
    assert commands.forget_expired(date(2020, 7, 1)) == 0


def test_a_code_nobody_asked_about_changes_nothing():
    firm, other = make_firm(), make_firm()
    run = answered(sent([firm]), table((other.credit_code, "是", "是", "2020-01", "A类")))
    assert (run.answered, run.unasked) == (0, 1)
    assert not Statement.objects.filter(fact="no_arrears").exists()
    assert "不在请求" in AnswerFault.objects.get().reason


def test_the_same_answer_again_changes_nothing_and_a_new_one_overrides():
    firm = make_firm()
    row = sent([firm])
    answered(row, table((firm.credit_code, "是", "是", "2020-01", "A类")))
    again = answered(row, table((firm.credit_code, "是", "是", "2020-01", "A类")))
    assert (again.answered, again.unchanged) == (0, 1)
    assert Statement.objects.filter(fact="no_arrears").count() == 1
    answered(row, table((firm.credit_code, "否", "", "", "")), as_of=ON)
    assert facts_on(firm, ON).facts.get("no_arrears") is False


def test_an_answer_taken_back_makes_the_fact_unknown():
    firm = make_firm()
    row = sent([firm])
    answered(row, table((firm.credit_code, "是", "是", "", "")))
    answered(row, table((firm.credit_code, "", "", "", "")), as_of=ON)
    assert facts_on(firm, ON).facts.get("no_arrears") is None


def test_a_request_withdrawn_takes_back_the_facts_its_answers_stated():
    """The page says that the answers are used no more; then no policy may rest on them either."""
    firms = [make_firm(), make_firm()]
    row, other = sent(firms), sent(firms[:1])
    answered(row, table(*((firm.credit_code, "是", "是", "", "") for firm in firms)))
    assert facts_on(firms[1], ON).facts.get("no_arrears") is True
    answered(other, table((firms[0].credit_code, "是", "是", "", "")))
    commands.withdraw_comparison(row, actor=row.created_by, on=ON, at=clock.now())
    assert facts_on(firms[0], ON).facts.get("no_arrears") is True, "another answer still says so"
    assert facts_on(firms[1], ON).facts.get("no_arrears") is None


def test_a_run_stopped_between_batches_goes_on_and_ends_as_if_never_stopped(monkeypatch):
    monkeypatch.setattr(commands, "BATCH", 2)
    firms = [make_firm() for _ in range(5)]
    row = sent(firms)
    clerk = make_user(role=Role.AUTHORITY_OFFICER, unit=row.authority)
    source = table(*((firm.credit_code, "是", "是", "2020-01", "A类") for firm in firms))
    run = commands.receive_answer(row, source, document="x", as_of=ON, actor=clerk, **instants())
    list(islice(commands.apply_answer(run, on=ON), 1))
    run.refresh_from_db()
    assert (run.done_rows, run.answered, run.state) == (2, 2, "waiting")
    list(commands.apply_answer(run, on=ON))
    list(commands.apply_answer(run, on=ON))
    run.refresh_from_db()
    assert (run.done_rows, run.answered, run.state) == (5, 5, "done")
    assert Statement.objects.filter(fact="no_arrears").count() == 5


@pytest.mark.parametrize("broken", ["file_statements", "audit.record", "update_rows"])
def test_a_batch_killed_between_two_writes_leaves_nothing_half_done(broken, monkeypatch):
    firm = make_firm()
    row = sent([firm])
    clerk = make_user(role=Role.AUTHORITY_OFFICER, unit=row.authority)
    source = table((firm.credit_code, "是", "是", "2020-01", "A类"))
    run = commands.receive_answer(row, source, document="x", as_of=ON, actor=clerk, **instants())

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"huiqi.lists.commands.comparison.{broken}", killed)
        with pytest.raises(KeyboardInterrupt):
            list(commands.apply_answer(run, on=ON))
    run.refresh_from_db()
    assert (run.done_rows, ComparisonLine.objects.get().answers) == (0, None)
    assert not Statement.objects.filter(fact="no_arrears").exists()
    list(commands.apply_answer(run, on=ON))
    assert Statement.objects.filter(fact="no_arrears").count() == 1


def test_the_asking_office_answers_for_the_authority_only_with_its_sealed_answer():
    firm = make_firm()
    row = sent([firm])
    with pytest.raises(Refused, match="扫描件") as refused:
        commands.receive_answer(
            row,
            table((firm.credit_code, "是", "", "", "")),
            document="x",
            as_of=ON,
            actor=row.created_by,
            **instants(),
        )
    assert refused.value.code == "lists.no_scan"
    assert not row.runs.exists()


# --- the request -------------------------------------------------------------------------------------


def test_a_request_without_firms_a_number_or_a_future_term_is_refused():
    with pytest.raises(Refused, match="使用期限"):
        sent([make_firm()], expires_on=ON)
    with pytest.raises(Refused, match="还没有选择"):
        sent([])
    with pytest.raises(Refused, match="至少写一个"):
        sent([make_firm()], questions=())


def test_firms_without_a_code_are_not_asked_about_and_what_was_sent_stands():
    row = sent([make_firm(), make_firm(credit_code=None)])
    assert row.lines.count() == 1
    with pytest.raises(Refused, match="状态已经变化"):
        commands.choose_firms(row, Enterprise.objects.all(), actor=row.created_by)


def test_withdrawing_forgets_the_answers():
    firm = make_firm()
    row = sent([firm])
    answered(row, table((firm.credit_code, "是", "否", "", "")))
    commands.withdraw_comparison(row, actor=row.created_by, on=ON, at=clock.now())
    assert ComparisonLine.objects.get().answers is None
    assert answers_on([firm.pk], ON) == {firm.pk: {}}
    with pytest.raises(Refused):
        answered(row, table((firm.credit_code, "是", "否", "", "")))


def test_each_side_sees_its_own_requests_and_no_others():
    row = sent([make_firm()])
    today = clock.today()
    assert list(comparisons_of(row.created_by, today)) == [row]
    colleague = make_user(role=Role.OFFICER, unit=make_unit())
    assert list(comparisons_of(colleague, today)) == []
    asked = make_user(role=Role.AUTHORITY_OFFICER, unit=row.authority)
    assert list(comparisons_asked_of(asked, today)) == [row]
    other = make_user(role=Role.AUTHORITY_OFFICER, unit=make_unit(kind=UnitKind.AUTHORITY))
    assert list(comparisons_asked_of(other, today)) == []


def test_the_firm_sees_who_asked_whom_for_what_and_until_when():
    firm = make_firm()
    row = sent([firm])
    answered(row, table((firm.credit_code, "是", "否", "", "")))
    (line,) = log_of(firm, ON)
    assert (line.comparison.purpose, line.is_over) == ("核对稳岗返还条件", False)
    assert dict(line.answers)["是否无欠缴"] == "yes"
    (later,) = log_of(firm, date(2020, 7, 1))
    assert (later.is_over, later.answers) == (True, ())


# --- pages -------------------------------------------------------------------------------------------


def test_the_whole_way_through_the_pages(enter, django_capture_on_commit_callbacks):
    firm = make_firm(county="430181")
    outside = make_firm(county="430302")
    tax = make_unit("某税务局", UnitKind.AUTHORITY, "430000")
    county = enter("county")
    form = {
        "title": "比对一",
        "authority": tax.pk,
        "purpose": "核对条件",
        "basis": "某文件",
        "expires_on": "2020-6-30",
        "label_1": "是否无欠缴",
        "kind_1": "yes_no",
        "fact_1": "no_arrears",
    }
    wrong = county.post(reverse("lists:comparison_new"), {**form, "fact_1": "size_class_at_contract"})
    assert wrong.status_code == 422
    month = {**form, "kind_1": "month", "fact_1": "org_type"}
    assert county.post(reverse("lists:comparison_new"), month).status_code == 422, "a month is no org_type"
    made = county.post(reverse("lists:comparison_new"), form)
    assert made.status_code == 302
    page = made["Location"]
    both = f"{firm.credit_code}\n{outside.credit_code}"
    assert county.post(f"{page}firms/", {"codes": both}).status_code == 302
    assert ComparisonLine.objects.get().enterprise == firm, "the firm outside the scope is left out"
    assert county.post(f"{page}firms/", {}).status_code == 422
    assert county.post(f"{page}send/", {"document": ""}).status_code == 422
    assert county.post(f"{page}send/", {"document": "浏工信函〔2020〕1号"}).status_code == 302
    codes = county.post(f"{page}codes/", {"as": "csv"})
    text = b"".join(codes.streaming_content).decode("utf-8-sig")
    assert firm.credit_code in text and firm.name not in text
    upload = SimpleUploadedFile("答复.csv", f"{CODE_HEADER},是否无欠缴\n{firm.credit_code},是\n".encode())
    answer = {"document": "税函1号", "as_of": "2020-2-29", "file": upload, "scan": sealed()}
    assert enter("other_city").post(f"{page}answer/", answer).status_code == 404
    upload.seek(0)
    bare = county.post(f"{page}answer/", {**answer, "scan": ""})
    assert bare.status_code == 422 and "盖章的答复扫描件" in bare.content.decode()
    upload.seek(0)
    answer["scan"].seek(0)
    with django_capture_on_commit_callbacks(execute=True):
        run = county.post(f"{page}answer/", answer)
    assert run.status_code == 302
    shown = county.get(run["Location"]).content.decode()
    assert "所有行都已采用" in shown and "盖章答复扫描件" in shown
    scan = f"{run['Location']}scans/{Attachment.objects.get().public_id}/"
    assert scan in shown
    assert b"".join(county.get(scan).streaming_content).startswith(b"%PDF")
    User.objects.filter(pk=play("authority_officer").pk).update(unit=tax)
    theirs = enter("authority_officer").get(scan)
    assert b"".join(theirs.streaming_content).startswith(b"%PDF"), "the authority reads it too"
    assert "盖章答复扫描件" not in enter("authority_officer").get(page).content.decode()
    assert enter("other_city").get(scan).status_code == 404
    assert Enterprise.objects.get(pk=firm.pk).no_arrears is True


def test_figures_uploaded_by_mistake_are_told_beside_the_file_and_not_stored(enter, settings):
    row = sent([make_firm()], unit=enter_unit(enter))
    county = enter("county")
    page = reverse("lists:comparison", args=[row.public_id])
    content = f"{CODE_HEADER},是否无欠缴,应纳税额\n{make_code(3)},是,99887766\n".encode()
    upload = SimpleUploadedFile("答复.csv", content)
    response = county.post(
        f"{page}answer/", {"document": "x", "as_of": "2020-2-29", "file": upload, "scan": sealed()}
    )
    assert (response.status_code, "应纳税额" in response.content.decode()) == (422, True)
    stored = list(settings.PRIVATE_ROOT.rglob("*")) if settings.PRIVATE_ROOT.exists() else []
    assert not any(b"99887766" in path.read_bytes() for path in stored if path.is_file())


def sealed():
    return make_upload(name="答复.pdf")


def enter_unit(enter):
    client = enter("county")
    return client.get("/desk/").wsgi_request.user.unit


def test_the_list_takes_the_same_queries_however_many_there_are(enter, django_assert_max_num_queries):
    unit = enter_unit(enter)
    county = enter("county")
    for _ in range(3):
        sent([make_firm()], unit=unit)
    with django_assert_max_num_queries(14):
        county.get(reverse("lists:comparisons"))


def test_the_term_must_lie_ahead(enter):
    county = enter("county")
    tax = make_unit("某税务局", UnitKind.AUTHORITY, "430000")
    form = {
        "title": "比对",
        "authority": tax.pk,
        "purpose": "核对",
        "basis": "文件",
        "expires_on": (ON - timedelta(days=1)).isoformat(),
        "label_1": "是否",
        "kind_1": "yes_no",
    }
    response = county.post(reverse("lists:comparison_new"), form)
    assert response.status_code == 422
    assert "核对" in response.content.decode(), "what was typed stays"


# --- what may be asked -------------------------------------------------------------------------------


AMOUNTS = ["上年应纳税额多少", "应纳税额", "欠缴几万元", "参保人数", "缴费基数是多少", "2019年营业收入"]
PLAIN = ["是否无欠缴", "上年应纳税额是否超过50万元", "有无欠缴税款", "参保人数达到30人", "符合延期缴纳条件"]


@pytest.mark.parametrize("label", AMOUNTS)
def test_a_yes_or_no_that_asks_for_an_amount_is_refused_with_what_to_ask_instead(enter, label):
    tax = make_unit("某税务局", UnitKind.AUTHORITY, "430000")
    form = {"title": "一", "authority": tax.pk, "purpose": "核对", "basis": "文件", "expires_on": "2030-6-30"}
    client = enter("county")
    answer = client.post(reverse("lists:comparison_new"), {**form, "label_1": label, "kind_1": "yes_no"})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "这一问要的是数额" in shown and "是否超过" in shown and label in shown
    assert not Comparison.objects.exists()


@pytest.mark.parametrize("label", PLAIN)
def test_what_can_be_answered_by_yes_or_no_is_no_amount(label):
    assert not asks_amount(label, "yes_no")


def test_a_class_may_name_bands_and_a_month_is_no_amount():
    assert not asks_amount("上年应纳税额在哪一档", "class")
    assert not asks_amount("最近一次缴纳税款的月份", "month")
    assert asks_amount("最近一次缴了多少", "month")


def test_firms_are_chosen_by_the_same_fields_as_in_the_list_of_firms(enter):
    mine = make_firm(county="430181", facts={"gb4754": "2770"})
    make_firm(county="430181", facts={"gb4754": "5211"})
    make_firm(county="430302", facts={"gb4754": "2770"})
    row = drafted(unit=enter_unit(enter))
    client, page = enter("county"), reverse("lists:comparison", args=[row.public_id])
    shown = client.get(page).content.decode()
    assert "长沙市（全市州）" in shown and "/reference/" in shown
    wrong = client.post(f"{page}firms/", {"industry": "没有的行业"})
    assert wrong.status_code == 422 and "没有的行业" in wrong.content.decode()
    assert client.post(f"{page}firms/", {"region": "4301", "industry": "27"}).status_code == 302
    assert ComparisonLine.objects.get().enterprise == mine


def drafted(unit):
    made = {"purpose": "核对", "basis": "文件", "expires_on": date(2030, 6, 30), "created_at": timezone.now()}
    tax = make_unit("某税务局", UnitKind.AUTHORITY, "430000")
    return Comparison.objects.create(
        title="一", unit=unit, authority=tax, created_by=play("county"), questions=[], **made
    )
