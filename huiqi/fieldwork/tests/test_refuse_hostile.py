"""What hostile and unlucky clients send: a clear sentence for each, no fault of ours, nothing half kept."""

import base64
import codecs
import time
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from huiqi.accounts.models import ApiScope
from huiqi.fieldwork.models import Delivery
from huiqi.fieldwork.openrosa import MOST_BODY
from huiqi.fieldwork.tests.make import make_collector, make_token, post, send, xml_of
from huiqi.surveys.models import Response
from huiqi.surveys.tests.make import QUESTIONS, make_editor, make_questionnaire, make_survey, make_xlsx

pytestmark = pytest.mark.django_db
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE data [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{at} "{"&a" + str(at - 1) + ";" if at else "&a;"}&a;">' for at in range(20))
    + "]>"
)


def said(response) -> str:
    return etree.fromstring(response.content).findtext("{http://openrosa.org/http/response}message")


@pytest.fixture
def device():
    return make_collector()


def refused(secret: str, xml: str | bytes, status: int, words: str) -> None:
    answer = send(secret, xml)
    assert (answer.status_code, words in said(answer)) == (status, True), said(answer)
    assert not Delivery.objects.exists()
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    "head",
    [
        BOMB,
        '<!DOCTYPE data SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE data [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE data [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]>',
    ],
)
def test_document_types_and_entities_are_refused(device, head):
    collector, secret = device
    refused(secret, head + xml_of(collector.survey, staff="&x;"), 400, "DOCTYPE")


def test_a_document_type_hidden_in_another_encoding_is_refused(device):
    collector, secret = device
    plain = '<?xml version="1.0" encoding="UTF-7"?><!DOCTYPE data>' + xml_of(collector.survey)
    answer = send(secret, plain.replace("<!DOCTYPE", "+ADwAIQ-DOCTYPE").encode())
    assert answer.status_code == 400
    for encoding in ("utf-16", "utf-32"):
        assert send(secret, plain.replace("UTF-7", encoding).encode(encoding)).status_code == 400
    assert not Delivery.objects.exists()


def test_a_submission_in_gb18030_is_read_as_it_says(device):
    collector, secret = device
    text = '<?xml version="1.0" encoding="GB18030"?>' + xml_of(
        collector.survey, status="closed", why="缺人𠮷"
    )
    assert send(secret, text.encode("gb18030")).status_code == 201
    assert "缺人𠮷" in Response.objects.get().answers


def test_bytes_that_are_not_the_encoding_they_claim_are_refused(device):
    collector, secret = device
    refused(secret, xml_of(collector.survey, why="缺人").encode("gb18030"), 400, "不是完整的 XML")


def test_a_byte_order_mark_does_no_harm(device):
    collector, secret = device
    assert send(secret, codecs.BOM_UTF8 + xml_of(collector.survey).encode()).status_code == 201


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda xml: xml[: len(xml) // 2], "不是完整的 XML"),
        (lambda xml: "", "不是"),
        (lambda xml: "{}", "不是"),
        (lambda xml: "<html><body>请登录</body></html>", "没有编号"),
        (lambda xml: xml.replace("<firm>", "<g>" * 400 + "<firm>"), "不是完整的 XML"),
        (lambda xml: xml.replace("12", "\x00"), "不是"),
        (lambda xml: xml.replace("12", "&#0;"), "不是完整的 XML"),
    ],
)
def test_what_is_no_submission_is_refused(device, made, words):
    collector, secret = device
    refused(secret, made(xml_of(collector.survey)), 400, words)


def test_a_submission_of_millions_of_letters_is_refused(device):
    collector, secret = device
    refused(secret, xml_of(collector.survey, why="很" * 700_000), 413, "最大2 MB")


def test_a_submission_of_another_root_is_refused(device):
    collector, secret = device
    xml = xml_of(collector.survey).replace("<data ", "<other ").replace("</data>", "</other>")
    refused(secret, xml, 400, "根节点是 other")


def test_more_nodes_than_a_form_can_have_are_refused_in_good_time(device):
    collector, secret = device
    asked = [
        {"type": "begin_repeat", "name": "r", "label": "人"},
        {"type": "text", "name": "t", "label": "名"},
    ]
    questionnaire = make_questionnaire(
        make_editor(), make_xlsx([*asked, {"type": "end_repeat", "name": "r"}])
    )
    survey = make_survey(questionnaire=questionnaire)
    collector, secret = make_collector(survey)
    started = time.process_time()
    answer = send(secret, xml_of(survey, inner="<r><t>x</t></r>" * 60_000))
    assert time.process_time() - started < 10
    assert answer.status_code in {202, 400}
    assert not Response.objects.exists()


def test_repeats_beyond_their_count_wait_for_an_officer():
    asked = [
        *QUESTIONS,
        {"type": "begin_repeat", "name": "r", "label": "人", "repeat_count": "2"},
        {"type": "text", "name": "t", "label": "名"},
        {"type": "end_repeat", "name": "r"},
    ]
    editor = make_editor()
    survey = make_survey(actor=editor, questionnaire=make_questionnaire(editor, make_xlsx(asked)))
    collector, secret = make_collector(survey)
    inner = "<firm><staff>1</staff></firm><state><status>open</status></state>" + "<r><t>x</t></r>" * 9
    answer = send(secret, xml_of(survey, inner=inner))
    assert answer.status_code == 202
    assert Delivery.objects.get().xml.count("<r>") == 9


def test_nodes_the_form_does_not_have_wait_for_an_officer_with_what_was_in_them(device):
    collector, secret = device
    xml = xml_of(collector.survey).replace("<firm>", "<firm><extra>要紧的话</extra>")
    assert send(secret, xml).status_code == 202
    assert "要紧的话" in Delivery.objects.get().xml


def test_an_officers_exploding_expression_costs_a_submission_no_time():
    pattern = "^(([a-z])+.)+[A-Z]([a-z])+$"
    asked = [{"type": "text", "name": "t", "label": "文", "constraint": f"regex(., '{pattern}')"}]
    editor = make_editor()
    survey = make_survey(actor=editor, questionnaire=make_questionnaire(editor, make_xlsx(asked)))
    collector, secret = make_collector(survey)
    started = time.process_time()
    assert send(secret, xml_of(survey, inner=f"<t>{'a' * 15_000}</t>")).status_code == 202
    assert time.process_time() - started < 2


# --- the post around it -------------------------------------------------------------------------------


def raw(secret: str, body: bytes, content_type: str, **more):
    url = reverse("fieldwork:key_submission", args=[secret])
    return Client().generic("POST", url, body, content_type=content_type, **more)


def whole_body(xml: str) -> bytes:
    head = '--b\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="s.xml"\r\n'
    return (head + "Content-Type: text/xml\r\n\r\n" + xml + "\r\n--b--\r\n").encode()


@pytest.mark.parametrize("content_type", ["text/xml", "application/json", "", "multipart/mixed; boundary=b"])
def test_other_content_types_are_told_what_is_wanted(device, content_type):
    collector, secret = device
    answer = raw(secret, whole_body(xml_of(collector.survey)), content_type)
    assert (answer.status_code, "multipart/form-data" in said(answer)) == (415, True)


def test_a_body_cut_off_on_the_way_is_not_taken_for_whole(device):
    collector, secret = device
    whole = whole_body(xml_of(collector.survey))
    # As a server gives it: the test client's own body refuses to end early.
    cut = {"wsgi.input": BytesIO(whole[:-20]), "CONTENT_LENGTH": str(len(whole))}
    cut["CONTENT_TYPE"] = "multipart/form-data; boundary=b"
    answer = raw(secret, b"", "", **cut)
    assert (answer.status_code, "没有收完整" in said(answer)) == (400, True)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--b\r\n"),
        ("multipart/form-data; boundary=" + "x" * 400, b"--b\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\n--b--"),
        ("multipart/form-data; boundary=b", b"\xff" * 3000),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\n==\r\n--b--"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 600,
        ),
    ],
)
def test_a_body_nobody_can_take_apart_is_refused(device, content_type, body):
    _collector, secret = device
    answer = raw(secret, body, content_type)
    assert answer.status_code == 400
    assert said(answer)


@pytest.mark.parametrize(
    ("length", "status"), [("", 411), ("-1", 411), ("ten", 411), (str(MOST_BODY + 1), 413), ("9" * 30, 413)]
)
def test_a_length_that_cannot_be_is_refused_before_reading(device, length, status):
    _collector, secret = device
    answer = raw(secret, b"--b", "multipart/form-data; boundary=b", CONTENT_LENGTH=length)
    assert answer.status_code == status


def test_a_post_without_the_submission_is_told_which_part_is_missing(device):
    _collector, secret = device
    answer = Client().post(reverse("fieldwork:key_submission", args=[secret]), {"photo.png": BytesIO(b"x")})
    assert (answer.status_code, "xml_submission_file" in said(answer)) == (400, True)


# --- doors --------------------------------------------------------------------------------------------


def test_without_a_token_the_door_asks_for_one_by_basic():
    survey = make_survey()
    answer = Client().head(reverse("fieldwork:submission", args=[survey.slug]))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    "header", ["Basic !!!", "Basic " + base64.b64encode(b"\xff\xfe:x").decode(), "Digest x", "Bearer "]
)
def test_credentials_that_are_none_are_refused(header):
    survey = make_survey()
    url = reverse("fieldwork:form_list", args=[survey.slug])
    assert Client().get(url, headers={"Authorization": header}).status_code == 401


def test_a_token_without_the_scope_or_of_another_office_gets_nowhere():
    survey = make_survey()
    url = reverse("fieldwork:submission", args=[survey.slug])
    other_scope = make_token(survey.made_by, ApiScope.CASES_CREATE)
    assert post(url, xml_of(survey), Authorization=f"Bearer {other_scope}").status_code == 403
    elsewhere = make_token(make_editor("changsha"))
    assert post(url, xml_of(survey), Authorization=f"Bearer {elsewhere}").status_code == 404
    assert not Delivery.objects.exists()


def test_a_person_with_a_token_submits_by_basic_and_is_noted():
    survey = make_survey()
    secret = make_token(survey.made_by)
    basic = base64.b64encode(f"{survey.made_by.username}:{secret}".encode()).decode()
    url = reverse("fieldwork:submission", args=[survey.slug])
    assert post(url, xml_of(survey), Authorization=f"Basic {basic}").status_code == 201
    assert Delivery.objects.get().sent_by == survey.made_by
    wrong = base64.b64encode(f"somebody:{secret}".encode()).decode()
    assert post(url, xml_of(survey), Authorization=f"Basic {wrong}").status_code == 401


# --- whatever else ------------------------------------------------------------------------------------

_NAMES = st.sampled_from(
    ["data", "firm", "uscc", "staff", "state", "status", "why", "meta", "instanceID", "x"]
)
_TEXTS = st.text(max_size=30) | st.sampled_from(
    ["12", "open", "closed", "1e999", "-0", "NaN", "2020-13-45", "是"]
)


def _element(children: st.SearchStrategy) -> st.SearchStrategy:
    return st.tuples(_NAMES, children)


_TREES = st.recursive(_element(_TEXTS), lambda inner: _element(st.lists(inner, max_size=4)), max_leaves=12)


def _written(tree) -> etree._Element:
    name, inside = tree
    made = etree.Element(name)
    if isinstance(inside, str):
        made.text = "".join(one for one in inside if one.isprintable() and not 0xD800 <= ord(one) <= 0xDFFF)
    else:
        made.extend([_written(one) for one in inside])
    return made


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees=st.lists(_TREES, max_size=5), cut=st.integers(-1, 400), noise=st.binary(max_size=12))
def test_no_submission_whatever_makes_a_fault(device, trees, cut, noise):
    collector, secret = device
    inner = b"".join(etree.tostring(_written(tree)) for tree in trees)
    xml = xml_of(collector.survey, inner="@@").encode().replace(b"@@", inner)
    if cut >= 0:
        xml = xml[:cut] + noise + xml[cut:]
    answer = send(secret, xml)
    assert answer.status_code in {201, 202, 400, 404, 409, 413}
    assert said(answer)
    assert Response.objects.count() == Delivery.objects.filter(state="taken").count()
