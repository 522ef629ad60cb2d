"""我的诉求: whose it is, what is shown, supplement, withdraw, rate, reopen, write."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.cases.commands.closing import rate_case
from huiqi.cases.commands.desk import ask_supplement, refuse_case
from huiqi.cases.commands.handling import message_requester, note_case
from huiqi.cases.models import Case
from huiqi.cases.tests.make import make_case, make_officer
from huiqi.cases.workflow import State, Word
from huiqi.core import clock
from huiqi.enterprises.tests.make import make_firm, make_member
from huiqi.files.commands import attach, receive_upload
from huiqi.files.queries import attachments_of
from huiqi.files.tests.make_uploads import AT, PDF, make_attachment

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x00IEND\xaeB`\x82"


@pytest.fixture
def asker(client):
    user = make_user(role=Role.FIRM, unit=None)
    client.force_login(user)
    return user


def page(client, case):
    return client.get(reverse("cases:own_case", args=[case.public_id]))


def do(client, case, act, **typed):
    return client.post(reverse("cases:own_act", args=[case.public_id, act]), typed)


def fetch(client, case, file):
    return client.get(reverse("cases:own_file", args=[case.public_id, file.public_id]))


# --- refusals -----------------------------------------------------------------------------------------
def test_a_visitor_is_sent_to_sign_in(client):
    assert client.get(reverse("cases:own")).status_code == 302


def test_others_requests_do_not_exist(client, asker):
    case = make_case(requester=make_user(role=Role.FIRM, unit=None))

    assert page(client, case).status_code == 404
    assert do(client, case, "withdraw", sure="yes").status_code == 404
    assert case.title not in client.get(reverse("cases:own")).content.decode()
    assert client.get("/cases/mine/%00%00%00%00/").status_code == 404


def test_an_officers_report_about_a_firm_is_not_the_firms_request(client):
    firm = make_firm(county="430181")
    case = make_case(enterprise=firm, channel="stationed", source_ref="e" * 16)
    client.force_login(make_member(firm))

    assert page(client, case).status_code == 404


def test_words_among_colleagues_and_names_of_staff_are_not_shown(client, asker):
    case = make_case(requester=asker, state=State.HANDLING)
    officer = make_officer("liuyang", name="赵经办")
    note_case(case, text="内部：此企业多次反映", actor=officer, at=clock.now())
    upload = SimpleUploadedFile("内部文件.png", PNG)
    received = receive_upload(upload, actor=officer, at=clock.wall_now())
    attach(received, owner=case, actor=officer, at=clock.wall_now())

    shown = page(client, case).content.decode()

    assert "此企业多次反映" not in shown
    assert "赵经办" not in shown
    assert "内部文件" not in shown


def test_an_act_that_does_not_follow_changes_nothing_and_says_so(client, asker):
    case = make_case(requester=asker)

    answer = do(client, case, "rate", word="solved")

    assert answer.status_code == 302
    assert "已有新的进展" in client.get(answer["Location"]).content.decode()
    assert Case.objects.get().word == ""
    assert do(client, case, "nothing").status_code == 404


def test_a_request_is_withdrawn_only_after_it_was_asked_again(client, asker):
    case = make_case(requester=asker)

    asked = do(client, case, "withdraw")

    assert asked.status_code == 200 and "撤回这件诉求？" in asked.content.decode()
    assert Case.objects.get().state == State.REGISTERED
    do(client, case, "withdraw", sure="yes", text="已自行解决")
    assert Case.objects.get().ending == "withdrawn"


def test_not_solved_without_a_word_on_what_is_left_is_asked_for_it(client, asker):
    case = make_case(requester=asker, state=State.CALLING_BACK)

    answer = do(client, case, "rate", word="not_solved", rating="1")

    assert answer.status_code == 422
    assert "还有什么没有解决" in answer.content.decode()
    assert Case.objects.get().state == State.CALLING_BACK


def test_a_bad_file_keeps_the_supplement_that_was_typed(client, asker):
    case = make_case(requester=asker)
    ask_supplement(case, text="请补合同", actor=make_officer("liuyang"), at=clock.now())

    bad = SimpleUploadedFile("病毒.exe", b"MZ\x90")
    answer = do(client, case, "supplement", text="合同编号是12号", file=bad)

    assert answer.status_code == 422
    assert "合同编号是12号" in answer.content.decode()
    assert Case.objects.get().state == State.SUPPLEMENTING


def test_a_case_ended_long_ago_is_not_offered_to_go_on(client, asker):
    case = make_case(requester=asker, state=State.CALLING_BACK)
    rate_case(case, word=Word.SOLVED, actor=asker, at=clock.now())
    Case.objects.update(ended_at=clock.now() - timedelta(days=31))

    assert "要求接着办" not in page(client, case).content.decode()


def test_files_of_others_and_of_the_offices_do_not_exist(client, asker):
    mine, other = make_case(requester=asker), make_case(requester=make_user(role=Role.FIRM, unit=None))
    officer = make_officer("liuyang")
    offices = attach(make_attachment(actor=officer), owner=mine, actor=officer, at=AT)
    foreign = attach(make_attachment(actor=other.requester), owner=other, actor=other.requester, at=AT)

    assert fetch(client, mine, offices).status_code == 404
    assert fetch(client, mine, foreign).status_code == 404
    assert fetch(client, other, foreign).status_code == 404


# --- following ----------------------------------------------------------------------------------------
def test_the_list_has_ones_own_and_the_firms_requests(client, asker):
    firm = make_firm(county="430181")
    make_member(firm, asker)
    make_case(requester=asker, title="自己提的")
    make_case(enterprise=firm, title="同事提的")

    shown = client.get(reverse("cases:own")).content.decode()

    assert "自己提的" in shown and "同事提的" in shown


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (State.REGISTERED, "待受理"),
        (State.ACCEPTED, "已受理"),
        (State.HANDLING, "办理中"),
        (State.ANSWERED, "办理中"),
        (State.CALLING_BACK, "等您评价"),
    ],
)
def test_where_it_stands_is_said_in_the_requesters_words_with_dates(client, asker, state, word):
    case = make_case(requester=asker, state=state, when=clock.now())

    shown = page(client, case).content.decode()

    assert word in shown
    assert "前</time>" in shown


def test_the_answer_is_shown_once_it_is_approved(client, asker):
    waiting = make_case(requester=asker, state=State.ANSWERED)
    told = make_case(requester=asker, state=State.CALLING_BACK)

    assert "专场招聘" not in page(client, waiting).content.decode()
    assert "专场招聘" in page(client, told).content.decode()


def test_why_a_request_was_not_taken_up_is_said(client, asker):
    case = make_case(requester=asker)
    refuse_case(case, reason="in_court", text="请等法院判决", actor=make_officer("liuyang"), at=clock.now())

    shown = page(client, case).content.decode()

    assert all(words in shown for words in ("不予受理", "已进入诉讼", "请等法院判决"))


def test_one_tap_rates_and_ends_the_case(client, asker):
    case = make_case(requester=asker, state=State.CALLING_BACK)

    do(client, case, "rate", word="partly", rating="4", text="还行")
    again = do(client, case, "rate", word="partly")

    found = Case.objects.get()
    assert (found.ending, found.word, found.rating) == ("partly_solved", "partly", 4)
    assert again.status_code == 302


def test_not_solved_opens_the_case_again(client, asker):
    case = make_case(requester=asker, state=State.CALLING_BACK)

    do(client, case, "rate", word="not_solved", text="工人还没到")

    found = Case.objects.get()
    assert (found.state, found.round) == (State.HANDLING, 2)


def test_an_ended_case_goes_on_when_asked_within_thirty_days(client, asker):
    case = make_case(requester=asker, state=State.CALLING_BACK)
    rate_case(case, word=Word.SOLVED, actor=asker, at=clock.now())

    do(client, case, "reopen", text="又缺人了")

    assert Case.objects.get().state == State.HANDLING


def test_a_supplement_with_a_photo_brings_the_case_back(client, asker):
    case = make_case(requester=asker)
    ask_supplement(case, text="请补营业执照", actor=make_officer("liuyang"), at=clock.now())
    shown = page(client, case).content.decode()

    do(client, case, "supplement", text="见照片", file=SimpleUploadedFile("执照.png", PNG))

    assert "等您补充" in shown and "请补营业执照" in shown
    assert Case.objects.get().state == State.REGISTERED
    assert [row.name for row in attachments_of(case)] == ["执照.png"]


def test_words_go_both_ways(client, asker):
    case = make_case(requester=asker, state=State.HANDLING)
    message_requester(case, text="周三上门看厂房", actor=make_officer("liuyang"), at=clock.now())

    do(client, case, "message", text="周三可以")

    shown = page(client, case).content.decode()
    assert "周三上门看厂房" in shown and "周三可以" in shown


def test_the_firms_page_lists_its_requests_for_its_people(client):
    firm = make_firm(county="430181")
    make_case(enterprise=firm, title="本企业的事")
    client.force_login(make_member(firm))

    assert "本企业的事" in client.get(reverse("enterprises:firm", args=[firm.public_id])).content.decode()


def test_ones_own_files_and_those_of_colleagues_are_downloaded(client, asker):
    firm = make_firm(county="430181")
    make_member(firm, asker)
    case = make_case(requester=asker, enterprise=firm)
    colleague = make_member(firm, part="clerk")
    for actor, name in ((asker, "合同.pdf"), (colleague, "发票.pdf")):
        attach(make_attachment(name=name, actor=actor), owner=case, actor=actor, at=AT)

    shown = page(client, case).content.decode()

    for row in attachments_of(case):
        assert row.name in shown and reverse("cases:own_file", args=[case.public_id, row.public_id]) in shown
        answer = fetch(client, case, row)
        assert b"".join(answer.streaming_content) == PDF and "no-store" in answer["Cache-Control"]


def test_the_own_list_takes_the_same_queries_however_many_there_are(client, asker):
    def queries_for(count):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("cases:own")).content.decode().count("招不到工人") == count
        return len(captured)

    make_case(requester=asker, state=State.HANDLING)
    few = queries_for(1)
    for _number in range(5):
        make_case(requester=asker, state=State.HANDLING)

    assert queries_for(6) == few


def test_the_list_asks_no_more_for_many_requests_than_for_one(client, asker, django_assert_max_num_queries):
    firm = make_firm()
    client.force_login(make_member(firm))
    make_case(enterprise=firm)
    client.get(reverse("cases:own"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("cases:own"))
    for topic in ("work", "tax", "work", "tax"):
        make_case(enterprise=firm, topic=topic, state=State.HANDLING)
    with django_assert_max_num_queries(len(few)):
        assert client.get(reverse("cases:own")).content.decode().count("招不到工人") == 5
