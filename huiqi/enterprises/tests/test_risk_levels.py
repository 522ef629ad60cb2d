"""县域风险等级: who may record one, what a table must say, and which level counts on a day."""

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from huiqi.enterprises.tests.make import AT
from huiqi.reference.commands import record_risk_levels
from huiqi.reference.models import RiskLevel
from huiqi.reference.queries import risk_level
from huiqi.reference.risk_levels import NewLevel

pytestmark = pytest.mark.django_db
DOCUMENT = "浏指通〔2020〕7号"
HEAD = ["县（市、区）", "风险等级", "起", "止", "依据文号", "公布日期"]
TYPED = {"county": "430181", "level": "low", "valid_from": "2020-02-17", "document": DOCUMENT}
TYPED["known_on"] = "2020-02-17"


def level(name: str, first: int, last: int | None = None, known: int = 0, county: str = "430181") -> NewLevel:
    ends = date(2020, 2, last) if last else None
    return NewLevel(county, name, date(2020, 2, first), ends, DOCUMENT, date(2020, 2, known or first))


def table(*rows: list[str], head: list[str] = HEAD) -> SimpleUploadedFile:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (head, *rows):
        book.active.append(row)
    book.save(out)
    return SimpleUploadedFile("等级.xlsx", out.getvalue())


def upload(client, *rows, **more):
    return client.post(reverse("enterprises:risk_import"), {"file": table(*rows, **more)})


# --- refusals -----------------------------------------------------------------------------------------


def test_an_office_records_no_level_of_a_county_that_is_not_its_own(enter):
    for part in ("county", "other_city"):
        answer = enter(part).post(reverse("enterprises:risk_add"), {**TYPED, "county": "430121"})
        assert answer.status_code == 422
    answer = upload(enter("county"), ["长沙县", "低风险", "2020-02-17", "", DOCUMENT, ""])
    assert answer.status_code == 422
    assert "不归本单位" in answer.content.decode()
    assert not RiskLevel.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"document": ""}, "没有依据的等级不登记"),
        ({"valid_to": "2020-02-10"}, "早于开始日期"),
        ({"known_on": "2031-01-01"}, "公布后再登记"),
        ({"valid_from": "二月"}, "日期"),
    ],
)
def test_what_is_wrong_is_said_and_the_text_stays(enter, typed, said):
    answer = enter("county").post(reverse("enterprises:risk_add"), {**TYPED, **typed})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not RiskLevel.objects.exists()


@pytest.mark.parametrize(
    ("row", "place", "said"),
    [
        (["火星市", "低风险", "2020-02-17", "", DOCUMENT, ""], "A3", "本省没有"),
        (["浏阳市", "绿色", "2020-02-17", "", DOCUMENT, ""], "B3", "低风险、中风险"),
        (["浏阳市", "低风险", "", "", DOCUMENT, ""], "C3", "没有填"),
        (["浏阳市", "低风险", "2020-02-17", "2020-02-16", DOCUMENT, ""], "D3", "早于开始日期"),
        (["浏阳市", "低风险", "2020-02-17", "", "", ""], "E3", "没有填"),
        (["浏阳市", "低风险", "2020-02-17", "", DOCUMENT, "2031-01-01"], "F3", "在今天之后"),
    ],
)
def test_a_faulty_line_is_told_with_its_place_and_nothing_goes_in(enter, row, place, said):
    answer = upload(enter("county"), ["430181", "高风险", "2020-02-10", "", DOCUMENT, ""], row)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert f"第{place[1]}行{place[0]}列" in shown
    assert said in shown
    assert not RiskLevel.objects.exists()


def test_a_table_without_its_columns_or_lines_is_refused(enter):
    county = enter("county")
    assert (
        "少了这些列：依据文号"
        in upload(county, ["浏阳市", "低风险", "2020-02-17"], head=HEAD[:3]).content.decode()
    )
    assert upload(county).status_code == 422


def test_the_command_takes_no_county_that_was_not_there():
    with pytest.raises(Refused, match="还没有设立"):
        record_risk_levels([level("low", 17, county="430100")], actor=None, at=AT)


def test_a_date_nobody_understands_is_told(enter):
    answer = enter("county").get(reverse("enterprises:risk_levels"), {"on": "上周"})
    assert answer.status_code == 422
    assert "没有看懂这个日期" in answer.content.decode()


# --- what counts --------------------------------------------------------------------------------------


def test_a_later_decision_counts_instead_and_the_earlier_one_stays():
    record_risk_levels([level("high", 5), level("medium", 17), level("low", 17, known=20)], actor=None, at=AT)
    on = date(2020, 2, 18)
    assert risk_level("430181", date(2020, 2, 4)) is None
    assert risk_level("430181", date(2020, 2, 16)).level == "high"
    # A case of that day is judged by what was known then.
    assert risk_level("430181", on).level == "medium"
    assert risk_level("430181", on, known_on=date(2020, 2, 20)).level == "low"
    assert RiskLevel.objects.count() == 3


def test_a_level_ends_on_its_last_day_and_may_be_ended_for_good():
    record_risk_levels([level("high", 5, last=9), level("none", 20)], actor=None, at=AT)
    assert risk_level("430181", date(2020, 2, 9)).level == "high"
    assert risk_level("430181", date(2020, 2, 10)) is None
    assert risk_level("430181", date(2020, 2, 21)) is None


def test_a_county_records_its_level_once_with_a_trace(enter):
    county = enter("county")
    for _twice in range(2):
        assert county.post(reverse("enterprises:risk_add"), TYPED).status_code == 302
    assert RiskLevel.objects.get().document == DOCUMENT
    assert AuditRecord.objects.filter(act="risk_levels.recorded").count() == 2
    shown = county.get(reverse("enterprises:risk_history", args=["430181"])).content.decode()
    assert DOCUMENT in shown


def test_a_table_goes_in_whole_and_again_changes_nothing(enter):
    rows = [["浏阳市", "低", "2020-02-17", "", DOCUMENT, "2020-02-17"]]
    rows.append(["430121", "中风险", "2020/2/10", "2020-02-16", DOCUMENT, "2020-02-10"])
    city = enter("city")
    for _twice in range(2):
        assert upload(city, *rows).status_code == 302
    assert RiskLevel.objects.count() == 2


def test_the_page_shows_the_level_of_the_day_asked_for(enter, assert_queries):
    record_risk_levels([level("high", 5), level("low", 17)], actor=None, at=AT)
    leader, url = enter("leader"), reverse("enterprises:risk_levels")
    leader.get(url)
    with assert_queries(9):
        assert "高风险 1" in leader.get(url, {"on": "2020-02-06"}).content.decode()
    more = [level("low", 6, county=county) for county in ("430121", "430182", "430302")]
    record_risk_levels(more, actor=None, at=AT)
    with assert_queries(9):
        assert "低风险 3" in leader.get(url, {"on": "2020-02-06"}).content.decode()
    shown = leader.get(url, {"on": "2020-02-18", "level": "low"}).content.decode()
    assert "低风险 4" in shown
    assert "浏阳市" in shown
    assert "天心区" not in shown
