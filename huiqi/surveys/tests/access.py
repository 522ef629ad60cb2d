"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from huiqi.accounts.powers import Power
from huiqi.surveys.tests.make import open_cover, survey_of_province
from tests.harness.access_rows import TOKEN, Row, everybody, needs, of_province, posts, private

ROWS: dict[str, Row] = {
    "surveys:surveys": needs(Power.EDIT_QUESTIONNAIRES),
    "surveys:new": needs(Power.EDIT_QUESTIONNAIRES, also_posts=True),
    "surveys:survey": of_province(make=survey_of_province),
    "surveys:change": of_province(make=survey_of_province, also_posts=True),
    "surveys:act": needs(
        Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16, "name": "close"}, only="POST"
    ),
    "surveys:cover": everybody(make=open_cover, also_posts=True),
    "surveys:resume": everybody(also_posts=True),
    "surveys:fill": private(),
    "surveys:page": private(args={"number": 1}),
    "surveys:save": posts(args={"token": TOKEN, "number": 1}),
    "surveys:check": private(),
    "surveys:done": private(),
    "surveys:elsewhere": private(),
    "surveys:discard": private(),
}
