"""查进度: number and code, what leaks and what does not, the phone's code opens the rest."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from huiqi.accounts.models import SignInTry
from huiqi.cases.commands.intake import Asked, open_case
from huiqi.cases.models import Case
from huiqi.cases.query_codes import code_digest
from huiqi.cases.tests.make import make_case, make_edition, make_officer
from huiqi.cases.workflow import Channel, State
from huiqi.core import clock
from huiqi.core.ids import token_digest
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
