import io

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from huiqi.accounts.tests.make import make_user
from huiqi.core.errors import Refused, VersionConflict
from huiqi.surveys.commands.briefs import begin_brief, edit_brief, release_brief, renew_brief
from huiqi.surveys.models import BriefState
from huiqi.surveys.queries.results_brief import unsourced
from huiqi.surveys.tests.make import at, make_editor
from huiqi.surveys.tests.make_results import add_answers, make_brief, make_results, staff, sum_up

pytestmark = pytest.mark.django_db


def texts(brief):
    return [one["text"] for one in brief.sentences]


def act(client, brief, name, **data):
    survey = brief.snapshot.wave.survey
    return client.post(
        reverse("surveys:results_brief_act", args=[survey.public_id, brief.public_id, name]), data
    )


def test_who_drafted_or_changed_a_brief_does_not_release_it():
    brief = make_brief()
    with pytest.raises(Refused, match="不能核准"):
        release_brief(brief, actor=brief.made_by, at=at(), expected=brief.version)
    other, third = make_editor(), make_editor()
    brief = edit_brief(brief, "改", texts(brief), actor=other, at=at(), expected=brief.version)
    brief = edit_brief(brief, "再改", texts(brief), actor=third, at=at(), expected=brief.version)
    with pytest.raises(Refused, match="不能核准"):
        release_brief(brief, actor=other, at=at(), expected=brief.version)


def test_a_number_without_a_source_is_flagged_and_not_released(enter):
    brief = make_brief()
    changed = [texts(brief)[0].replace("75.0%", "80.0%"), *texts(brief)[1:]]
    brief = edit_brief(brief, brief.title, changed, actor=brief.made_by, at=at(), expected=brief.version)
    survey = brief.snapshot.wave.survey
    shown = enter("analyst").get(reverse("surveys:results_brief", args=[survey.public_id, brief.public_id]))
    assert "“80.0%”不在这一句的出处里" in BeautifulSoup(shown.content, "html.parser").get_text()
    with pytest.raises(Refused, match="80.0%"):
        release_brief(brief, actor=make_editor(), at=at(), expected=brief.version)


def test_a_sentence_edited_before_its_number_changed_is_flagged():
    brief = make_brief()
    reworded = [f"调查显示：{texts(brief)[0]}", *texts(brief)[1:]]
    brief = edit_brief(brief, brief.title, reworded, actor=brief.made_by, at=at(), expected=brief.version)
    add_answers(brief.snapshot.wave.survey, staff(40, lambda _at: {"staff": "3", "status": "closed"}))
    newer = sum_up(brief.snapshot.wave.survey)
    brief = renew_brief(brief, newer, actor=brief.made_by, at=at(), expected=brief.version)
    first = brief.sentences[0]
    assert first["is_stale"] and "75.0%" in first["text"] and "62.5%" in first["drafted"]
    with pytest.raises(Refused, match="第1句的数字已经变了"):
        release_brief(brief, actor=make_editor(), at=at(), expected=brief.version)


def test_an_untouched_sentence_follows_its_number():
    row = make_results()
    brief = begin_brief(row, actor=row.wave.survey.made_by, at=at())
    add_answers(row.wave.survey, staff(40, lambda _at: {"staff": "3", "status": "closed"}))
    newer = sum_up(row.wave.survey)
    brief = renew_brief(brief, newer, actor=brief.made_by, at=at(), expected=brief.version)
    assert "62.5%" in brief.sentences[0]["text"] and "75.0%" in brief.sentences[0]["before"]


def test_another_s_change_is_not_written_over():
    brief = make_brief()
    edit_brief(brief, "改", texts(brief), actor=make_editor(), at=at(), expected=brief.version)
    with pytest.raises(VersionConflict):
        edit_brief(brief, "也改", texts(brief), actor=brief.made_by, at=at(), expected=brief.version)


def test_a_released_brief_is_no_longer_changed_nor_marked_as_internal(enter):
    brief = make_brief()
    marked = Document(io.BytesIO(b"".join(act(enter("analyst"), brief, "docx").streaming_content)))
    assert marked.paragraphs[0].text == "内部参考"
    brief = release_brief(brief, actor=make_user(unit=brief.made_by.unit), at=at(), expected=brief.version)
    assert brief.state == BriefState.RELEASED
    released = Document(io.BytesIO(b"".join(act(enter("analyst"), brief, "docx").streaming_content)))
    assert "内部参考" not in "".join(paragraph.text for paragraph in released.paragraphs)
    with pytest.raises(Refused, match="已经核准"):
        edit_brief(brief, "改", texts(brief), actor=brief.made_by, at=at(), expected=brief.version)


def test_the_word_file_has_sentences_tables_pictures_method_and_queries(enter):
    brief = make_brief()
    response = act(enter("analyst"), brief, "docx")
    made = Document(io.BytesIO(b"".join(response.streaming_content)))
    words = "\n".join(paragraph.text for paragraph in made.paragraphs)
    assert "75.0%" in words and "三、方法与样本" in words and brief.snapshot.public_id in words
    assert [cell.text for cell in made.tables[0].rows[1].cells] == ["已复工", "75.0%", "—", "30"]
    assert len(made.inline_shapes) >= 1 and "号" not in made.paragraphs[0].text
    assert '"question": "status"' in made.tables[-1].rows[1].cells[1].text


def test_the_pdf_is_one(enter):
    content = b"".join(act(enter("analyst"), make_brief(), "pdf").streaming_content)
    assert content.startswith(b"%PDF-") and len(content) > 5_000


def test_an_unknown_act_is_not_found(enter):
    assert act(enter("analyst"), make_brief(), "publish").status_code == 404


def test_the_workbook_has_every_table_and_the_queries(enter):
    row = make_results()
    response = enter("analyst").post(reverse("surveys:results_tables", args=[row.wave.survey.public_id]))
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    lines = list(book["逐题"].iter_rows(min_row=3, values_only=True))
    assert lines[0][2:4] == ("已复工", 0.75) and lines[0][6:8] == (30, 40)
    queries = dict(list(book["数字出处"].iter_rows(min_row=3, values_only=True)))
    assert '"question": "status"' in queries[lines[0][-1]]


@pytest.mark.pure
@pytest.mark.parametrize(
    ("text", "foreign"),
    [("占66.3%（n=924）", []), ("占66.4%", ["66.4%"]), ("约300家", ["300家"]), ("2020年2月", [])],
)
def test_shares_and_counts_must_come_from_the_query(text, foreign):
    assert unsourced(text, "66.3%的企业（n=924）") == foreign
