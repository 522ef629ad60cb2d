"""The catalogue through HTTP: what is refused, what is found, what leaves as a table."""

import csv
from datetime import date
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from huiqi.policies.queries.catalogue import FACETS, Filters, find, rows_on
from huiqi.policies.tests.naughty import OWN, naughty_strings
from huiqi.policies.views.catalogue import safe_cell
from huiqi.reference.judging import rulebook
from tests.harness.swap import canonical

URL = reverse("policies:catalogue")
ON = date(2020, 3, 1)


def _page(client, **query):
    response = client.get(URL, query)
    return response, BeautifulSoup(response.content, "lxml")


def _titles(soup):
    return [link.get_text() for link in soup.select(".hq-rows h3 a")]


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_the_catalogue_is_only_read(visitor, method):
    assert getattr(visitor, method)(URL).status_code == 405


@pytest.mark.parametrize("on", ["abc", "2020-13-01", "1900-01-01", "9999-12-31", "２０２０年２月３０日"])
def test_a_day_that_cannot_be_is_refused_beside_its_box_and_the_list_stays(visitor, on):
    response, soup = _page(visitor, on=on)
    assert response.status_code == 422
    assert soup.select_one("#d_on_error")
    assert soup.title.get_text().startswith("错误：")
    assert _titles(soup)


@pytest.mark.parametrize("name", [*FACETS, "sort", "page"])
def test_a_filter_nobody_knows_hides_nothing(visitor, name):
    response, soup = _page(visitor, **{name: "no-such-value"})
    assert response.status_code == 200
    assert f"共{len(rulebook().policies)}项政策" in soup.get_text()


@pytest.mark.parametrize(
    "strings", [OWN, pytest.param(naughty_strings(), marks=pytest.mark.slow)], ids=["own", "all"]
)
def test_every_naughty_string_in_every_parameter_gives_a_page(visitor, strings):
    for text in strings:
        for name in ("q", "on", "page", "clause", "sort"):
            response = visitor.get(URL, {name: text})
            assert response.status_code in {200, 422}, (name, text)
            assert b"<script>alert" not in response.content


def test_an_empty_result_says_why_and_offers_a_way_on(visitor):
    response, soup = _page(visitor, q="绝没有这样的政策")
    assert response.status_code == 200
    assert "没有找到" in soup.select_one("#catalogue-said").get_text()
    assert soup.select_one(".hq-empty a")["href"] == URL


@pytest.mark.parametrize(
    ("q", "title"),
    [
        ("稳岗返还", "失业保险稳岗返还（普惠）"),
        ("wgfh", "失业保险稳岗返还（普惠）"),
        ("wengangfanhuan", "失业保险稳岗返还（普惠）"),
        ("财金〔2020〕5号", "专项再贷款优惠利率和中央财政贴息"),
        ("财金[2020]5号", "专项再贷款优惠利率和中央财政贴息"),
        ("流动性暂时困难", "中小微企业贷款临时性延期还本付息"),
        ("社保 缓", "社会保险费缓缴"),
        ("ＷＧＦＨ", "失业保险稳岗返还（普惠）"),
    ],
)
def test_a_policy_is_found_by_words_numbers_conditions_and_pinyin(visitor, q, title):
    assert title in _titles(_page(visitor, q=q)[1])


def test_what_begins_with_the_word_comes_first(visitor):
    assert _titles(_page(visitor, q="社会保险费缓缴")[1])[0] == "社会保险费缓缴"


def test_each_filter_shows_just_as_many_as_its_count_promised():
    for facet in find(Filters(), ON).facets:
        for value in facet.values:
            rows = find(Filters(chosen={facet.name: (value.code,)}), ON).rows
            assert len(rows) == value.count, (facet.name, value.code)


def test_filters_of_one_kind_add_up_and_kinds_narrow_down():
    def ids(**chosen):
        return {row.policy.id for row in find(Filters(chosen=chosen), ON).rows}

    assert ids(nature=("cash", "saving")) == ids(nature=("cash",)) | ids(nature=("saving",))
    assert ids(nature=("cash",), role=("decide",)) == ids(nature=("cash",)) & ids(role=("decide",))


def test_no_policy_is_lost_between_the_pages(visitor):
    seen = []
    for page in range(1, 9):
        titles = _titles(_page(visitor, page=page)[1])
        if titles[0] in seen:
            break
        seen += titles
    assert sorted(seen) == sorted(policy.title for policy in rulebook().policies.values())


def test_a_chip_drops_only_its_own_filter(visitor):
    _, soup = _page(visitor, q="社保", nature="saving", on="2020-02-03")
    chips = {
        chip.get_text(strip=True).removeprefix("去掉条件："): chip["href"] for chip in soup.select(".hq-chip")
    }
    assert set(chips) == {"搜索：社保", "减免", "按2020-02-03"}
    assert chips["减免"] == "?q=%E7%A4%BE%E4%BF%9D&on=2020-02-03"


def test_on_an_earlier_day_only_what_was_known_then_is_in_force():
    early = {row.policy.id: row.state for row in rows_on(date(2020, 2, 3))}
    assert early["si-exempt-msme"] == "not_in_force"
    assert {row.policy.id: row.state for row in rows_on(ON)}["si-exempt-msme"] == "live"
    assert {row.policy.id: row.state for row in rows_on(date(2020, 12, 1))}[
        "toll-free-all-vehicles"
    ] == "ended"


@pytest.mark.parametrize("sort", ["newest", "ending", "title"])
def test_sorting_moves_policies_and_loses_none(sort):
    usual = [row.policy.id for row in find(Filters(), ON).rows]
    other = [row.policy.id for row in find(Filters(sort=sort), ON).rows]
    assert other != usual
    assert sorted(other) == sorted(usual)


def test_typing_a_search_leaves_the_page_as_a_reload_would(visitor, open_page):
    page = open_page(visitor, URL)
    page.one("#catalogue-q")["value"] = "社保"
    response = page.trigger("#catalogue form")
    assert b"<html" not in response.content
    assert "HX-Request" in response.headers["Vary"]
    assert "找到" in page.one("#hq-live").get_text()
    fresh = open_page(visitor, f"{URL}?q=社保")
    assert canonical(page.one("#catalogue")) == canonical(fresh.one("#catalogue"))


def test_the_table_opens_in_excel_and_follows_the_filters(visitor):
    response = visitor.get(reverse("policies:catalogue_export"), {"nature": "cash"})
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in response.headers["Content-Disposition"]
    rows = list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))
    assert {row["得到什么"] for row in rows} == {"现金"}
    assert len(rows) == len(find(Filters(chosen={"nature": ("cash",)}), ON).rows)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1"])
def test_a_cell_is_never_a_formula(text):
    assert safe_cell(text) == f"'{text}"


def test_a_plain_cell_stays_as_it_is():
    assert safe_cell("失业保险") == "失业保险"


def test_the_catalogue_asks_the_database_nothing(visitor, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        visitor.get(URL, {"q": "社保", "nature": "saving"})
