"""Asking on the web: refusals first, then the steps, the draft, sending once, the receipt."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.cases.commands.drafts import expire_drafts
from huiqi.cases.hints import HINTS, Hint
from huiqi.cases.models import Case, Draft
from huiqi.cases.queries.drafts import typed_in
from huiqi.cases.tests.make import make_case, make_edition
from huiqi.cases.tests.walk import (
    CONTACT,
    WHO,
    WORDS,
    begin,
    fill,
    make_site,
    send,
    step,
    the_draft,
)
from huiqi.core import clock
from huiqi.core.ids import new_token
from huiqi.enterprises.tests.make import make_code, make_firm, make_member
from huiqi.files import commands as files
from huiqi.files.models import Attachment
from huiqi.files.queries import attachments_of
from huiqi.messages.models import Delivery, OneTimeCode

pytestmark = pytest.mark.django_db
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x00IEND\xaeB`\x82"


@pytest.fixture(autouse=True)
def site(db):
    make_site()


def firm_user(**fields):
    return make_user(role=Role.FIRM, unit=None, **fields)


# --- refusals -----------------------------------------------------------------------------------------
def test_an_item_that_is_not_offered_or_not_open_to_the_public_has_no_form(client):
    make_edition("inner", open_to_public=False)

    assert client.get(reverse("cases:ask", args=["nothing"])).status_code == 404
    assert client.get(reverse("cases:ask", args=["inner"])).status_code == 404


@pytest.mark.parametrize(
    ("name", "bad", "said"),
    [
        ("phone", "12345", "电话应为11位手机号"),
        ("phone", "<script>alert(1)</script>", "电话应为11位手机号"),
        ("name", "李\x00明", "特殊字符"),
        ("name", "长" * 61, "60"),
    ],
    ids=["short", "markup", "nul", "long"],
)
def test_a_bad_contact_is_said_beside_the_field_and_stays_typed(client, name, bad, said):
    answer = client.post(reverse("cases:ask", args=["request"]), {**CONTACT, name: bad, "token": new_token()})

    shown = answer.content.decode()
    assert answer.status_code == 422
    assert said in shown
    assert CONTACT["name" if name == "phone" else "phone"] in shown
    assert "<script>alert" not in shown


@pytest.mark.parametrize("bad", ["字" * 5000, "有\x00空字符"], ids=["long", "nul"])
def test_words_that_cannot_be_taken_stay_on_the_page(client, bad):
    link = begin(client)

    answer = step(client, link, "words", title="标题照旧", text=bad)

    assert answer.status_code == 422
    assert "标题照旧" in answer.content.decode()
    assert bad[:3].replace("\x00", "") in answer.content.decode().replace("\x00", "")


def test_four_byte_names_emoji_and_markup_are_taken_as_text(client):
    link = begin(client, name="𠮷田")
    fill(client, link)
    step(client, link, "words", title="𠮷田厂😀", text="<b>粗体</b> & 😀")

    shown = client.get(reverse("cases:draft_check", args=[link])).content.decode()
    send(client, link)

    assert "&lt;b&gt;粗体" in shown and "<b>粗体" not in shown
    case = Case.objects.get()
    assert (case.requester_name, case.title, case.text) == ("𠮷田", "𠮷田厂😀", "<b>粗体</b> & 😀")


def test_far_too_much_text_is_shown_again_but_not_stored(client):
    link = begin(client)

    answer = step(client, link, "words", title="标题", text="字" * 30_000)

    assert answer.status_code == 422
    assert "字" * 100 in answer.content.decode()
    assert "words" not in typed_in(the_draft())


def test_a_draft_opens_for_nobody_else(client):
    visitors, mine = begin(client), firm_user()
    client.force_login(mine)
    owned = begin(client)
    stranger = Client()
    stranger.force_login(firm_user())

    assert stranger.get(reverse("cases:draft_check", args=[owned])).status_code == 404
    assert Client().get(reverse("cases:draft_check", args=[owned])).status_code == 302
    for wrong in ("x" * 43, "a:b:c" * 10, "%00" * 20, "short"):
        assert Client().get(f"/cases/drafts/{wrong}/").status_code == 404
    assert Client().get(reverse("cases:draft_step", args=[visitors, "who"])).status_code == 200


def _bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("[Content_Types].xml", b"0" * 50_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("病毒.csv", EICAR),
        ("病毒.com", EICAR),
        ("两样.png", PNG + b"PK\x03\x04<script>"),
        ("炸弹.xlsx", _bomb()),
        ("网页.csv", b"a,b\n<script>1</script>"),
        ("空.pdf", b""),
    ],
    ids=["virus", "virus-com", "polyglot", "bomb", "script", "empty"],
)
def test_a_bad_file_is_refused_in_words_and_the_rest_is_kept(client, name, content):
    link = fill(client, begin(client))
    good, bad = SimpleUploadedFile("现场.png", PNG), SimpleUploadedFile(name, content)

    answer = client.post(
        reverse("cases:draft_step", args=[link, "files"]), {"file": [good, bad], "do": "upload"}
    )

    assert answer.status_code == 422
    assert name in answer.content.decode()
    assert [row.name for row in attachments_of(the_draft())] == ["现场.png"]
    assert typed_in(the_draft())["words"]["title"] == [WORDS["title"]]


def test_one_address_without_an_account_puts_in_so_many_files_an_hour(client, monkeypatch):
    monkeypatch.setattr(files, "MOST_FROM_ADDRESS", 2)
    said = []
    for _ in range(3):  # a new draft each time: the limit is the address's
        link = begin(Client())
        upload = SimpleUploadedFile("照片.png", PNG, content_type="image/png")
        said.append(step(client, link, "files", file=upload, do="upload"))
    assert [answer.status_code for answer in said] == [302, 302, 422]
    assert "请过一小时再试" in said[-1].content.decode()
    assert Attachment.objects.count() == 2

    client.force_login(firm_user())
    link = begin(client)
    upload = SimpleUploadedFile("照片.png", PNG, content_type="image/png")
    assert step(client, link, "files", file=upload, do="upload").status_code == 302


def test_an_unfinished_draft_cannot_be_sent_and_says_what_is_missing(client):
    link = begin(client)

    answer = send(client, link)

    assert answer["Location"].endswith("/step/who/?fix=1")
    assert "请" in client.get(answer["Location"]).content.decode()
    assert not Case.objects.exists()


def test_a_sent_draft_takes_no_more_words_or_files(client):
    link = fill(client, begin(client))
    send(client, link)

    assert step(client, link, "words", title="别的", text="别的")["Location"].endswith("/receipt/")
    step(client, link, "files", file=SimpleUploadedFile("现场.png", PNG), do="upload")
    assert client.post(reverse("cases:draft_save", args=[link, "words"]), WORDS).status_code == 413
    assert not Attachment.objects.exists()


def test_a_code_of_the_register_makes_nobody_one_of_the_firm(client):
    firm = make_firm(county="430181")
    owner = make_member(firm)
    link = begin(client)
    step(client, link, "who", credit_code=firm.credit_code)
    step(client, link, "matter", topic="work")
    step(client, link, "words", **WORDS)

    send(client, link)

    case = Case.objects.get()
    assert (case.enterprise, case.credit_code, case.firm_name) == (None, firm.credit_code, firm.name)
    assert not Case.objects.asked_by(owner).exists()


def test_a_wrong_credit_code_is_said_and_the_name_stays(client):
    answer = step(client, begin(client), "who", credit_code="91430100MA4L16JQ90", firm_name="甲厂")

    assert answer.status_code == 422
    assert "甲厂" in answer.content.decode()


def test_a_code_and_no_code_at_once_are_refused_on_the_web_too(client):
    answer = step(client, begin(client), "who", **WHO, credit_code=make_code(), no_code="on")

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()


def test_two_drafts_of_one_link_cannot_be_kept(client):
    begin(client)
    twin = the_draft()
    twin.pk, twin.public_id = None, "another"

    with pytest.raises(IntegrityError, match="draft_one_a_link|token_digest"), transaction.atomic():
        twin.save(force_insert=True)
    twin.token_digest = ""
    twin.save(force_insert=True)  # one of an account has no link of its own


def test_others_requests_are_never_shown_as_earlier_ones(client):
    make_case(phone=CONTACT["phone"], title="别人的事", when=clock.now())
    link = fill(client, begin(client))

    assert "别人的事" not in client.get(reverse("cases:draft_check", args=[link])).content.decode()


# --- asking ----------------------------------------------------------------------------------------------
def test_a_visitor_asks_in_five_steps_and_gets_number_code_office_and_dates(client):
    link = begin(client)
    fill(client, link)
    client.post(
        reverse("cases:draft_step", args=[link, "files"]), {"file": SimpleUploadedFile("现场.png", PNG)}
    )

    answer = client.get(send(client, link)["Location"])

    case = Case.objects.get()
    shown = answer.content.decode()
    assert case.spoken_number in shown
    assert case.desk.name in shown
    assert re.search(r"<dt>查询码</dt><dd>\d{6}</dd>", shown)
    assert re.search(r"\d+月\d+日17:30前", shown)
    assert (case.requester, case.channel, case.prefecture) == (None, "web", "430181")
    assert [row.name for row in attachments_of(case)] == ["现场.png"]
    assert Attachment.objects.get().expires_at is None
    assert case.number in Delivery.objects.get(purpose="case").text


@pytest.mark.parametrize("typed", [{"no_code": "on"}, {}])
def test_a_visitor_may_say_that_there_is_no_credit_code(client, typed):
    link = begin(client)
    step(client, link, "who", **WHO, **typed)
    send(client, fill(client, link, who=False))

    assert Case.objects.get().has_no_code is bool(typed)


def test_pages_of_a_draft_tell_no_cache_no_search_engine_and_no_other_site(client):
    answer = client.get(reverse("cases:draft_step", args=[begin(client), "who"]))

    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "strict-origin"
    assert "noindex" in answer["X-Robots-Tag"]


def test_sending_twice_is_one_case(client):
    link = fill(client, begin(client))

    first, second = send(client, link), send(client, link)

    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1
    assert typed_in(the_draft()).keys() == {"receipt"}


def test_pressing_the_first_step_twice_begins_one_draft(client):
    token = new_token()

    assert begin(client, token=token) == begin(client, token=token)
    assert Draft.objects.count() == 1


def test_the_query_code_is_shown_for_half_an_hour_only(client):
    link = fill(client, begin(client))
    receipt = send(client, link)["Location"]
    Draft.objects.update(sent_at=clock.wall_now() - timedelta(minutes=31))

    assert "<dt>查询码</dt>" not in client.get(receipt).content.decode()


def test_what_is_typed_is_kept_while_it_is_typed_valid_or_not(client):
    link = begin(client)
    url = reverse("cases:draft_save", args=[link, "words"])

    assert client.post(url, {"title": "半句", "text": ""}).status_code == 204

    shown = client.get(reverse("cases:draft_step", args=[link, "words"])).content.decode()
    assert "半句" in shown and "已自动保存" in shown
    assert "处需要修改" not in shown


def test_the_first_step_saves_itself_before_it_is_sent(client):
    url = reverse("cases:ask_save", args=["request"])

    assert client.post(url, {"name": "李", "phone": "", "token": new_token()}).status_code == 204
    assert "接着填" in client.get(reverse("cases:ask", args=["request"])).content.decode()


def test_a_firms_person_asks_for_the_own_firm_without_typing_it(client):
    firm = make_firm(county="430181")
    client.force_login(make_member(firm, firm_user(name="王芳")))
    shown = client.get(reverse("cases:ask", args=["request"])).content.decode()
    link = begin(client, firm=firm.public_id)
    fill(client, link, who=False)

    send(client, link)

    case = Case.objects.get()
    assert "王芳" in shown and firm.name in shown
    assert (case.enterprise, case.firm_name, case.prefecture) == (firm, firm.name, "430181")
    assert case.requester is not None and case.taken_by is None


def test_what_was_typed_when_the_session_ended_is_kept_and_sign_in_leads_back(client):
    user = firm_user()
    client.force_login(user)
    link = fill(client, begin(client))
    page = client.get(reverse("cases:draft_step", args=[link, "words"])).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]
    client.logout()

    answer = step(client, link, "words", title="登录过期后写的", text="还在", key=key)

    assert "/sign-in/" in answer["Location"] and link in answer["Location"]
    assert typed_in(the_draft())["words"]["title"] == ["登录过期后写的"]
    step(client, link, "words", title="没有钥匙", text="x", key="forged")
    assert typed_in(the_draft())["words"]["title"] == ["登录过期后写的"]


def test_the_register_fills_in_name_and_county(client):
    firm = make_firm(county="430181")
    link = begin(client)

    answer = step(client, link, "who", credit_code=firm.credit_code, do="bring")

    assert "已带入登记信息" in answer.content.decode()
    assert firm.name in answer.content.decode()
    unknown = step(client, link, "who", credit_code=make_code(999), do="bring")
    assert unknown.status_code == 422 and "登记信息里没有这个代码" in unknown.content.decode()


def test_own_requests_answers_and_policies_are_shown_before_sending_and_stop_nothing(client, monkeypatch):
    user = firm_user()
    make_case(requester=user, title="上周提过的", when=clock.now())
    monkeypatch.setattr(HINTS, "answers", lambda item, topic, words: [Hint("口径：招工找谁")])
    monkeypatch.setattr(HINTS, "policies", lambda ids: [Hint("援企稳岗", "/policies/x/")])
    client.force_login(user)
    link = fill(client, begin(client))

    shown = client.get(reverse("cases:draft_check", args=[link])).content.decode()
    send(client, link)

    assert all(words in shown for words in ("上周提过的", "口径：招工找谁", "援企稳岗"))
    assert Case.objects.count() == 2


def test_another_device_goes_on_by_phone_and_code_with_the_files(client, monkeypatch):
    link = fill(client, begin(client))
    step(client, link, "files", file=SimpleUploadedFile("现场.png", PNG), do="upload")
    other, url = Client(), reverse("cases:drafts")
    other.post(url, {"phone": "13900139000", "do": "send"})
    assert not OneTimeCode.objects.exists()
    sent = other.post(url, {"phone": CONTACT["phone"], "do": "send"}).content.decode()
    code = re.search(r"验证码(\d{6})", Delivery.objects.get(purpose="code").text).group(1)  # type: ignore[union-attr]
    wrong = other.post(url, {"phone": "13900139000", "do": "open", "code": code})
    assert wrong.status_code == 422

    shown = other.post(url, {"phone": CONTACT["phone"], "do": "open", "code": code}).content.decode()
    found = re.search(r"/cases/drafts/([^/\"]{30,})/", shown).group(1)  # type: ignore[union-attr]

    assert "如果这个号码有" in sent
    page = other.get(reverse("cases:draft_check", args=[found])).content.decode()
    assert WHO["firm_name"] in page and "现场.png" in page
    assert client.get(reverse("cases:draft_check", args=[link])).status_code == 200


def test_thirty_days_later_a_draft_and_its_files_are_gone(client):
    link = begin(client)
    step(client, link, "files", file=SimpleUploadedFile("现场.png", PNG), do="upload")

    assert expire_drafts(clock.wall_now() + timedelta(days=29)) == 0
    assert expire_drafts(clock.wall_now() + timedelta(days=31)) == 1
    assert not Draft.objects.exists() and not Attachment.objects.exists()


def test_a_draft_is_deleted_after_one_confirmation(client):
    link = begin(client)
    url = reverse("cases:draft_discard", args=[link])
    client.get(url)
    assert Draft.objects.exists()

    client.post(url)

    assert not Draft.objects.exists()


def test_a_step_weighs_little(client):
    page = client.get(reverse("cases:ask", args=["request"]))

    assert len(page.content) < 30_000
