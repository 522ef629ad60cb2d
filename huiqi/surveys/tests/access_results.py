"""Who may open the pages of results, one row each."""

from huiqi.accounts.powers import Power
from huiqi.surveys.tests.make_results import brief_of_province, question_of_province, results_of_province
from tests.harness.access_rows import Row, needs, of_province

NOTHING = {"public_id": "0" * 16}

ROWS: dict[str, Row] = {
    "surveys:results": of_province(make=results_of_province),
    "surveys:results_refresh": needs(Power.EDIT_QUESTIONNAIRES, args=NOTHING, only="POST"),
    "surveys:results_question": of_province(make=question_of_province),
    "surveys:results_cross": of_province(make=results_of_province),
    "surveys:results_map": of_province(make=results_of_province),
    "surveys:results_trend": of_province(make=results_of_province),
    "surveys:results_texts": of_province(make=results_of_province),
    "surveys:results_group_texts": needs(Power.EDIT_QUESTIONNAIRES, args=NOTHING, only="POST"),
    "surveys:results_weights": of_province(make=results_of_province, also_posts=True),
    "surveys:results_tables": needs(Power.EDIT_QUESTIONNAIRES, args=NOTHING, only="POST"),
    "surveys:results_briefs": of_province(make=results_of_province),
    "surveys:results_brief_new": needs(Power.EDIT_QUESTIONNAIRES, args=NOTHING, only="POST"),
    "surveys:results_brief": of_province(make=brief_of_province, also_posts=True),
    "surveys:results_brief_act": needs(
        Power.EDIT_QUESTIONNAIRES, args={**NOTHING, "brief_id": "0" * 16, "name": "release"}, only="POST"
    ),
    "surveys:results_microdata": of_province(make=results_of_province, also_posts=True),
    "surveys:results_microdata_run": needs(
        Power.EXPORT_FIRMS, args={**NOTHING, "run_id": "0" * 16}, refused=404, status=404
    ),
    "surveys:results_microdata_file": needs(
        Power.EXPORT_FIRMS, args={**NOTHING, "run_id": "0" * 16}, only="POST"
    ),
}
