"""Who may open what: every address of the site × every person of the cast.

The addresses come from the URLconf, so a new page without a line here fails, and a new person of the cast
without a column fails. Not allowed is 404, except that a visitor is sent to sign in.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.urls import reverse

from huiqi.core.tests.make import make_job
from huiqi.policies.tests.make import SMALL_MAKER, start, walk
from tests.harness.addresses import addresses
from tests.harness.cast import CAST, ROLES, enter

pytestmark = pytest.mark.django_db
TOKEN = "never-issued-" + "x" * 30  # noqa: S105
SIGN_IN = 302


@dataclass(frozen=True)
class Row:
    """What a GET answers to each person; `only` names the one method the address takes, if not GET."""

    visitor: int
    editor: int
    admin: int
    args: dict[str, Any] = field(default_factory=dict)
    only: str = "GET"
    also_posts: bool = False


def everybody(status: int = 200, **more: Any) -> Row:
    return Row(status, status, status, **more)


def posts(**more: Any) -> Row:
    """Takes only POST: a GET is told so, whoever asks."""
    return everybody(405, only="POST", **more)


def private(**more: Any) -> Row:
    """Behind a private link's token: nobody gets in by rank, and a token never issued is 404."""
    return everybody(404, args={"token": TOKEN, **more.pop("args", {})}, **more)


MATRIX: dict[str, Row] = {
    "core:home": everybody(),
    "core:healthz": everybody(),
    "core:large_type": posts(),
    "core:job": Row(SIGN_IN, 404, 404, args={"public_id": "of-another"}),
    "core:job_cancel": Row(SIGN_IN, 405, 405, args={"public_id": "of-another"}, only="POST"),
    "set_language": everybody(302, only="POST"),
    "gallery": everybody(),
    "accounts:sign_in": Row(200, 302, 302, also_posts=True),
    "accounts:sign_out": posts(),
    "reference:industry_options": everybody(),
    "reference:division_options": everybody(),
    "policies:catalogue": everybody(),
    "policies:catalogue_export": everybody(),
    "policies:policy": everybody(args={"policy_id": "ui-job-retention-refund"}, also_posts=True),
    "policies:developers": everybody(),
    "policies:check_start": everybody(also_posts=True),
    "policies:check_question": private(also_posts=True, args={"question_id": "basics"}),
    "policies:check_autosave": posts(args={"token": TOKEN, "question_id": "basics"}),
    "policies:check_answers": private(),
    "policies:check_figures": posts(args={"token": TOKEN}),
    "policies:check_delete": private(also_posts=True),
    "policies:check_result": private(),
    "policies:check_facts": posts(args={"token": TOKEN}),
    "policies:check_policy": private(args={"policy_id": "ui-job-retention-refund"}),
    "policies:check_print": private(),
    "policies:check_pdf": private(),
    "policies:check_trace": private(),
    "policies:check_objection": private(),
    "core:desk": Row(SIGN_IN, 200, 200),
    "core:search": Row(SIGN_IN, 200, 200),
    "policies:rulebook": Row(SIGN_IN, 200, 404, also_posts=True),
    "api:openapi-json": everybody(),
    "api:openapi-view": everybody(),
    "api:api-root": everybody(404),
    "api:list_divisions": everybody(),
    "api:search_divisions": everybody(422),
    "api:get_division": everybody(args={"code": "430181"}),
    "api:list_industries": everybody(),
    "api:search_industries": everybody(422),
    "api:get_industry": everybody(args={"code": "2770"}),
    "api:get_size_class": everybody(),
    "api:post_size_class": everybody(),
    "api:workdays_due": everybody(422),
    "api:workdays_between": everybody(422),
    "api:list_policies": everybody(),
    "api:get_policy": everybody(args={"policy_id": "ui-job-retention-refund"}),
    "api:list_facts": everybody(),
    "api:judge_firm": everybody(405, only="POST"),
}
EVERY_ADDRESS = addresses()
OWN = [address for address in EVERY_ADDRESS if not address.name.startswith("admin:")]
ADMIN = [address for address in EVERY_ADDRESS if address.name.startswith("admin:")]


def test_every_address_has_its_row_and_every_row_its_address():
    assert sorted({address.name for address in OWN} ^ MATRIX.keys()) == []


def test_every_person_of_the_cast_has_a_column():
    assert set(ROLES) == {"visitor", *CAST} == set(Row.__annotations__) - {"args", "only", "also_posts"}


def test_every_row_of_the_matrix_is_reachable():
    for name, row in MATRIX.items():
        assert reverse(name, kwargs=row.args) if name != "api:api-root" else True


@pytest.mark.parametrize("person", ROLES)
@pytest.mark.parametrize("name", sorted(MATRIX))
def test_a_get_answers_each_person_as_written(name, person):
    client, _ = enter(person)
    row = MATRIX[name]
    response = client.get(reverse(name, kwargs=row.args))
    assert response.status_code == getattr(row, person)
    if person == "visitor" and row.visitor == SIGN_IN and row.only == "GET":
        assert response["Location"].startswith(reverse(settings.LOGIN_URL)), name


@pytest.mark.parametrize("person", ROLES)
@pytest.mark.parametrize(
    "name",
    sorted(name for name, row in MATRIX.items() if {row.visitor, row.editor, row.admin} & {SIGN_IN, 404}),
)
def test_who_may_not_look_may_not_act_either(name, person):
    row = MATRIX[name]
    if getattr(row, person) not in {SIGN_IN, 404} or name in {"set_language", "accounts:sign_in"}:
        pytest.skip("may look")
    response = enter(person)[0].post(reverse(name, kwargs=row.args))
    assert response.status_code in {302, 404, 405}
    if response.status_code == 302:
        assert response["Location"].startswith(reverse(settings.LOGIN_URL)), name


@pytest.mark.parametrize("name", sorted(name for name, row in MATRIX.items() if row.only == "GET"))
def test_a_page_that_is_only_read_takes_no_post(name):
    row = MATRIX[name]
    if row.also_posts or name.startswith("api:"):
        pytest.skip("takes both, or is the API's own page")
    client, _ = enter("editor")
    assert client.post(reverse(name, kwargs=row.args)).status_code in {404, 405}


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
    reads = {name for name, row in MATRIX.items() if "token" in row.args and row.only == "GET"}
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
