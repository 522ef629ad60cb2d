import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"
HOSTILE = [
    "\x00",
    "%00",
    "' OR 1=1 --",
    "９" * 50,
    "口" * 150,
    "\u202e",
    "../../etc/passwd",
    "{{7*7}}",
    "-1",
    "1e999",
    "null",
]


def get(client, path, **query):
    response = client.get(ROOT + path, query)
    return response.status_code, json.loads(response.content)


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "query", "said"),
    [
        ("/divisions", {"on": "2020-2-30"}, "2020年2月只有29天"),
        ("/divisions", {"level": "moon"}, "没有这个选项"),
        ("/divisions/search", {}, "缺少这一项"),
        ("/divisions/search", {"q": "长", "limit": "0"}, "不能小于1"),
        ("/divisions/search", {"q": "长", "limit": "9" * 400}, ""),
        ("/divisions/search", {"q": "长" * 201}, "太长"),
        ("/industries/search", {"q": "餐", "limit": "101"}, "不能大于100"),
        ("/industries/search", {"q": "餐", "classes_only": "maybe"}, "应为 true 或 false"),
        ("/size-class", {"gb_code": "9999"}, "没有“9999”"),
        ("/size-class", {"gb_code": "A3411"}, "3411属于C类"),
        ("/size-class", {"gb_code": "3411", "employees": "-1"}, "不能小于0"),
        ("/size-class", {"gb_code": "3411", "employees": "三百"}, "应为整数"),
        ("/size-class", {"gb_code": "3411", "revenue_fen": "9" * 30}, ""),
        ("/workdays/due", {"received": "2020-1-22", "days": "-1"}, "不能小于0"),
        ("/workdays/due", {"received": "2020-1-22", "days": "3651"}, "不能大于3650"),
        ("/workdays/due", {"received": "2020-1-22"}, "缺少这一项"),
        ("/workdays/due", {"received": "9999-12-31", "days": "5"}, "日期应在2004年至2100年之间"),
        ("/workdays/due", {"received": "2100-12-31", "days": "5"}, "期限超出了2100年"),
        ("/workdays/due", {"received": "2020-1-22", "days": "5", "region": "999999"}, "没有代码为“999999”"),
        ("/workdays/due", {"received": "2020-1-22", "days": "5", "known_on": "x"}, "不是能识别的日期"),
        ("/workdays/due", {"received": "2020-1-22", "days": "5", "calendar": "moon"}, "没有这个选项"),
        ("/workdays/between", {"start": "2020-1-22", "end": "0001-01-01"}, "日期应在2004年至2100年之间"),
    ],
)
def test_wrong_input_is_422_with_a_chinese_sentence(client, path, query, said):
    status, body = get(client, path, **query)
    assert status == 422
    assert said in json.dumps(body, ensure_ascii=False)


@pytest.mark.parametrize(
    "path",
    ["/divisions/999999", "/divisions/x", "/divisions/%00", "/divisions/%ff"]
    + ["/industries/A3411", "/industries/%00", "/industries/99999999", "/industries/%F0%9F%80%84"],
)
def test_what_is_in_no_list_is_404(client, path):
    assert client.get(ROOT + path).status_code == 404


def test_a_branch_that_does_not_exist_has_no_children(client):
    assert get(client, "/industries", parent="Z")[0] == 404
    assert get(client, "/divisions", parent="999999") == (200, [])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff",
        b'{"employees": 1.5}',
        b'{"employees": NaN}',
        b'{"assets_fen": false}',
    ],
)
def test_a_broken_body_is_refused(client, body):
    response = client.post(ROOT + "/size-class", body, content_type="application/json")
    assert response.status_code in {400, 422}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_never_fails(client, text):
    for path, query in [
        ("/divisions", {"parent": text[:6], "on": text[:40]}),
        ("/divisions/search", {"q": text}),
        ("/industries", {"parent": text[:10]}),
        ("/industries/search", {"q": text, "limit": text}),
        ("/size-class", {"gb_code": text[:20], "employees": text}),
        ("/workdays/due", {"received": text[:40], "days": text, "region": text[:20]}),
        ("/workdays/between", {"start": text[:40], "end": text[:40]}),
    ]:
        assert get(client, path, **query)[0] < 500, path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(st.text(max_size=30), st.text(max_size=30), st.integers())
def test_any_parameters_never_fail(client, one, other, number):
    one, other = (text.encode("utf-8", "replace").decode() for text in (one, other))
    for path, query in [
        ("/divisions", {"parent": one, "on": other}),
        ("/industries/search", {"q": one, "limit": number}),
        ("/size-class", {"gb_code": one, "employees": number, "revenue_fen": number}),
        ("/workdays/due", {"received": one, "days": number, "region": other}),
    ]:
        assert get(client, path, **query)[0] < 500


def test_a_blank_industry_code_is_an_unstated_one(client):
    for blank in ("", " ", "\t"):
        assert get(client, "/size-class", gb_code=blank, employees=5)[0] == 200


# --- what is answered -----------------------------------------------------------------------------


def test_the_divisions_of_the_province(client):
    status, rows = get(client, "/divisions")
    assert (status, len(rows)) == (200, 1 + 14 + 122)
    assert len(get(client, "/divisions", level="prefecture")[1]) == 14
    assert len(get(client, "/divisions", parent="430100")[1]) == 9
    then = get(client, "/divisions", parent="431100", on="2020年3月1日")[1]
    assert {"祁阳县"} == {row["name"] for row in then if row["name"].startswith("祁阳")}


def test_one_division(client):
    assert get(client, "/divisions/430181") == (
        200,
        {
            "code": "430181",
            "name": "浏阳市",
            "full_name": "湖南省长沙市浏阳市",
            "level": "county",
            "parent": "430100",
            "valid_from": None,
            "valid_to": None,
        },
    )
    assert get(client, "/divisions/431121")[1]["valid_to"] == "2021-01-20"


def test_searching_divisions_and_industries(client):
    assert get(client, "/divisions/search", q="lys", limit=1)[1][0]["name"] == "浏阳市"
    assert get(client, "/industries/search", q="口罩")[1][0]["full_code"] == "C2770"
    assert [row["code"] for row in get(client, "/industries/search", q="正餐", classes_only="true")[1]] == [
        "6210"
    ]


def test_the_industries_open_level_by_level(client):
    assert len(get(client, "/industries")[1]) == 20
    assert get(client, "/industries", parent="C34")[1][0]["code"] == "341"
    detail = get(client, "/industries/C3411")[1]
    assert [step["code"] for step in detail["path"]] == ["C", "34", "341", "3411"]
    assert detail["children"] == []
    assert get(client, "/industries/341")[1]["children"][0] == {"code": "3411", "name": "锅炉及辅助设备制造"}


def test_the_size_class_by_address_and_by_body(client):
    stated = {"gb_code": "C3411", "employees": 300, "revenue_fen": 2_000_000_000}
    status, by_address = get(client, "/size-class", **stated)
    by_body = client.post(ROOT + "/size-class", json.dumps(stated), content_type="application/json")
    assert status == by_body.status_code == 200
    assert by_address == by_body.json()
    assert (by_address["size_class"], by_address["label"], by_address["group"]) == ("medium", "中型", 2)
    assert by_address["text"].startswith("工业：从业人员300人（≥300人）")
    assert by_address["indicators"][0] == {
        "name": "从业人员",
        "value": "300人",
        "bound": "300人",
        "met": True,
    }


def test_the_size_class_of_nothing_is_unclassified(client):
    assert get(client, "/size-class")[1]["size_class"] == "unclassified"
    assert client.post(ROOT + "/size-class", "{}", content_type="application/json").json()["missing"] == [
        "gb4754"
    ]


def test_terms_in_working_days(client):
    query = {"received": "2020-01-22", "days": 5, "known_on": "2020-01-28"}
    assert get(client, "/workdays/due", **query)[1] == {
        "due": "2020-02-06",
        "explanation": "自2020年1月23日起算，5个工作日，扣除春节假期1月24日至2月2日，应于2020年2月6日办结",
        "provisional": False,
    }
    firm = query | {"known_on": "2020-02-01", "calendar": "enterprise", "region": "430181"}
    assert get(client, "/workdays/due", **firm)[1]["due"] == "2020-02-13"
    between = {"start": "2020-01-22", "end": "2020-02-06", "known_on": "2020-01-28"}
    assert get(client, "/workdays/between", **between) == (200, {"days": 5})


def test_every_operation_is_described_in_chinese(client):
    paths = client.get(ROOT + "/openapi.json").json()["paths"]
    ours = {
        operation["operationId"]: operation
        for path, methods in paths.items()
        if path.split("/")[3] in {"divisions", "industries", "size-class", "workdays"}
        for operation in methods.values()
    }
    assert set(ours) == {
        *("divisions_list", "divisions_search", "divisions_get"),
        *("industries_list", "industries_search", "industries_get"),
        *("size_class_get", "size_class_post", "workdays_due", "workdays_between"),
    }
    for operation in ours.values():
        assert not operation["summary"].isascii() and not operation["description"].isascii()
