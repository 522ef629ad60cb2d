"""查进度: number and code, what leaks and what does not, the phone's code opens the rest."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from huiqi.accounts.models import SignInTry
from huiqi.cases.commands.intake import Asked, open_case
from huiqi.cases.commands.proving import renew_code
from huiqi.cases.models import Case
from huiqi.cases.query_codes import code_digest
from huiqi.cases.tests.make import make_case, make_edition, make_officer
from huiqi.cases.tests.walk import begin, fill, make_site, send
from huiqi.cases.workflow import Channel, State
from huiqi.core import clock
from huiqi.core.ids import token_digest
from huiqi.core.models import AuditRecord
from huiqi.files.commands import attach
from huiqi.files.tests.make_uploads import AT, PDF, make_attachment
from huiqi.messages.models import Delivery

pytestmark = pytest.mark.django_db
CODE = "246810"
SECRETS = ("李明", "13800138000", "演示口罩厂", "招不到工人", "缺20名工人", "专场招聘")


def coded(state=State.REGISTERED, **more) -> Case:
    case = make_case(state=state, phone="13800138000", **more)
    Case.objects.filter(pk=case.pk).update(code_digest=code_digest(case.public_id, CODE))
    return Case.objects.get(pk=case.pk)


def query(client, number, code):
    return client.post(reverse("cases:progress"), {"number": number, "code": code})


def opened(client, case) -> str:
    return str(query(client, case.number, CODE)["Location"])


def _said(answer) -> str:
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    return re.sub(r'value="[^"]*"', "", re.sub(r"hq-release|[0-9a-z]{16}", "", page))


# --- refusals -----------------------------------------------------------------------------------------
def test_a_wrong_number_and_a_wrong_code_cannot_be_told_apart(client):
    case = coded()

    wrong_code = query(client, case.number, "000000")
    wrong_number = query(client, "1234567890", CODE)
    no_number = query(client, "李\U00020bb7", CODE)

    assert wrong_code.status_code == wrong_number.status_code == no_number.status_code == 422
    assert _said(wrong_code) == _said(wrong_number) == _said(no_number)


def test_a_case_without_a_code_is_opened_by_none(client):
    case = make_case()

    assert query(client, case.number, "").status_code == 422
    assert query(client, case.number, "000000").status_code == 422


def test_guessing_is_held_up_for_the_number_even_with_the_right_code(client):
    case = coded()
    for guess in range(5):
        query(client, case.number, f"{guess:06d}")

    held = query(client, case.number, CODE)

    assert held.status_code == 429
    assert "分钟后再查" in held.content.decode()
    assert SignInTry.objects.exists()


def test_a_forged_or_foreign_token_opens_nothing(client):
    for token in ("x", "a:b:c", "x" * 200):
        assert client.get(reverse("cases:progress_case", args=[token])).status_code == 404


def test_number_and_code_alone_show_neither_words_nor_people_nor_open_the_own_page(client):
    case = coded(State.CALLING_BACK)
    url = opened(client, case)

    shown = client.get(url)

    assert not [secret for secret in SECRETS if secret in shown.content.decode()]
    assert "已有答复" in shown.content.decode()
    assert case.number not in url and case.number not in shown.content.decode()
    assert client.get(f"{url}own/").status_code == 404
    assert client.post(f"{url}own/do/withdraw/", {"sure": "yes"}).status_code == 404
    assert (shown["Cache-Control"], shown["Referrer-Policy"]) == ("no-store", "strict-origin")
    assert "noindex" in shown["X-Robots-Tag"]


def test_a_wrong_code_of_a_text_message_opens_nothing(client):
    url = opened(client, coded())
    client.post(f"{url}code/", {"do": "send"})

    assert client.post(f"{url}code/", {"do": "open", "code": "000000"}).status_code == 422


def test_a_landline_receives_no_code(client):
    case = coded()
    Case.objects.filter(pk=case.pk)
    found = Case.objects.get()
    found.requester_phone = "073188880000"
    found.save(update_fields=["requester_phone", "phone_index"])
    url = opened(client, found)

    assert "收不到短信" in client.get(url).content.decode()
    assert client.post(f"{url}code/", {"do": "send"}).status_code == 404


# --- what it shows ------------------------------------------------------------------------------------
def test_number_and_code_in_any_writing_show_status_office_and_dates(client):
    case = coded(when=clock.now())

    answer = query(client, f"{case.spoken_number} ", "２４６ ８１０")

    shown = client.get(answer["Location"]).content.decode()
    assert "待受理" in shown and case.desk.name in shown and "前</time>" in shown


def test_the_code_sent_to_the_registered_phone_opens_answer_and_rating(client):
    case = coded(State.CALLING_BACK)
    url = opened(client, case)
    client.post(f"{url}code/", {"do": "send"})
    code = re.search(r"验证码(\d{6})", Delivery.objects.get(purpose="code").text).group(1)  # type: ignore[union-attr]

    own = client.post(f"{url}code/", {"do": "open", "code": code})["Location"]
    shown = client.get(own).content.decode()
    client.post(f"{own}do/rate/", {"word": "solved", "rating": "5"})

    assert "专场招聘" in shown
    assert Case.objects.get().ending == "solved"
    assert Client().get(own).status_code == 200


def test_the_number_in_a_log_line_is_never_written(client, capsys, caplog):
    case = coded()
    opened(client, case)

    written = caplog.text + capsys.readouterr().out
    assert case.number not in written and CODE not in written


def test_an_opened_case_keeps_only_the_digest_of_its_code():
    make_edition()
    make_officer("liuyang")
    asked = Asked("request", "work", "标题", "内容", Channel.WEB, phone="13800138000", prefecture="430181")
    case = open_case(asked, actor=None, at=clock.now(), code=CODE)

    assert case.code_digest == code_digest(case.public_id, CODE)
    assert case.code_digest != token_digest(CODE) and CODE not in case.code_digest


# --- a lost code --------------------------------------------------------------------------------------
def lost(client, number, phone="13800138000"):
    return client.post(reverse("cases:progress_lost"), {"number": number, "phone": phone})


def texted() -> list[str]:
    return [row.text for row in Delivery.objects.filter(purpose="case").order_by("pk")]


def test_whether_number_and_phone_fit_is_told_by_the_phone_alone(client):
    case = coded()
    said = {
        (answer.status_code, answer["Location"])
        for answer in (
            lost(client, case.number),
            lost(client, case.number, "13900139000"),
            lost(client, "1234567890"),
            lost(client, "李\U00020bb7"),
        )
    }

    assert said == {(302, f"{reverse('cases:progress_lost')}?sent=1")}
    assert len(texted()) == 1
    shown = client.get(f"{reverse('cases:progress_lost')}?sent=1").content.decode()
    assert "13800138000" not in shown and "138****" not in shown and case.number not in shown


def test_a_phone_that_is_none_is_said_by_its_writing_only(client):
    answer = lost(client, coded().number, "0731-88880000")
    assert answer.status_code == 422 and "手机号是11位数字" in answer.content.decode()


def test_the_new_code_goes_to_the_registered_phone_and_the_old_one_is_dead(client):
    case = coded()

    lost(client, case.spoken_number, "138 0013 8000")

    sent = Delivery.objects.get(purpose="case")
    code = re.search(r"查询码是(\d{6})", sent.text).group(1)  # type: ignore[union-attr]
    assert sent.phone == "13800138000" and case.title not in sent.text and "李明" not in sent.text
    assert query(client, case.number, CODE).status_code == 422
    assert query(client, case.number, code).status_code == 302
    assert Case.objects.get().version == case.version
    record = AuditRecord.objects.get(act="case.code_renewed")
    assert (record.subject_id, record.details) == (case.public_id, {})


def test_a_wrong_phone_leaves_the_old_code_alive(client):
    case = coded()
    lost(client, case.number, "13900139000")
    assert query(client, case.number, CODE).status_code == 302


def test_a_case_gets_one_code_a_minute_and_three_a_day():
    case, at = coded(), clock.wall_now()
    asked = {"number": case.number, "phone": "13800138000"}
    for minutes, so_far in ((0, 1), (0.5, 1), (16, 2), (32, 3), (48, 3), (24 * 60 + 1, 4)):
        renew_code(**asked, address=f"{minutes}", at=at + timedelta(minutes=minutes))
        assert len(texted()) == so_far, minutes


def test_asking_for_codes_is_held_up_for_the_number(client):
    case = coded()
    for phone in range(5):
        lost(client, case.number, f"1390000000{phone}")

    held = lost(client, case.number)

    assert held.status_code == 429 and "分钟后再查" in held.content.decode()
    assert texted() == []


def test_the_receipt_no_longer_shows_a_code_that_is_dead(client):
    make_site()
    link = fill(client, begin(client))
    send(client, link)
    receipt = reverse("cases:draft_receipt", args=[link])
    old = re.search(r"查询码(\d{6})", texted()[0]).group(1)  # type: ignore[union-attr]
    assert old in client.get(receipt).content.decode()

    lost(client, Case.objects.get().number)

    assert old not in client.get(receipt).content.decode()


# --- files --------------------------------------------------------------------------------------------
def test_number_and_code_never_open_a_file_and_the_phone_opens_only_the_requesters(client):
    case = coded()
    officer = make_officer("liuyang")
    theirs = attach(make_attachment(name="我的照片.pdf"), owner=case, actor=None, at=AT)
    offices = attach(make_attachment(actor=officer), owner=case, actor=officer, at=AT)
    url = opened(client, case)
    assert "我的照片" not in client.get(url).content.decode()
    assert client.get(f"{url}own/files/{theirs.public_id}/").status_code == 404
    client.post(f"{url}code/", {"do": "send"})
    code = re.search(r"验证码(\d{6})", Delivery.objects.get(purpose="code").text).group(1)  # type: ignore[union-attr]
    own = client.post(f"{url}code/", {"do": "open", "code": code})["Location"]

    file = f"{own}files/{theirs.public_id}/"
    assert file in client.get(own).content.decode()
    answer = client.get(file)
    assert b"".join(answer.streaming_content) == PDF and "attachment" in answer["Content-Disposition"]
    assert client.get(f"{own}files/{offices.public_id}/").status_code == 404
