"""The API's description: a snapshot that changes only on purpose, and a fuzzer that holds the API to it."""

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings

from config.api import api
from config.wsgi import application
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.accounts.tests.secrets import secret_of

SNAPSHOT = Path(__file__).parent / "openapi.json"
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
# The in-process transport hands compressed bodies to the checks as they are.
PLAIN = {"Accept-Encoding": "identity"}
PHASES = [Phase.explicit, Phase.generate, Phase.shrink]
CHECKS = [
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.CHECKS.get_one("status_code_conformance"),
    schemathesis.checks.CHECKS.get_one("content_type_conformance"),
    schemathesis.checks.CHECKS.get_one("response_schema_conformance"),
]


@pytest.fixture(scope="module", autouse=True)
def _kept_connection():
    """The server's handler closes connections around each request, which would end the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_the_description_changes_only_on_purpose():
    """After a wanted change: `make openapi`, and read the difference."""
    assert json.loads(SNAPSHOT.read_text(encoding="utf-8")) == json.loads(
        json.dumps(api.get_openapi_schema(), ensure_ascii=False)
    )


def test_every_operation_has_a_name_and_a_chinese_summary():
    for path in api.get_openapi_schema()["paths"].values():
        for operation in path.values():
            assert operation["operationId"].replace("_", "").isalnum()
            assert any("一" <= char <= "鿿" for char in operation["summary"])
            errors = [code for code in operation["responses"] if int(code) >= 400]
            for code in errors:
                assert list(operation["responses"][code]["content"]) == ["application/problem+json"]


@pytest.mark.django_db
@schema.parametrize()
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_few_made_up_requests_get_what_the_description_promises(case):
    case.call_and_validate(checks=CHECKS, headers=PLAIN)


@pytest.fixture
def bearer(settings: Any) -> dict[str, str]:
    """A token of an analyst with every scope, as often a minute as it likes."""
    settings.HUIQI_API_CALLS_PER_MINUTE = 1_000_000
    return {**PLAIN, "Authorization": f"Bearer {secret_of(make_user(role=Role.ANALYST))}"}


@pytest.mark.django_db
@schema.parametrize()
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_few_made_up_requests_with_a_token_get_what_the_description_promises(case, bearer):
    case.call_and_validate(checks=CHECKS, headers=bearer)


@pytest.mark.slow
@pytest.mark.django_db
@schema.parametrize()
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
def test_many_made_up_requests_with_a_token_get_what_the_description_promises(case, bearer):
    case.call_and_validate(checks=CHECKS, headers=bearer)


@pytest.mark.slow
@pytest.mark.django_db
@schema.parametrize()
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=PHASES,
)
def test_many_made_up_requests_get_what_the_description_promises(case):
    case.call_and_validate(checks=CHECKS, headers=PLAIN)
