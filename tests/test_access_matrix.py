"""Who may open what: every address of the site × every person of the cast.

The addresses come from the URLconf, so a new page without a line here fails, and a new person of the cast
without a column fails. Not allowed is 404, except that a visitor is sent to sign in.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from huiqi.core.tests.make import make_job
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
    "policies:policy": everybody(args={"policy_id": "ui-job-retention-refund"}),
    "policies:developers": everybody(),
    "policies:check_start": everybody(also_posts=True),
    "policies:work": Row(SIGN_IN, 200, 404),
    "policies:rulebook": Row(SIGN_IN, 200, 404),
    "api:openapi-json": everybody(),
    "api:openapi-view": everybody(),
    "api:api-root": everybody(404),
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
    if person == "visitor" and row.visitor == SIGN_IN and row.editor != SIGN_IN:
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
