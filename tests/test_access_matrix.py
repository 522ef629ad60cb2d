"""Who may open what: every address of the site × every person of the cast.

The addresses come from the URLconf, so a new page without a row fails; the people come from the cast, which
needs one for every role. A row says who may by POWER, never by name, and the answers for all people follow.
Not allowed is 404, except that a visitor is sent to sign in. The rows: tests/access.py of each app.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.core.tests.make import make_job
from huiqi.policies.tests.make import SMALL_MAKER, start, walk
from tests.harness.access_matrix import MATRIX
from tests.harness.access_rows import SIGN_IN, Row
from tests.harness.addresses import addresses
from tests.harness.cast import CAST, ROLES, enter, enter_all

pytestmark = pytest.mark.django_db

Browsers = Callable[..., dict[str, Client]]

EVERY_ADDRESS = addresses()
OWN = [address for address in EVERY_ADDRESS if not address.name.startswith("admin:")]
ADMIN = [address for address in EVERY_ADDRESS if address.name.startswith("admin:")]


@pytest.fixture(scope="module")
def signed_in(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    """The session of everybody, made once: each test runs in a savepoint inside this transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        browsers = enter_all(person for person in ROLES if person != "visitor")
        yield {
            person: browser.cookies[settings.SESSION_COOKIE_NAME].value
            for person, browser in browsers.items()
        }
        transaction.set_rollback(True)


@pytest.fixture
def fresh(signed_in: dict[str, str], db: None) -> Browsers:
    """New browsers of these people, so that no test meets the cookies of another."""

    def browsers(persons: Iterable[str], *, anew: bool = False) -> dict[str, Client]:
        if anew:
            return enter_all(persons)
        return {person: _browser(signed_in.get(person)) for person in persons}

    return browsers


def _browser(session: str | None) -> Client:
    client = Client()
    if session is not None:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


def test_every_address_has_its_row_and_every_row_its_address():
    assert sorted({address.name for address in OWN} ^ MATRIX.keys()) == []


def test_every_role_has_its_person_in_the_cast():
    assert {part.role for part in CAST.values()} == set(Role)


def test_every_row_of_the_matrix_is_reachable():
    for name, row in MATRIX.items():
        with transaction.atomic():  # what one row makes is not there for the next
            assert reverse(name, kwargs=row.arguments()) if name != "api:api-root" else True
            transaction.set_rollback(True)


def told(name: str, row: Row, method: str, browsers: dict[str, Client]) -> dict[str, int]:
    """What each of these people is answered; a sending away must lead to the sign-in page."""
    path, answers = reverse(name, kwargs=row.arguments()), {}
    for person, client in browsers.items():
        response = getattr(client, method)(path)
        answers[person] = response.status_code
        if response.streaming:
            b"".join(response.streaming_content)  # a download is written to its end, and its file closed
        sent_away = person == "visitor" and (row.visitor, row.only) == (SIGN_IN, "GET")
        if sent_away and row.status != SIGN_IN and answers[person] == SIGN_IN:
            assert response["Location"].startswith(reverse(settings.LOGIN_URL)), name
    return answers


@pytest.mark.parametrize("name", sorted(MATRIX))
def test_a_get_answers_each_person_as_written(name, fresh):
    row = MATRIX[name]
    answers = row.answers()
    persons = ROLES if connection.vendor == "sqlite" else first_of_each(answers)
    # Pages of the second factor ask for a sign-in of the last minutes, which a long run leaves behind.
    found = told(name, row, "get", fresh(persons, anew=name.startswith("mfa_")))
    assert found == {person: answers[person] for person in persons}


def first_of_each(answers: dict[str, int]) -> list[str]:
    """One person for each answer. The second database is asked whether its queries work there; who may come
    in was tried with everybody on the first."""
    return list({status: person for person, status in reversed(answers.items())}.values())


@pytest.mark.once  # the door is shut before the database is asked for anything but the person
@pytest.mark.parametrize("name", sorted(name for name in MATRIX if name not in {"set_language"}))
def test_who_may_not_look_may_not_act_either(name, fresh):
    row = MATRIX[name]
    outside = [person for person, status in row.answers().items() if status in {SIGN_IN, 404}]
    if row.status == SIGN_IN:
        outside = []  # whoever is signed in is sent on from a page that is open to all
    answers = told(name, row, "post", fresh(outside))
    assert {person: status for person, status in answers.items() if status not in {302, 404, 405}} == {}


@pytest.mark.once
@pytest.mark.parametrize("name", sorted(name for name, row in MATRIX.items() if row.only == "GET"))
def test_a_page_that_is_only_read_takes_no_post(name, fresh):
    row = MATRIX[name]
    if row.also_posts or name.startswith("api:") or name == "set_language":
        pytest.skip("takes both, or is the API's or Django's own page")
    inside = next((person for person, status in row.answers().items() if status == 200), "editor")
    assert set(told(name, row, "post", fresh([inside])).values()) <= {404, 405}


@pytest.mark.parametrize("address", ADMIN, ids=lambda address: address.name)
def test_the_administration_pages_are_for_the_administrator(address):
    if "<" in address.route or "(?P" in address.route or address.name in {"admin:login", "admin:jsi18n"}:
        pytest.skip("needs a record, or is open by its nature")
    if address.name.endswith((":logout", ":password_change", ":password_change_done", ":autocomplete")):
        pytest.skip("not a page to be opened")
    path = reverse(address.name)
    assert enter("visitor")[0].get(path).status_code == 302
    assert enter("editor")[0].get(path).status_code in {302, 404}


def test_nobody_sees_the_job_of_another_and_its_owner_does():
    client, user = enter("editor")
    mine, other = make_job(owner_id=user.public_id), make_job(owner_id="somebody-else-00")
    assert client.get(reverse("core:job", args=[other.public_id])).status_code == 404
    assert client.post(reverse("core:job_cancel", args=[other.public_id])).status_code == 404
    assert client.get(reverse("core:job", args=[mine.public_id])).status_code == 200
    assert enter("admin")[0].get(reverse("core:job", args=[mine.public_id])).status_code == 404


# --- the private link --------------------------------------------------------------------------------

# What each address behind the link answers to whoever holds it, signed in or not.
BEHIND_THE_LINK = {
    "check_question": 200,
    "check_answers": 200,
    "check_delete": 200,
    "check_result": 200,
    "check_policy": 200,
    "check_print": 200,
    "check_pdf": 200,
    "check_trace": 200,
    "check_objection": 200,
}


def test_every_address_behind_the_link_is_tried():
    # Of the check; the links of invitations and objections have tests of their own beside their pages.
    private_links = {name for name, row in MATRIX.items() if "token" in row.args and row.only == "GET"}
    reads = {name for name in private_links if name.startswith("policies:")}
    assert {f"policies:{name}" for name in BEHIND_THE_LINK} == reads


@pytest.mark.parametrize("name", BEHIND_THE_LINK)
def test_whoever_holds_the_link_gets_in_and_nothing_on_the_way_keeps_it(visitor, name):
    token = start(visitor)
    walk(visitor, token, SMALL_MAKER)
    args = {**MATRIX[f"policies:{name}"].args, "token": token}
    response = visitor.get(reverse(f"policies:{name}", kwargs=args))
    assert response.status_code == BEHIND_THE_LINK[name]
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Referrer-Policy"] in {"no-referrer", "strict-origin", "same-origin"}


@pytest.mark.parametrize("name", sorted(name for name, row in MATRIX.items() if "token" in row.args))
def test_a_token_never_issued_is_404_whatever_the_method(visitor, name):
    assert visitor.post(reverse(name, kwargs=MATRIX[name].args)).status_code in {404, 405}


def test_a_token_of_strange_shape_is_404_and_no_failure(visitor):
    for token in ("0", "x" * 3000, "..", "%00", "甲", "' OR 1=1 --"):
        assert visitor.get(f"/check/{quote(token, safe='')}/").status_code == 404, token
