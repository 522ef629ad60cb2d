"""Many rows are saved as Django saves one, and those that are there already are left out."""

from datetime import UTC, datetime

import pytest

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.cases.models import Case
from huiqi.core.many_rows import insert_all
from huiqi.core.together import counts_together, rows_together
from huiqi.messages.models import Delivery, Notice

AT = datetime(2020, 2, 9, 8, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def message(number, **more):
    return Delivery(
        purpose="case",
        phone="13800001111",
        text=f"第{number}条“%s”",
        made_at=AT,
        once_key=f"k{number}",
        **more,
    )


def test_rows_read_back_as_those_saved_one_by_one():
    names = [
        field.attname for field in Delivery._meta.concrete_fields if field.name not in {"id", "public_id"}
    ]
    insert_all(message(number, next_try_at=AT) for number in range(900))
    for number in range(900, 903):
        message(number, next_try_at=AT).save()
    rows = {row.once_key: [getattr(row, name) for name in names] for row in Delivery.objects.order_by("pk")}
    assert len(rows) == 903
    for number, key in ((0, "k900"), (899, "k902")):
        wanted = list(rows[key])
        wanted[names.index("once_key")] = f"k{number}"
        wanted[names.index("text")] = f"第{number}条“%s”"
        assert rows[f"k{number}"] == wanted
    assert len(set(Delivery.objects.values_list("public_id", flat=True))) == 903


def test_no_rows_are_no_statement(assert_queries):
    with assert_queries(0):
        insert_all([])


def test_rows_that_are_there_are_left_out_once():
    user = make_user(role=Role.OFFICER)
    rows = [Notice(user=user, kind="clock_moved", text="一", url="/", at=AT, once_key="a")]
    insert_all(rows, once=True)
    again = Notice(user=user, kind="clock_moved", text="二", url="/", at=AT, once_key="a")
    insert_all([again], once=True)
    assert list(Notice.objects.values_list("text", flat=True)) == ["一"]


def test_a_field_that_fills_itself_in_is_refused():
    with pytest.raises(TypeError, match="fills itself in"):
        insert_all([Case(number="1")])


def test_questions_asked_together_are_answered_as_each_alone(assert_queries):
    insert_all(message(number, next_try_at=AT) for number in range(7))
    asked = [Delivery.objects.filter(once_key__lt=end).order_by("-pk") for end in ("k3", "k0", "k9")]
    with assert_queries(1):
        assert counts_together(asked, 5) == [3, 0, 5]
    nobody = Delivery.objects.none().values_list("pk")
    with assert_queries(1):
        found = rows_together([asked[0].values_list("pk")[:2], nobody, asked[2].values_list("pk")[:1]])
    newest = list(asked[0].values_list("pk")[:2])
    assert (sorted(found[0], reverse=True), found[1]) == (newest, [])
    assert found[2] == list(asked[2].values_list("pk")[:1])


def test_nothing_to_ask_asks_nothing(assert_queries):
    with assert_queries(0):
        assert counts_together([Delivery.objects.none()], 5) == [0]
        assert rows_together([]) == []
