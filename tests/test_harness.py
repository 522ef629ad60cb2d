"""The harness itself: each guard must fail on the mistake it is there for."""

import pytest
from django.contrib.auth.models import Group
from django.core.handlers.base import BaseHandler
from django.db import connection
from django.http import HttpResponse
from django.template import engines
from django.test import RequestFactory

from huiqi.accounts.models import User
from huiqi.accounts.tests.make import make_user
from huiqi.core.models import IdempotencyKey, Job
from tests.harness.database import LockWithoutOf, WriteInGet
from tests.harness.swap import Page, SwapError, canonical
from tests.harness.templates import ROOT, UndefinedVariable


def rendered(source, **context):
    """The source as if it were a template of ours."""
    django = engines["django"]
    template = django.from_string(source)
    for node in template.template.nodelist.get_nodes_by_type(object):
        node.origin = type("Origin", (), {"__str__": lambda self: str(ROOT / "huiqi" / "example.html")})()
    return template.render(context)


@pytest.mark.parametrize(
    "source",
    [
        "{{ missing }}",
        "{{ known.missing }}",
        "{{ missing|upper }}",
        "{% for x in missing %}{{ x }}{% endfor %}",
        "{% with y=missing %}{{ y }}{% endwith %}",
    ],
)
def test_an_undefined_variable_fails(source):
    with pytest.raises(UndefinedVariable, match=r"example\.html:1: .*missing"):
        rendered(source, known=object())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ missing|default:'-' }}", "-"),
        ("{{ missing|default_if_none:'-' }}", ""),
        ("{% if missing %}a{% else %}b{% endif %}", "b"),
        ("{% firstof missing 'c' %}", "c"),
        ("{% for x in missing|default:'' %}{{ x }}{% empty %}d{% endfor %}", "d"),
        ("{% for x in known %}{{ forloop.counter }}{% endfor %}", "12"),
        ("{{ none }}", "None"),
    ],
)
def test_what_may_be_absent_stays_allowed(source, expected):
    assert rendered(source, known="ab", none=None) == expected


def test_templates_of_others_are_left_alone():
    assert engines["django"].from_string("{{ missing }}").render({}) == ""


@pytest.mark.django_db
def test_a_lock_must_name_its_rows():
    namespace = {"__name__": "huiqi.example", "Job": Job}
    with pytest.raises(LockWithoutOf):
        eval("Job.objects.select_for_update()", namespace)  # noqa: S307  to stand in one of our modules
    assert eval("Job.objects.select_for_update(of=('self',))", namespace) is not None  # noqa: S307


@pytest.mark.django_db
def test_rows_without_an_order_are_shuffled_and_ordered_ones_are_not():
    IdempotencyKey.objects.bulk_create(
        IdempotencyKey(scope="s", key=f"{number:03}", fingerprint="", answer={}) for number in range(50)
    )
    kept = [f"{number:03}" for number in range(50)]
    assert [row.key for row in IdempotencyKey.objects.order_by("key")] == kept
    unordered = [row.key for row in IdempotencyKey.objects.all()]
    assert unordered != kept
    assert sorted(unordered) == kept


class Handler(BaseHandler):
    def __init__(self, act):
        self._middleware_chain = act


def creating(request):
    make_user()
    return HttpResponse()


def test_a_get_that_writes_fails(transactional_db):
    with pytest.raises(WriteInGet, match="accounts_user"):
        Handler(creating).get_response(RequestFactory().get("/"))
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_post_may_write_and_a_get_may_keep_its_session(client):
    assert Handler(creating).get_response(RequestFactory().post("/")).status_code == 200
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_a_wrong_number_of_queries_is_listed(assert_queries):
    with pytest.raises(AssertionError, match=r"(?s)2 queries instead of 1:\n2× .*auth_group"):
        with assert_queries(1):
            list(Group.objects.order_by("pk"))
            list(Group.objects.order_by("pk"))
    with assert_queries(1):
        Group.objects.count()


@pytest.mark.django_db
def test_the_database_of_the_suite_meets_real_locks():
    """A file or PostgreSQL: an SQLite in memory would share one cache between threads."""
    assert connection.vendor == "postgresql" or not connection.is_in_memory_db()


# --- the htmx simulator ------------------------------------------------------------------------------


class Site:
    """Stands in for the test client: addresses to HTML."""

    def __init__(self, **pages):
        self.pages = pages
        self.asked = []

    def get(self, url, fields=None, headers=None):
        self.asked.append((url, fields, headers))
        body = self.pages["part" if headers else "whole"]
        return HttpResponse(body)

    post = get


WHOLE = (
    '<body><div id="list" hx-target="#list"><p id="a">1</p>'
    '<form><input name="q" value="x"><button hx-get="/more" {swap}>go</button></form></div>'
    '<b id="count">{count}</b></body>'
)


def page(swap, part, count=1):
    site = Site(whole=WHOLE.format(swap=swap, count=count), part=part)
    return Page(site, "/"), site


@pytest.mark.parametrize(
    ("swap", "expected"),
    [
        ('hx-swap="innerHTML"', '<div hx-target="#list" id="list"><i>n</i></div>'),
        ('hx-swap="outerHTML show:top"', "<i>n</i>"),
        ('hx-swap="delete"', ""),
    ],
)
def test_the_answer_goes_where_the_page_says(swap, expected):
    shown, site = page(swap, "<i>n</i>")
    shown.trigger("button")
    assert str(shown.soup.body) == f'<body>{expected}<b id="count">1</b></body>'
    url, fields, headers = site.asked[-1]
    assert (url, fields, headers["HX-Target"]) == ("/more", {"q": "x"}, "list")


def test_a_part_out_of_band_replaces_its_namesake():
    shown, _ = page('hx-swap="beforeend"', '<i>n</i><b id="count" hx-swap-oob="true">2</b>')
    shown.trigger("button")
    assert shown.one("#count").get_text() == "2"
    assert shown.one("#list").contents[-1].name == "i"


def test_a_target_that_is_not_there_is_an_error():
    shown, _ = page('hx-target="#nowhere"', "<i>n</i>")
    with pytest.raises(SwapError, match="#nowhere matches 0"):
        shown.trigger("button")


def test_a_page_that_differs_from_its_reload_is_an_error():
    shown, site = page('hx-target="#count" hx-swap="outerHTML"', '<b id="count">2</b>')
    shown.trigger("button")
    with pytest.raises(SwapError, match="differs from a reload"):
        shown.assert_same_after_reload()
    site.pages["whole"] = WHOLE.format(swap='hx-target="#count" hx-swap="outerHTML"', count=2)
    shown.assert_same_after_reload()


def test_tokens_that_change_with_every_rendering_do_not_count():
    one, two = (Page(Site(whole=f'<input name="csrfmiddlewaretoken" value="{v}">'), "/").soup for v in "ab")
    assert canonical(one) == canonical(two)
