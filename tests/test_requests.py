"""What every request and answer has: an id, a log line without secrets, headers that protect, calm errors."""

import importlib
import json
import logging
import os
import re
import subprocess
import sys

import pytest
import structlog
from django.conf import settings as live_settings
from django.db import connections
from django.test import Client
from django.urls import reverse

from huiqi.accounts.tests.make import make_user
from huiqi.core.ids import new_token
from tests.broken_urls import SECRET
from tests.test_architecture import ROOT

pytestmark = pytest.mark.django_db
CSP = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


@pytest.fixture
def log_lines(monkeypatch):
    """The JSON lines written while the test runs, exactly as they leave the process."""
    formatter = logging.getLogger().handlers
    lines = []

    class Collect(logging.Handler):
        def emit(self, record):
            lines.append(json.loads(self.format(record)))

    handler = Collect()
    handler.setFormatter(_json_formatter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lines
    root.removeHandler(handler)
    assert formatter is logging.getLogger().handlers


def _json_formatter():
    written = live_settings.LOGGING["formatters"]["json"]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=written["foreign_pre_chain"], processors=written["processors"]
    )


def policy_of(response):
    return dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))


@pytest.fixture
def failing(settings):
    """A browser on a site some of whose pages fail, as a visitor would see it."""
    settings.ROOT_URLCONF = "tests.broken_urls"
    return Client(raise_request_exception=False)


# --- headers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["core:home", "accounts:sign_in", "policies:catalogue", "policies:check_start"]
)
def test_the_content_security_policy_is_exactly_this(visitor, name):
    assert policy_of(visitor.get(reverse(name))) == CSP


def test_the_protecting_headers_are_there(visitor):
    response = visitor.get(reverse("core:home"))
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Server" not in response
    assert "X-Powered-By" not in response


def test_errors_carry_the_same_headers(failing):
    for path in ("/nowhere/", "/broken/", "/refused/"):
        response = failing.get(path)
        assert policy_of(response) == CSP, path
        assert response["X-Content-Type-Options"] == "nosniff", path


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(visitor):
    visitor.get(reverse("accounts:sign_in"))
    visitor.post(reverse("core:large_type"))
    visitor.post(reverse("set_language"), {"language": "en"})
    assert set(visitor.cookies) >= {"csrftoken", "hq_large", live_settings.LANGUAGE_COOKIE_NAME}
    for name, cookie in visitor.cookies.items():
        assert cookie["samesite"] == "Lax", name
        assert cookie["httponly"], name


def test_over_https_our_own_cookies_stay_on_https(visitor):
    visitor.post(reverse("core:large_type"), secure=True)
    assert visitor.cookies["hq_large"]["secure"]


def test_a_visitor_who_only_reads_gets_no_session(visitor):
    response = visitor.get(reverse("core:home"))
    assert set(response.cookies) <= {"csrftoken"}


def test_the_session_cookie_of_somebody_signed_in_ends_with_30_idle_minutes(visitor):
    make_user(username="zhou.min", password="a-long-passphrase")
    response = visitor.post(
        reverse("accounts:sign_in"), {"login": "zhou.min", "password": "a-long-passphrase"}
    )
    cookie = response.cookies[live_settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["max-age"] == 30 * 60


PRODUCTION = """
import json, django
from django.conf import settings
django.setup()
from config.urls import urlpatterns
from django.test import Client
answer = Client().get("/healthz", secure=True)
plain = Client().get("/healthz")
print(json.dumps({
    "hsts": answer.headers.get("Strict-Transport-Security"), "redirect": plain.headers.get("Location"),
    "plain": plain.status_code, "secure": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE],
    "debug": settings.DEBUG, "demo": settings.HUIQI_DEMO,
    "gallery": [str(pattern.pattern) for pattern in urlpatterns].count("gallery/")}))
"""


def test_production_speaks_https_only_and_shows_nothing_of_the_demo(tmp_path):
    env = {key: value for key, value in os.environ.items() if not key.startswith(("HUIQI_", "DJANGO_"))}
    env |= {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "HUIQI_SECRET_KEY": "q7Yp2fVt9LmXs4ZbKc8RwNdG3hJ6eTuA1oPiQyMzBvCxDlEkFjHg5W0S",
        "HUIQI_ALLOWED_HOSTS": "testserver",
        "HUIQI_DATABASE_URL": f"sqlite:///{tmp_path}/production.sqlite3",
        "HUIQI_DATA_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", PRODUCTION], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["hsts"] == "max-age=31536000; includeSubDomains; preload"
    assert (seen["plain"], seen["redirect"]) == (301, "https://testserver/healthz")
    assert seen["secure"] == [True, True]
    assert (seen["debug"], seen["demo"], seen["gallery"]) == (False, False, 0)


# --- request id and log ------------------------------------------------------------------------------


def test_a_request_id_is_given_or_taken_from_the_proxy(visitor):
    first, second = (visitor.get("/healthz")["X-Request-Id"] for _ in range(2))
    assert first != second
    assert re.fullmatch(r"[0-9a-z]{16}", first)
    assert visitor.get("/healthz", headers={"X-Request-Id": "proxy-1234"})["X-Request-Id"] == "proxy-1234"


@pytest.mark.parametrize(
    "bad", ["short", "x" * 65, "a b c d e f", "<script>alert", "甲乙丙丁戊己庚辛", "id;drop-table"]
)
def test_a_request_id_that_is_not_one_is_not_echoed(visitor, bad):
    given = visitor.get("/healthz", headers={"X-Request-Id": bad})["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-z]{16}", given)


def test_the_log_line_has_the_route_and_never_the_token(failing, log_lines):
    token = new_token()
    response = failing.get(f"/private/{token}/?answer=secret-answer")
    line = next(line for line in log_lines if line["event"] == "request")
    assert (line["route"], line["method"], line["status"]) == ("private/<str:token>/", "GET", 200)
    assert line["request_id"] == response["X-Request-Id"]
    assert line["ms"] >= 0
    written = json.dumps(log_lines, ensure_ascii=False)
    assert token not in written
    assert "secret-answer" not in written


def test_an_unknown_address_is_logged_without_itself(visitor, log_lines):
    visitor.get("/nowhere/some-token-like-text/")
    line = next(line for line in log_lines if line["event"] == "request")
    assert (line["route"], line["status"]) == (None, 404)
    assert "some-token-like-text" not in json.dumps(log_lines)


# --- errors ------------------------------------------------------------------------------------------


def test_an_unknown_address_is_a_page_that_leads_on(visitor):
    response = visitor.get("/nowhere/")
    page = response.content.decode()
    assert response.status_code == 404
    assert "没有找到这个页面" in page
    assert reverse("core:home") in page


def test_a_failure_shows_the_number_to_quote_and_no_trace(failing, log_lines):
    response = failing.get("/broken/")
    page = response.content.decode()
    assert response.status_code == 500
    assert response["X-Request-Id"] in page
    for told in ("ZeroDivisionError", "Traceback", "broken_urls", SECRET):
        assert told not in page
    trace = [line for line in log_lines if line["event"] == "unhandled"]
    assert len(trace) == 1
    assert trace[0]["request_id"] == response["X-Request-Id"]
    assert "ZeroDivisionError" in json.dumps(trace[0])


def test_the_trace_in_the_log_holds_no_local_variables(failing, log_lines):
    failing.get("/broken/")
    frames = json.dumps([line.get("exception") for line in log_lines])
    assert '"phone"' not in frames


def test_a_refusal_is_a_page_with_its_sentence(failing):
    response = failing.get("/refused/")
    assert response.status_code == 409
    assert "这份体检已结束。请重新开始一次。" in response.content.decode()


def test_a_form_without_its_token_is_told_what_to_do():
    response = Client(enforce_csrf_checks=True).post(reverse("accounts:sign_in"), {"login": "a"})
    assert response.status_code == 403
    assert 'href="' in response.content.decode()


def test_a_page_that_only_takes_posts_refuses_a_get(visitor):
    for name in ("core:large_type", "accounts:sign_out", "set_language"):
        response = visitor.get(reverse(name))
        assert response.status_code in {302, 405}, name
        assert not response.cookies, name


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"]
)
def test_a_switch_never_leads_to_another_site(visitor, target):
    for name in ("core:large_type", "set_language"):
        response = visitor.post(reverse(name), {"next": target, "language": "en"})
        assert response.status_code in {302, 204}
        assert "evil" not in response.headers.get("Location", "")
        assert "javascript" not in response.headers.get("Location", "")


# --- health ------------------------------------------------------------------------------------------


def test_health_is_503_when_the_database_does_not_answer(visitor, monkeypatch):
    def down(*args, **kwargs):
        raise ConnectionError("no database")

    monkeypatch.setattr(connections["default"], "cursor", down)
    response = visitor.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"status": "database unreachable"})


def test_health_is_200_and_never_cached(visitor, assert_queries):
    with assert_queries(1):
        response = visitor.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]


# --- language ----------------------------------------------------------------------------------------


def test_the_browser_s_language_does_not_turn_the_site_english(visitor):
    response = visitor.get(reverse("core:home"), headers={"Accept-Language": "en"})
    assert response["Content-Language"] == "zh-hans"
    assert '<html lang="zh-CN"' in response.content.decode()


def test_the_visitor_s_choice_does(visitor):
    visitor.post(reverse("set_language"), {"language": "en", "next": "/"})
    response = visitor.get(reverse("core:home"))
    assert response["Content-Language"] == "en"
    assert "Cookie" in response["Vary"]


@pytest.mark.parametrize("code", ["fr", "../../etc", "", "<script>"])
def test_an_unknown_language_is_chinese(visitor, code):
    visitor.cookies[live_settings.LANGUAGE_COOKIE_NAME] = code
    assert visitor.get(reverse("core:home"))["Content-Language"] == "zh-hans"


def test_larger_type_is_switched_on_and_off(visitor):
    for expected in (True, False):
        visitor.post(reverse("core:large_type"), {"next": "/"})
        assert ("hq-large" in visitor.get("/").content.decode().split("<body")[0]) is expected


def test_the_settings_module_names_no_host_outside():
    source = "".join(
        (ROOT / "config" / "settings" / f"{name}.py").read_text(encoding="utf-8")
        for name in ("base", "production")
    )
    assert "http://" not in source
    assert (
        importlib.import_module("config.settings.base").CONTENT_SECURITY_POLICY["DIRECTIVES"].keys()
        == CSP.keys()
    )


@pytest.mark.django_db
def test_a_form_open_too_long_leaves_no_token_in_the_log(caplog):
    token = new_token()
    answer = Client(enforce_csrf_checks=True).post(f"/check/{token}/delete/")
    assert answer.status_code == 403
    assert token not in caplog.text
    assert not [line for line in caplog.records if line.levelname == "ERROR"]


@pytest.mark.django_db
def test_a_page_not_found_is_no_fault(client, caplog):
    assert client.get("/policies/no-such-policy/").status_code == 404
    assert not [line for line in caplog.records if line.levelname == "ERROR"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/healthz", "/policies/", "/policies/export.csv", "/developers/"])
def test_monitors_may_ask_with_head(client, address):
    assert client.head(address).status_code == 200
