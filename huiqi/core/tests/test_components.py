"""The parts every page is made of: wired for screen readers, safe with hostile text, readable in colour."""

import json
import re
from collections import Counter
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import translation

from huiqi.core.fields import (
    AheadSelect,
    CountField,
    CreditCodeInput,
    DateField,
    MoneyField,
    UnitInput,
    with_blank,
)
from huiqi.core.templatetags import hq

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7|add:7 }}'"
ROOT = Path(settings.ROOT)


class FirmForm(forms.Form):
    name = forms.CharField(label="企业名称", help_text="与营业执照一致")
    code = forms.CharField(label="统一社会信用代码", widget=CreditCodeInput(), required=False)
    employees = CountField("人", label="职工人数", high=3_000_000)
    revenue = MoneyField(label="营业收入", last=128_000_000)
    founded = DateField(label="成立日期", required=False, last=date(2020, 3, 1))
    county = forms.ChoiceField(
        label="区县",
        choices=with_blank([("430181", "浏阳市")], "请选择"),
        widget=AheadSelect({"430181": "lys"}),
    )
    exporter = forms.ChoiceField(label="进出口", choices=[("y", "是"), ("n", "否")], widget=forms.RadioSelect)
    promise = forms.BooleanField(label="我承诺属实")


def draw(source: str, **context: object) -> BeautifulSoup:
    return BeautifulSoup(Template("{% load hq %}" + source).render(Context(context)), "html.parser")


def checked(values: dict[str, str]) -> FirmForm:
    form = FirmForm(values)
    form.is_valid()
    return form


# --- fields ---------------------------------------------------------------------------------------
def test_a_field_at_fault_says_so_beside_the_control_and_to_screen_readers() -> None:
    page = draw("{% field form.name %}", form=checked({}))
    control = page.find("input")
    assert control["aria-invalid"] == "true"
    assert control["aria-describedby"] == "id_name_helptext id_name_error"
    assert "错误：" in page.find(id="id_name_error").text
    assert page.find("label")["for"] == control["id"]


def test_a_sound_field_carries_no_error_and_points_at_its_hint_only() -> None:
    control = draw("{% field form.name %}", form=FirmForm()).find("input")
    assert not control.has_attr("aria-invalid")
    assert control["aria-describedby"] == "id_name_helptext"


def test_what_a_person_typed_cannot_become_markup() -> None:
    form = checked(
        {"name": HOSTILE, "code": HOSTILE, "employees": HOSTILE, "revenue": HOSTILE, "county": HOSTILE}
    )
    page = draw("{% error_summary form %}{% for bound in form %}{% field bound %}{% endfor %}", form=form)
    assert page.find("script") is None
    assert page.find("img") is None
    assert page.find(id="id_name")["value"] == HOSTILE
    assert "14" not in page.find(id="id_employees_error").text


def test_only_optional_fields_are_marked() -> None:
    form = FirmForm()
    assert "（选填）" in draw("{% field form.founded %}", form=form).find("label").text
    assert "（选填）" not in draw("{% field form.name %}", form=form).text
    assert "（选填）" not in draw("{% field form.founded mark_optional=False %}", form=form).text


def test_the_reason_for_asking_is_read_out_with_the_control() -> None:
    page = draw('{% field form.name why="只用于联系你" %}', form=FirmForm())
    assert page.find("input")["aria-describedby"].split()[0] == "id_name_why"
    assert page.find(id="id_name_why").text.strip() == "只用于联系你"


def test_choices_are_a_named_group_whose_labels_hold_their_buttons() -> None:
    page = draw("{% field form.exporter %}", form=FirmForm({"exporter": "n"}))
    assert page.find("fieldset").find("legend").text.strip() == "进出口"
    buttons = page.find_all("input", type="radio")
    assert [button.has_attr("checked") for button in buttons] == [False, True]
    assert [button.find_parent("label")["for"] for button in buttons] == ["id_exporter_0", "id_exporter_1"]


def test_a_question_page_gets_its_only_heading_from_the_field() -> None:
    page = draw("{% field form.exporter big=True %}", form=FirmForm())
    assert page.find("legend").find("h1").text == "进出口"


def test_an_amount_posts_its_unit_and_keeps_what_was_typed() -> None:
    page = draw("{% field form.revenue %}", form=checked({"revenue": "约一百万", "revenue_unit": "yuan"}))
    assert page.find("input")["name"] == "revenue"
    assert page.find("input")["value"] == "约一百万"
    assert page.find("select")["name"] == "revenue_unit"
    assert page.find("option", selected=True)["value"] == "yuan"
    assert "营业收入" in page.find("select")["aria-label"]


@pytest.mark.parametrize(
    ("fen", "amount", "unit"),
    [
        (128_000_000, "128", "wan"),
        (1_280_050, "12800.5", "yuan"),
        (12_850_000, "12.85", "wan"),
        (0, "0", "wan"),
    ],
)
def test_a_stored_amount_is_shown_in_the_unit_that_reads_best(fen: int, amount: str, unit: str) -> None:
    page = draw("{% field form.revenue %}", form=FirmForm(initial={"revenue": fen}))
    assert (page.find("input")["value"], page.find("option", selected=True)["value"]) == (amount, unit)


def test_the_unit_stands_after_the_box_and_pinyin_initials_stay_with_the_option() -> None:
    page = draw("{% field form.employees %}{% field form.county %}", form=FirmForm())
    assert page.find(class_="hq-suffix").text == "人"
    assert page.find("option", value="430181")["data-py"] == "lys"


@pytest.mark.parametrize("text", ["三十五人", "3.5", "1e3", "35人以上", "٣٥x", "-", "9" * 40])
def test_a_count_that_is_no_whole_number_is_refused_with_what_was_typed(text: str) -> None:
    with pytest.raises(ValidationError, match="应为整数"):
        CountField("人").clean(text)


def test_a_count_out_of_bounds_names_the_bound() -> None:
    with pytest.raises(ValidationError, match="不能少于0人"):
        CountField("人").clean("-3")
    with pytest.raises(ValidationError, match="不应超过3,000,000人"):
        CountField("人", high=3_000_000).clean("3000001")


@pytest.mark.parametrize("text", ["35", " 35 人 ", "３５", "35.0", "0035"])
def test_a_count_is_understood_as_people_write_it(text: str) -> None:
    assert CountField("人").clean(text) == 35


def test_an_amount_below_or_beyond_its_bounds_is_refused() -> None:
    with pytest.raises(ValidationError, match="不能是负数"):
        MoneyField().clean(["-1", "wan"])
    with pytest.raises(ValidationError, match="不应超过1万元"):
        MoneyField(high=1_000_000).clean(["2", "wan"])
    with pytest.raises(ValidationError):
        MoneyField().clean(["", "wan"])


def test_an_amount_counts_in_the_chosen_unit_unless_it_names_its_own() -> None:
    assert MoneyField().clean(["128", "wan"]) == 128_000_000
    assert MoneyField().clean(["128", "yuan"]) == 12_800
    assert MoneyField().clean(["128万元", "yuan"]) == 128_000_000
    assert MoneyField(required=False).clean([" ", "wan"]) is None
    assert MoneyField().clean(["128", "bogus"]) == 128_000_000


def test_a_date_is_refused_with_a_remedy_and_read_in_any_usual_writing() -> None:
    with pytest.raises(ValidationError, match="不存在"):
        DateField().clean("2020年2月30日")
    with pytest.raises(ValidationError, match="不应晚于2020年3月1日"):
        DateField(last=date(2020, 3, 1)).clean("2020-3-2")
    assert DateField().clean("2020年2月9日") == date(2020, 2, 9)
    assert DateField(required=False).clean("") is None


# --- error summary --------------------------------------------------------------------------------
def test_every_line_of_the_error_summary_leads_to_a_control_that_exists() -> None:
    form = checked({"employees": "x", "revenue": "x"})
    page = draw("{% error_summary form %}{% for bound in form %}{% field bound %}{% endfor %}", form=form)
    targets = [link["href"][1:] for link in page.find(class_="hq-errors").find_all("a")]
    assert len(targets) == 6
    assert all(page.find(["input", "select"], id=target) for target in targets)


def test_a_missing_answer_is_asked_for_by_name() -> None:
    form = checked({})
    assert "请填写“职工人数”。" in draw("{% field form.employees %}", form=form).text
    assert "请选择“区县”。" in draw("{% field form.county %}", form=form).text
    lines = [item.text for item in draw("{% error_summary form %}", form=form).find_all("li")]
    assert "请勾选“我承诺属实”后再继续。" in lines
    assert not [line for line in lines if "字段" in line]


def test_without_errors_there_is_no_summary_and_no_prefix_in_the_title() -> None:
    assert draw("{% error_summary form %}{% error_prefix form %}", form=FirmForm()).text.strip() == ""
    assert "错误：" in draw("{% error_prefix form %}", form=checked({})).text


# --- words, parts, numbers ------------------------------------------------------------------------
def test_the_status_vocabulary_has_at_most_nine_words_each_with_an_icon() -> None:
    words = list(hq.STATUS_WORDS.values())
    assert len(words) <= 9
    assert len({str(word.text) for word in words}) == len(words)
    assert {
        word.icon for word in [*words, *hq.NATURE_WORDS.values(), *hq.RESULT_WORDS.values()]
    } <= sprite_names()


def test_no_tag_relies_on_colour_alone() -> None:
    for status in hq.STATUS_WORDS:
        tag = draw("{% status_tag status %}", status=status).find(class_="hq-tag")
        assert tag.find("svg") is not None
        assert tag.text.strip()


def test_an_own_figure_never_reads_as_settled() -> None:
    own = draw("{% assurance 'claimed' '税务机关' %}").text
    assert "初步符合" in own
    assert "以税务机关认定为准" in own
    negative = draw("{% assurance 'listed' '税务机关' 'ineligible' %}").text
    assert "可以直接享受" not in negative


def test_paging_keeps_the_filters_and_leaves_no_page_one_in_the_address() -> None:
    request = RequestFactory().get("/", {"q": "稳岗&x", "clause": ["三", "四"], "page": "2"})
    page = draw("{% pagination page %}", request=request, page=Paginator(range(95), 20).get_page(2))
    assert page.find("a", rel="prev")["href"] == "?q=%E7%A8%B3%E5%B2%97%26x&clause=%E4%B8%89&clause=%E5%9B%9B"
    assert page.find("a", rel="next")["href"].endswith("&page=3")
    assert page.find(attrs={"aria-current": "page"}).text == "2"
    assert "共95项，本页第21至40项" in page.text


def test_a_single_page_shows_only_the_count() -> None:
    page = draw(
        "{% pagination page '条' %}", request=RequestFactory().get("/"), page=Paginator([1], 20).get_page(1)
    )
    assert page.find("a") is None
    assert "共1条" in page.text


def test_progress_names_question_and_minutes_in_words() -> None:
    page = draw("{% progress 3 7 2 %}")
    assert page.find("span").text == "第3题/共7题 · 约2分钟"
    assert len(page.find_all("li")) == 7


def test_facts_and_timeline_escape_what_they_show() -> None:
    items = [
        {"title": HOSTILE, "when": date(2020, 2, 9), "text": HOSTILE, "status": "live", "is_current": True}
    ]
    page = draw("{% facts rows %}{% timeline items %}", rows=[(HOSTILE, HOSTILE, "/x")], items=items)
    assert page.find("script") is None
    assert page.find("time").text == "2020年2月9日"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ fen|yuan }}", "1,280,000元"),
        ("{{ fen|wan }}", "128万元"),
        ("{{ nothing|yuan }}{{ nothing|wan }}{{ nothing|date_zh }}{{ nothing|percent }}", "————"),
        ("{{ ratio|percent }}", "5.5%"),
        ("{{ '11/200'|percent }}", "5.5%"),
        ("{{ '0.0005'|percent }}", "0.1%"),
        ("{{ '-0.061'|percent }}", "-6.1%"),
        ("{{ 1|percent }}", "100.0%"),
    ],
)
def test_numbers_are_shown_as_chinese_papers_write_them(source: str, text: str) -> None:
    assert draw(source, fen=128_000_000, nothing=None, ratio=Fraction(55, 1000)).text == text


def test_an_instant_is_shown_with_the_day_of_the_sites_zone() -> None:
    night = datetime(2020, 2, 29, 16, 55, tzinfo=UTC)  # 1 March, 00:55 in Shanghai
    assert draw("{{ at|date_zh }}", at=night).text == "2020年3月1日"


def test_english_pages_have_english_dates_and_no_wan() -> None:
    with translation.override("en"):
        assert draw("{{ day|date_zh }}", day=date(2020, 2, 9)).text == "9 February 2020"
        assert draw("{{ fen|wan }}", fen=128_000_000).text == "CNY 1,280,000"


# --- whole pages ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "address", ["/gallery/", "/gallery/?staff=1", "/", "/nowhere/", "/accounts/sign-in/"]
)
def test_a_page_has_one_heading_unique_ids_and_nothing_inline(client: Client, address: str) -> None:
    page = BeautifulSoup(client.get(address).content, "html.parser")
    assert len(page.find_all("h1")) == 1
    assert [
        name for name, count in Counter(tag["id"] for tag in page.find_all(id=True)).items() if count > 1
    ] == []
    # JSON in a script element is data that no browser runs; passkeys are told their elements by it.
    scripts = [script for script in page.find_all("script") if script.get("type") != "application/json"]
    assert [script for script in scripts if not script.get("src")] == []
    assert page.find(style=True) is None
    assert page.find("style") is None
    assert page.find(lambda tag: any(name.startswith("on") for name in tag.attrs)) is None
    assert page.html["lang"] == "zh-CN"
    assert page.find("a", class_="hq-skip")["href"] == f"#{page.find('main')['id']}"


def test_htmx_may_not_evaluate_text_and_swaps_what_was_refused(client: Client) -> None:
    page = BeautifulSoup(client.get("/gallery/").content, "html.parser")
    options = json.loads(page.find("meta", attrs={"name": "htmx-config"})["content"])
    assert options["allowEval"] is False
    assert options["includeIndicatorStyles"] is False
    rule = next(rule for rule in options["responseHandling"] if re.search(rule["code"], "422"))
    assert rule["swap"] is True


def test_the_larger_type_is_remembered_and_goes_back_where_it_came_from(client: Client) -> None:
    answer = client.post("/large-type/", {"next": "/gallery/"})
    assert answer["Location"] == "/gallery/"
    page = BeautifulSoup(client.get("/gallery/").content, "html.parser")
    assert "hq-large" in page.html["class"]
    assert "hq-large" in page.body["class"]


# --- assets ---------------------------------------------------------------------------------------
def sprite_names() -> set[str]:
    lines = (ROOT / "assets" / "icons.txt").read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def test_every_icon_a_template_asks_for_is_in_the_sprite() -> None:
    asked = {
        (path.name, name)
        for path in (ROOT / "huiqi").rglob("templates/**/*.html")
        for name in re.findall(r"""{% icon ["']([^"']+)["']""", path.read_text(encoding="utf-8"))
    }
    assert asked
    assert {pair for pair in asked if pair[1] not in sprite_names()} == set()


def tokens() -> dict[str, str]:
    text = (ROOT / "assets" / "scss" / "_tokens.scss").read_text(encoding="utf-8")
    return dict(re.findall(r"--hq-([a-z-]+): (#[0-9a-f]{6});", text))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", ["paper", "sheet", "well"])
@pytest.mark.parametrize(
    "ink", ["ink", "ink-soft", "accent", "accent-deep", "danger", "seal", "ok", "near", "wait"]
)
def test_text_is_readable_on_every_ground(ink: str, ground: str) -> None:
    assert contrast(tokens()[ink], tokens()[ground]) >= 4.5


@pytest.mark.parametrize("tone", ["ok", "near", "wait", "no", "later", "danger", "accent"])
def test_a_tag_is_readable_on_its_own_wash(tone: str) -> None:
    assert contrast(tokens()[tone], tokens()[f"{tone}-wash"]) >= 4.5
    assert contrast(tokens()["ink"], tokens()[f"{tone}-wash"]) >= 4.5


@pytest.mark.parametrize("ground", ["paper", "sheet", "well"])
def test_borders_of_controls_and_the_focus_ring_stand_out(ground: str) -> None:
    assert contrast(tokens()["edge"], tokens()[ground]) >= 3
    assert contrast(tokens()["focus"], tokens()[ground]) >= 3


def test_the_unit_widget_keeps_its_unit() -> None:
    assert UnitInput("%", decimal=True).attrs["inputmode"] == "decimal"
