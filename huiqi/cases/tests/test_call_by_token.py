"""Programs at the door of the API: a token is its person, within its scopes, so often a minute."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from huiqi.accounts.commands.tokens import revoke_token
from huiqi.accounts.models import ApiScope, ApiToken
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.accounts.tests.secrets import secret_of
from huiqi.cases.models import Case
from huiqi.cases.tests.make import make_edition, make_officer
from huiqi.core import clock
from huiqi.core.models import AuditRecord
from huiqi.enterprises.tests.make import make_firm, make_member

pytestmark = pytest.mark.django_db
URL = "/api/v1/cases/"
BODY = {
    "item": "request",
    "topic": "work",
    "title": "招不到工人",
    "text": "口罩生产线复工，缺20名工人。",
    "name": "李明",
    "phone": "13800001111",
}


@pytest.fixture
def person(db):
    make_officer("liuyang")
    make_edition()
    user = make_user(role=Role.FIRM)
    make_member(make_firm("演示口罩厂", county="430181"), user)
    return user


def post(secret, key="key-00000001", client=None, **changes):
    headers = {"Idempotency-Key": key, "Authorization": f"Bearer {secret}"}
    body = json.dumps({**BODY, **changes})
    # As from outside: with Django's check of the CSRF token, which programs do not have.
    browser = client or Client(enforce_csrf_checks=True)
    return browser.post(URL, body, content_type="application/json", headers=headers)


def test_the_trail_names_the_token_beside_its_person_and_only_for_its_own_call(person):
    secret = secret_of(person)
    assert post(secret).status_code == 201
    by_token = AuditRecord.objects.get(act="case.registered")
    assert by_token.actor_id == person.public_id
    assert by_token.details["token"] == ApiToken.objects.get().public_id
    client = Client()
    client.force_login(person)
    client.post(
        URL,
        json.dumps({**BODY, "title": "另一件"}),
        content_type="application/json",
        headers={"Idempotency-Key": "key-00000009"},
    )
    assert "token" not in AuditRecord.objects.filter(act="case.registered").latest("pk").details


def read(secret, number):
    return Client().get(f"{URL}{number}", headers={"Authorization": f"Bearer {secret}"})


def test_an_unknown_token_is_told_so_in_chinese(person):
    response = post("hq_made-up")
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert "访问令牌无效" in response.json()["title"]


def test_expired_revoked_and_of_an_account_switched_off_are_all_the_same_401(person):
    secret = secret_of(person)
    token = ApiToken.objects.get()
    ApiToken.objects.update(
        granted_at=clock.wall_now() - timedelta(days=9), expires_at=clock.wall_now() - timedelta(days=1)
    )
    said = [post(secret)]
    ApiToken.objects.update(expires_at=clock.wall_now() + timedelta(days=1))
    person.is_active = False
    person.save()
    said.append(post(secret))
    person.is_active = True
    person.save()
    revoke_token(token, actor=person, at=clock.wall_now())
    said.append(post(secret))
    assert [each.status_code for each in said] == [401, 401, 401]
    assert len({each.content for each in said}) == 1


def test_a_session_beside_a_bad_token_does_not_help(person):
    browser = Client()
    browser.force_login(person)
    assert post("hq_made-up", client=browser).status_code == 401


def test_a_token_does_only_what_its_scopes_say(person):
    response = post(secret_of(person, ApiScope.CASES_READ))
    assert response.status_code == 403
    assert "cases:create" in response.json()["title"]
    assert not Case.objects.exists()


def test_a_token_gives_no_power_that_its_person_has_not(person):
    response = post(secret_of(make_user(role=Role.ANALYST)))
    assert response.status_code == 403


def test_a_program_opens_a_case_in_the_name_of_its_person_once_a_key(person):
    secret = secret_of(person)
    first, again = post(secret), post(secret)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    case = Case.objects.get()
    assert (case.requester, case.channel) == (person, "api")
    assert AuditRecord.objects.get(act="case.registered").actor_id == person.public_id
    assert "sessionid" not in first.cookies


def test_a_clerks_program_fills_in_for_somebody(person):
    clerk = make_user(role=Role.WINDOW_CLERK, unit=make_office("liuyang"))
    whose = {"firm_name": "演示面馆", "county": "430181", "consent": "spoken"}
    assert post(secret_of(clerk), **whose).status_code == 201
    assert Case.objects.get().taken_by == clerk


def test_too_many_calls_in_a_minute_are_told_when_to_come_again(person, settings):
    settings.HUIQI_API_CALLS_PER_MINUTE = 1
    secret = secret_of(person)
    assert post(secret).status_code == 201
    response = post(secret, key="key-00000002")
    assert response.status_code == 429
    assert 1 <= int(response["Retry-After"]) <= 60
    assert Case.objects.count() == 1


def test_a_program_reads_how_its_own_case_stands_and_no_others(person):
    number = post(secret_of(person)).json()["number"]
    found = read(secret_of(person, ApiScope.CASES_READ), number)
    assert (found.status_code, found.json()["status"]) == (200, "待受理")
    assert "李明" not in found.content.decode()
    assert read(secret_of(make_user(role=Role.FIRM)), number).status_code == 404
    assert read("hq_made-up", number).status_code == 401
    assert Client().get(f"{URL}{number}").status_code == 401


def test_what_a_clerk_filled_in_is_read_by_the_clerk(person):
    clerk = make_user(role=Role.WINDOW_CLERK, unit=make_office("liuyang"))
    whose = {"firm_name": "演示面馆", "county": "430181", "consent": "spoken"}
    number = post(secret_of(clerk), **whose).json()["number"]
    assert read(secret_of(clerk), number).status_code == 200


def test_the_secret_is_in_no_line_of_the_log(person, capfd):
    secret = secret_of(person)
    post(secret)
    read(secret, "1234567890")
    said = capfd.readouterr()
    assert secret not in said.out + said.err
