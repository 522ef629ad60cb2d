"""Pages of the account: who sees what, ranking before and after its release, the files of the review."""

import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office
from huiqi.cases.commands.closing import rate_case
from huiqi.cases.commands.figures import pack_figures
from huiqi.cases.commands.ranking import release_ranking, withdraw_ranking
from huiqi.cases.documents.official import LINE, Paper, write_docx
from huiqi.cases.models import Case, RankingRelease
from huiqi.cases.tests.make import at, load_shipped, make_case, make_officer
from huiqi.cases.workflow import State, Word
from huiqi.core.errors import Refused

pytestmark = pytest.mark.django_db
FEBRUARY = date(2020, 2, 1)
COUNTIES = ("430181", "430121", "430182", "430102", "430103", "430104")


@pytest.fixture(autouse=True)
def in_march(settings):
    settings.REFERENCE_DATE = date(2020, 3, 16)


def enter(client, office="liuyang", role=Role.OFFICER):
    """Signs somebody of an office in."""
    person = make_officer(office, role)
    client.force_login(person)
    return person


def february_case(word=Word.SOLVED):
    case = make_case(state=State.CALLING_BACK, when=at("2020-02-10"))
    return rate_case(case, word=word, rating=5, actor=None, at=at("2020-02-12"))


def test_a_handler_of_an_authority_sees_no_figures(client):
    enter(client, "tax", Role.AUTHORITY_OFFICER)
    assert client.get(reverse("cases:figures")).status_code == 404
    assert client.get(reverse("cases:review")).status_code == 404
    assert client.get(reverse("cases:ranking")).status_code == 200


def test_an_unknown_number_is_nothing(client):
    enter(client)
    assert client.get(reverse("cases:figure", args=["total-score"])).status_code == 404


def test_an_officer_of_another_county_sees_none_of_our_cases(client):
    february_case()
    enter(client, "longshan")
    page = client.get(reverse("cases:figure", args=["solved"]), {"from": "2020-02", "to": "2020-02"})
    assert page.context["tally"].rows == 0
    assert not page.context["page"].object_list


def test_the_page_says_numerator_denominator_and_lists_the_cases(client):
    case = february_case()
    enter(client)
    page = client.get(reverse("cases:figure", args=["solved"]), {"from": "2020-02", "to": "2020-02"})
    assert [row.case for row in page.context["page"].object_list] == [case]
    assert "100.0%" in page.content.decode()
    assert "回访联系不上" in page.content.decode()


@pytest.mark.parametrize("by", ["topic", "county", "channel", "month", "unit"])
def test_the_board_is_drawn_by_every_table(client, by):
    february_case()
    enter(client, "liuyang", Role.LEADER)
    page = client.get(reverse("cases:figures"), {"from": "2020-02", "to": "2020-02", "by": by})
    assert page.status_code == 200
    assert len(page.context["table"]["rows"]) == 1


def test_units_do_not_stand_side_by_side_for_officers_on_the_board(client):
    february_case()
    enter(client)
    page = client.get(reverse("cases:figures"), {"from": "2020-02", "by": "unit"})
    assert page.context["table"] == {"is_hidden": True}


def test_before_the_release_a_unit_sees_itself_alone(client):
    february_case()
    other = make_case(state=State.CALLING_BACK, when=at("2020-02-10"), lead=make_office("liuyang"))
    rate_case(other, word=Word.SOLVED, actor=None, at=at("2020-02-12"))
    enter(client, "changsha")
    assert client.get(reverse("cases:ranking"), {"month": "2020-02"}).context["rows"] == []
    leader = make_officer("changsha", Role.LEADER)
    release_ranking(FEBRUARY, office=leader.unit, actor=leader, at=at())
    rows = client.get(reverse("cases:ranking"), {"month": "2020-02"}).context["rows"]
    assert [row.name for row in rows] == ["浏阳市工信局"]
    assert rows[0].place is None


def test_a_release_of_one_city_shows_nothing_to_another(client):
    february_case()
    leader = make_officer("changsha", Role.LEADER)
    release_ranking(FEBRUARY, office=leader.unit, actor=leader, at=at())
    enter(client, "xiangtan")
    page = client.get(reverse("cases:ranking"), {"month": "2020-02"})
    assert (page.context["release"], page.context["rows"]) == (None, [])


def test_an_officer_cannot_release_and_a_month_that_runs_cannot_be_released(client):
    enter(client)
    assert client.post(reverse("cases:ranking_release"), {"month": "2020-02"}).status_code == 404
    leader = make_officer("changsha", Role.LEADER)
    with pytest.raises(Refused) as refused:
        release_ranking(date(2020, 3, 1), office=leader.unit, actor=leader, at=at())
    assert refused.value.code == "cases.month_not_over"


def test_a_leader_releases_once_and_takes_back(client):
    leader = enter(client, "changsha", Role.LEADER)
    for _turn in range(2):
        client.post(reverse("cases:ranking_release"), {"month": "2020-02"})
    assert RankingRelease.objects.count() == 1
    client.post(reverse("cases:ranking_release"), {"month": "2020-02", "act": "withdraw"})
    assert RankingRelease.objects.get().withdrawn_by == leader


def test_the_shortage_board_is_drawn_when_nothing_is_short(client):
    enter(client)
    assert client.get(reverse("cases:shortages")).status_code == 200


def test_the_review_as_word_file_has_the_layout_of_official_documents_and_no_number(client):
    february_case()
    enter(client)
    page = client.post(reverse("cases:review"), {"month": "2020-02", "kind": "docx"})
    document = Document(io.BytesIO(b"".join(page.streaming_content)))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "2020年2月诉求办理情况点评" in text
    assert "〔" not in text
    assert "解决率100.0%" in text


def test_the_review_as_table_hides_small_cells(client):
    february_case()
    enter(client)
    page = client.post(reverse("cases:review"), {"month": "2020-02", "kind": "xlsx"})
    assert b"".join(page.streaming_content)
    assert client.post(reverse("cases:review"), {"month": "2020-02", "kind": "exe"}).status_code == 404
    shown = client.get(reverse("cases:review"), {"month": "2020-02"})
    assert shown.context["found"].topics[0].cells[0] is None


def test_the_layout_is_that_of_gb_t_9704():
    paper = Paper(
        "关于商请协调的函", ("正文一段。",), "浏阳市工信局", "2020年3月2日", to="省税务局", number="待OA编号"
    )
    document = Document(io.BytesIO(write_docx(paper)))
    section = document.sections[0]
    assert abs(section.page_width - Mm(210)) < Mm(1)
    assert abs(section.page_height - Mm(297)) < Mm(1)
    assert abs(section.top_margin - Mm(37)) < Mm(1)
    assert abs(section.left_margin - Mm(28)) < Mm(1)
    width = section.page_width - section.left_margin - section.right_margin
    height = section.page_height - section.top_margin - section.bottom_margin
    assert abs(width - Mm(156)) < Mm(1)
    assert abs(height - Mm(225)) < Mm(1)
    grid = section._sectPr.find(qn("w:docGrid"))
    assert abs(int(grid.get(qn("w:linePitch"))) / 20 * 22 - height / Pt(1)) < 5
    assert 22 * LINE <= height + Pt(2)
    runs = {run.text: run for paragraph in document.paragraphs for run in paragraph.runs}
    assert runs["关于商请协调的函"].font.size == Pt(22)
    assert runs["正文一段。"].font.size == Pt(16)
    assert runs["正文一段。"]._element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert runs["省税务局："].text.endswith("：")
    number = section.footer.paragraphs[0]
    assert "PAGE" in number._element.xml
    assert all(run.font.size == Pt(14) for run in number.runs)


# --- what was released stays --------------------------------------------------------------------------


def test_a_released_ranking_says_who_and_when_and_does_not_move(client):
    for _turn in range(5):
        case = february_case()
    leader = make_officer("changsha", Role.LEADER)
    release_ranking(FEBRUARY, office=leader.unit, actor=leader, at=at("2020-03-16"))
    Case.objects.filter(pk=case.pk).update(word=Word.NOT_SOLVED, ending="unsolvable")
    enter(client)
    page = client.get(reverse("cases:ranking"), {"month": "2020-02"})
    row = page.context["rows"][0]
    assert (row.place, row.tallies[0].counted, row.tallies[0].of) == (1, 5, 5)
    said = page.content.decode()
    assert "2020年3月16日发布" in said
    assert leader.name in said
    assert "2020-03-16" not in said
    live = client.get(reverse("cases:figure", args=["solved"]), {"from": "2020-02", "to": "2020-02"})
    assert live.context["tally"].counted == 4


def test_after_it_is_taken_back_and_released_again_it_says_the_new_figures(client):
    leader = enter(client, "changsha", Role.LEADER)
    first = release_ranking(FEBRUARY, office=leader.unit, actor=leader, at=at("2020-03-16"))
    withdraw_ranking(first, actor=leader, at=at("2020-03-16"))
    february_case()
    release_ranking(FEBRUARY, office=leader.unit, actor=leader, at=at("2020-03-17"))
    assert len(client.get(reverse("cases:ranking"), {"month": "2020-02"}).context["rows"]) == 1


# --- the three rates are an office's choice ------------------------------------------------------------


@pytest.fixture
def without_three(settings):
    settings.HUIQI_THREE_RATES = False


@pytest.mark.usefixtures("without_three")
def test_without_the_three_rates_no_page_has_them(client):
    february_case()
    enter(client, "liuyang", Role.LEADER)
    for name in ("figures", "ranking", "review"):
        said = client.get(reverse(f"cases:{name}"), {"from": "2020-02", "month": "2020-02"}).content.decode()
        assert "按期办结率" in said, name
        for rate in ("响应率", "解决率", "满意率"):
            assert rate not in said, name
    assert client.get(reverse("cases:figure", args=["solved"])).status_code == 404
    assert client.get(reverse("cases:figure", args=["on_time"])).status_code == 200


@pytest.mark.usefixtures("without_three")
def test_without_the_three_rates_no_file_and_no_release_has_them(client):
    february_case()
    leader = enter(client, "liuyang", Role.LEADER)
    page = client.post(reverse("cases:review"), {"month": "2020-02", "kind": "docx"})
    document = Document(io.BytesIO(b"".join(page.streaming_content)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = "\n".join([*cells, *(paragraph.text for paragraph in document.paragraphs)])
    assert "按期办结率" in text
    assert "解决率" not in text
    release = release_ranking(FEBRUARY, office=leader.unit, actor=leader, at=at("2020-03-16"))
    assert release.figures["numbers"] == ["on_time", "signed", "bounced"]


def test_a_release_from_before_the_rates_were_left_out_shows_the_rest(client, settings):
    february_case()
    leader = enter(client, "changsha", Role.LEADER)
    release_ranking(FEBRUARY, office=leader.unit, actor=leader, at=at("2020-03-16"))
    settings.HUIQI_THREE_RATES = False
    page = client.get(reverse("cases:ranking"), {"month": "2020-02"})
    assert [tally.number.id for tally in page.context["rows"][0].tallies] == ["on_time", "signed", "bounced"]


# --- queries -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args", "query"),
    [
        ("figures", [], {"from": "2020-02", "by": "unit"}),
        ("figures", [], {"from": "2019-03", "to": "2020-03", "by": "topic"}),
        ("figures", [], {"from": "2020-02", "by": "county"}),
        ("figure", ["solved"], {"from": "2020-02", "to": "2020-02"}),
        ("figure", ["on_time"], {"from": "2020-02", "to": "2020-02", "part": "rest"}),
        ("ranking", [], {"month": "2020-02"}),
        ("review", [], {"month": "2020-02"}),
        ("shortages", [], {"kind": "protective", "county": "430181"}),
    ],
)
@pytest.mark.parametrize("is_packed", [True, False])
def test_the_queries_of_a_page_do_not_grow_with_the_cases(client, name, args, query, is_packed):
    load_shipped()
    enter(client, "changsha", Role.LEADER)
    address = reverse(f"cases:{name}", args=args)

    made: list[Case] = []

    def asked(cases: int) -> int:
        for number in range(cases):
            place = COUNTIES[len(made) % len(COUNTIES)]
            made.append(
                make_case(item="shortage", topic="protective", when=at("2020-02-11"), prefecture=place)
            )
            topic = ["work", "tax"][number % 2]
            case = make_case(state=State.CALLING_BACK, when=at("2020-02-10"), topic=topic)
            rate_case(case, word=Word.SOLVED, rating=5, actor=None, at=at("2020-02-12"))
        if is_packed:
            pack_figures()
        client.get(address, query)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address, query).status_code == 200
        return len(queries)

    few = asked(2)
    assert asked(4) == few
    assert few <= 30
