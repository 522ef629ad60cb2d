"""Requests sent by programs: refusals located by field, one case however often it is sent, its status."""

import json

import pytest
from django.test import Client

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.cases.models import Case
from huiqi.cases.tests.make import make_edition, make_officer
from huiqi.cases.workflow import Channel
from huiqi.core.models import IdempotencyKey
from huiqi.enterprises.tests.make import make_code, make_firm, make_member

pytestmark = pytest.mark.django_db
URL = "/api/v1/cases/"
FIELDS = [
    {"id": "lost", "label": "损失金额", "kind": "money", "required": False},
    {"id": "workers", "label": "缺多少人", "kind": "integer"},
    {"id": "open", "label": "是否已复工", "kind": "yes_no", "required": False},
    {"id": "identity", "label": "法人手机", "kind": "phone", "required": False, "personal": True},
]
BODY = {
    "item": "request",
    "topic": "work",
    "title": "招不到工人",
    "text": "口罩生产线复工，缺20名工人。",
    "name": "李明",
    "phone": "13800001111",
}


@pytest.fixture
def item():
    make_officer("liuyang")
    return make_edition(fields=FIELDS)


@pytest.fixture
def firm():
    return make_firm("演示口罩厂", county="430181")


@pytest.fixture
def of_firm(firm, item):
    client = Client()
    user = make_user(role=Role.FIRM)
    make_member(firm, user)
    client.force_login(user)
    return client


@pytest.fixture
def clerk(item):
    client = Client()
    client.force_login(make_user(role=Role.WINDOW_CLERK, unit=make_office("liuyang")))
    return client


def post(client, key="key-00000001", **changes):
    body = {**BODY, "answers": {"workers": 20}, **changes}
    return client.post(
        URL, json.dumps(body), content_type="application/json", headers={"Idempotency-Key": key}
    )


def ask(client, number, code):
    return client.post(f"{URL}{number}/status", json.dumps({"code": code}), content_type="application/json")


def faults(response):
    assert response.status_code == 422, response.content
    assert response.headers["Content-Type"].startswith("application/problem+json")
    return {error["place"]: error["message"] for error in response.json()["errors"]}


# --- refusals -------------------------------------------------------------------------------------
def test_a_visitor_is_told_to_sign_in(item):
    response = post(Client())
    assert response.status_code == 401
    assert response.json()["status"] == 401
    assert "登录" in response.json()["title"]
    assert not Case.objects.exists()


def test_a_browser_without_the_csrf_token_is_refused(of_firm):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = of_firm.cookies
    response = post(strict)
    assert response.status_code == 403
    assert "CSRF" in response.json()["title"]


def test_who_neither_takes_requests_nor_acts_for_a_firm_is_refused(item):
    client = Client()
    client.force_login(make_user(role=Role.SYSTEM_ADMIN))
    response = post(client)
    assert response.status_code == 403
    assert not Case.objects.exists()


def test_without_a_key_nothing_is_taken(of_firm):
    response = of_firm.post(URL, json.dumps(BODY), content_type="application/json")
    assert "header.Idempotency-Key" in faults(response)


def test_every_fault_is_located_by_field_in_chinese(of_firm):
    answers = {"lost": "12万", "open": 1, "colour": "red"}
    found = faults(post(of_firm, phone="12345", title="", topic="no-such", answers=answers))
    assert set(found) == {
        "body.phone",
        "body.title",
        "body.topic",
        "body.answers.lost",
        "body.answers.open",
        "body.answers.colour",
        "body.answers.workers",
    }
    assert "分" in found["body.answers.lost"]
    assert all(any("一" <= char <= "鿿" for char in said) for said in found.values())
    assert not Case.objects.exists()
    assert not IdempotencyKey.objects.exists()


def test_a_firm_of_others_is_refused_without_saying_whether_it_exists(of_firm):
    other = make_firm()
    there, nowhere = faults(post(of_firm, firm=str(other.public_id))), faults(post(of_firm, firm="nowhere"))
    assert there == nowhere
    assert set(there) == {"body.firm"}


def test_an_item_that_is_not_offered_is_refused(of_firm):
    assert set(faults(post(of_firm, item="no-such"))) == {"body.item"}


def test_who_fills_in_for_somebody_says_whose_it_is_and_how_they_agreed(clerk):
    assert set(faults(post(clerk))) == {"body.firm_name", "body.county", "body.consent"}


def test_the_same_key_with_another_request_is_refused(of_firm):
    assert post(of_firm).status_code == 201
    response = post(of_firm, title="别的事")
    assert response.status_code == 409
    assert response.json()["code"] == "core.idempotency_key_reused"
    assert Case.objects.count() == 1


def test_the_same_source_number_under_another_key_is_refused(of_firm):
    assert post(of_firm, source_ref="A-1").status_code == 201
    response = post(of_firm, key="key-00000002", source_ref="A-1")
    assert (response.status_code, response.json()["code"]) == (409, "cases.taken_before")


def test_a_wrong_number_and_a_wrong_code_are_answered_alike(of_firm, client):
    number = post(of_firm).json()["number"]
    wrong = ask(client, number, "000000")
    unknown = ask(client, "1234567890", "000000")
    assert wrong.status_code == unknown.status_code == 404
    assert wrong.json() == unknown.json()


def test_guessing_the_code_is_held_up(of_firm, client):
    number = post(of_firm).json()["number"]
    answers = [ask(client, number, f"{n:06d}") for n in range(7)]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Content-Type"].startswith("application/problem+json")


# --- what is taken ------------------------------------------------------------------------------------
def test_a_firm_person_asks_for_the_own_firm(of_firm, firm):
    answers = {"workers": 20, "lost": 1_234_505, "open": True, "identity": "13900002222"}
    response = post(of_firm, answers=answers)
    assert response.status_code == 201, response.content
    case = Case.objects.get(number=response.json()["number"])
    assert (case.enterprise, case.channel, case.prefecture) == (firm, Channel.API, "430181")
    assert case.requester is not None
    assert case.answers == {"workers": 20, "lost": 1_234_505, "open": "yes"}
    assert json.loads(case.private_answers) == {"identity": "13900002222"}
    assert response.json()["office"] == case.desk.name == make_office("liuyang").name


def test_a_retry_is_one_case_and_the_same_answer(of_firm):
    first, second = post(of_firm), post(of_firm)
    assert first.json() == second.json()
    assert (first.status_code, second.status_code) == (201, 201)
    assert Case.objects.count() == 1
    assert first.json()["code"] not in json.dumps(IdempotencyKey.objects.get().answer)


def test_two_people_may_use_the_same_key(of_firm, clerk):
    post(of_firm)
    told = {"firm_name": "筹办中的厂", "county": "430181", "consent": "spoken"}
    assert post(clerk, **told).status_code == 201
    assert Case.objects.count() == 2


def test_that_there_is_no_code_is_kept_and_a_code_besides_is_refused(clerk):
    told = {"firm_name": "演示丝网厂", "county": "430181", "consent": "spoken"}
    assert set(faults(post(clerk, **told, no_code=True, credit_code=make_code()))) == {"body.no_code"}
    for key, said in (("no-code-1", {"no_code": True}), ("no-code-2", {})):
        assert post(clerk, key=key, **told, **said).status_code == 201
    assert list(Case.objects.order_by("pk").values_list("has_no_code", flat=True)) == [True, False]


def test_staff_name_the_register_firm_by_its_code_alone(clerk):
    code = make_code()
    firm = make_firm("演示丝网厂", credit_code=code)
    response = post(clerk, credit_code=code, consent="written")
    case = Case.objects.get(number=response.json()["number"])
    assert (case.enterprise, case.firm_name, case.consent) == (firm, "演示丝网厂", "written")
    again = post(clerk, key="key-00000002", firm_name="演示丝网厂", county="430181", consent="spoken")
    assert Case.objects.get(number=again.json()["number"]).enterprise is None


def test_number_and_code_say_how_it_stands_and_nothing_else(of_firm, client):
    answer = post(of_firm).json()
    response = ask(client, answer["number"], answer["code"])
    assert response.status_code == 200
    body = response.json()
    assert (body["status"], body["office"]) == ("待受理", answer["office"])
    assert body["next"]
    for secret in ("李明", "13800001111", "口罩", "招不到工人"):
        assert secret not in response.content.decode()


def test_the_items_say_what_to_fill_in(item, client):
    (found,) = client.get(f"{URL}items").json()
    assert found["id"] == "request"
    assert [field["id"] for field in found["fields"]] == ["lost", "workers", "open", "identity"]
