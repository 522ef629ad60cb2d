import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from huiqi.surveys.commands.results import ask_snapshot, refresh_due
from huiqi.surveys.models import ResultSnapshot
from huiqi.surveys.queries.results_wave import opened
from huiqi.surveys.tests.make import at, make_survey
from huiqi.surveys.tests.make_results import add_answers, make_results, staff, sum_up, wave_of, weigh

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def page(client, row, name="results", *args, query=""):
    address = reverse(f"surveys:{name}", args=[row.wave.survey.public_id, *args])
    return client.get(address + query)


def stored(row):
    """What lies on the disk."""
    with row.file.open("rb") as file:
        return file.read()


def text_of(response):
    return BeautifulSoup(response.content, "html.parser").get_text(" ", strip=True)


def test_results_of_another_office_are_not_found(client):
    client.force_login(make_user(role=Role.ANALYST, unit=make_office("xiangtan")))
    assert page(client, make_results()).status_code == 404


def test_a_survey_without_answers_says_why_there_are_no_results(enter):
    row_of = make_survey()
    shown = enter("analyst").get(reverse("surveys:results", args=[row_of.public_id]))
    assert "还没有收到答卷" in text_of(shown)


def test_nothing_is_summed_up_where_nothing_was_sent():
    with pytest.raises(Refused, match="没有可以汇总的"):
        ask_snapshot(wave_of(make_survey()), actor=None, at=at(), wall=at())


def test_the_overview_names_n_weights_version_and_snapshot(enter):
    row = make_results()
    shown = text_of(page(enter("analyst"), row))
    assert "未加权：自愿填报，不推断全体" in shown and row.public_id in shown and "n=40" in shown
    assert "75.0%" in shown and "置信" not in shown


def test_every_finding_carries_the_query_that_made_it(enter):
    found = BeautifulSoup(page(enter("analyst"), make_results()).content, "html.parser")
    for sentence in found.select(".hq-findings li"):
        told = sentence.select_one(".hq-told").get_text(" ", strip=True)
        assert "分母" in told and '"question": "status"' in told and "本轮全部已提交的答卷" in told


def test_a_small_figure_is_not_shown_anywhere(enter):
    row = make_results(staff(60, lambda at: {"staff": "9", "status": "open" if at < 53 else "closed"}))
    client = enter("analyst")
    for shown in (page(client, row), page(client, row, "results_question", "status")):
        words = text_of(shown)
        assert "＊" in words and "11.7%" not in words and "88.3%" not in words


def test_an_unknown_question_or_group_is_not_found(enter):
    row, client = make_results(), enter("analyst")
    assert page(client, row, "results_question", "nothing").status_code == 404
    assert page(client, row, "results_question", "status", query="?by=nothing").status_code == 404
    assert page(client, row, "results_question", "uscc").status_code == 404


def test_a_cross_table_is_asked_for_in_its_address(enter):
    row, client = make_results(), enter("analyst")
    assert page(client, row, "results_cross").status_code == 200
    same = page(client, row, "results_cross", query="?question=status&by=status&percent=row")
    assert same.status_code == 422 and "另选一个分组" in text_of(same)
    assert page(client, row, "results_cross", query="?question=status&by=uscc").status_code == 422


def test_a_mean_has_its_n(enter):
    shown = text_of(page(enter("analyst"), make_results(), "results_question", "staff"))
    assert "平均值" in shown and "24.5" in shown and "40" in shown


def test_too_few_new_answers_are_not_summed_up_because_two_results_would_tell_them():
    row = make_results()
    add_answers(row.wave.survey, staff(3))
    with pytest.raises(Refused, match="只新增3份"):
        sum_up(row.wave.survey)
    add_answers(row.wave.survey, staff(7))
    assert sum_up(row.wave.survey).answers == 50


def test_a_snapshot_stays_what_it_was_when_more_is_sent(enter):
    row = make_results()
    add_answers(row.wave.survey, staff(20))
    assert "n=40" in text_of(page(enter("analyst"), row))
    assert "更新结果（新增20份）" in text_of(page(enter("analyst"), row))


def test_enough_new_answers_are_summed_up_by_the_timer():
    row = make_results()
    assert refresh_due(at=at(), wall=at()) == 0
    add_answers(row.wave.survey, staff(12))
    assert refresh_due(at=at(), wall=at()) == 1
    assert refresh_due(at=at(), wall=at()) == 0, "one is being made already"


def test_asking_for_results_is_recorded(enter):
    survey = make_survey()
    add_answers(survey, staff(20))
    client = enter("analyst")
    client.post(reverse("surveys:results_refresh", args=[survey.public_id]))
    assert ResultSnapshot.objects.get().made_by is not None
    assert AuditRecord.objects.filter(act="survey.snapshot_asked").exists()


def test_weights_that_cannot_be_had_say_which_class_to_merge(enter):
    survey = make_survey()
    add_answers(survey, staff(20))
    weigh(survey, margins=("prefecture",), merge_below=0)
    with pytest.raises(Refused):
        sum_up(survey)
    shown = text_of(page(enter("analyst"), ResultSnapshot.objects.select_related("wave__survey").get()))
    assert "上次没有汇总成" in shown and "登记库中却没有企业：不明" in shown


def test_design_weights_are_refused_without_a_sample(enter):
    survey = make_survey()
    with pytest.raises(Refused, match="没有抽样"):
        weigh(survey, uses_design=True)
    shown = enter("analyst").get(reverse("surveys:results_weights", args=[survey.public_id]))
    assert "设计权重：" not in text_of(shown)


def test_free_text_is_kept_without_telephones_and_credit_codes():
    said = {"staff": "5", "status": "closed", "why": "请打13812345678找王经理", "uscc": "91430100MA4L16JQ9B"}
    row = make_results(staff(30, lambda _at: said))
    with opened(row) as read:
        answers = read.wave(["why"]).answers
        assert set(answers.texts["why"]) == {"请打［电话］找［某人］"}
        assert "uscc" not in {column.name for column in read.codebook.columns}
    assert b"13812345678" not in stored(row)


def test_the_file_of_a_snapshot_is_not_readable_without_the_key():
    kept = stored(make_results())
    assert b"PAR1" not in kept and b"status" not in kept
