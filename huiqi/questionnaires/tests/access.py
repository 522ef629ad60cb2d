"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from huiqi.accounts.powers import Power
from huiqi.surveys.tests.make import published_questionnaire, published_version
from tests.harness.access_rows import Row, makes_questionnaires, needs

ROWS: dict[str, Row] = {
    "questionnaires:questionnaires": needs(Power.EDIT_QUESTIONNAIRES),
    "questionnaires:new": needs(Power.EDIT_QUESTIONNAIRES, also_posts=True),
    # Published ones are for all who make questionnaires; their drafts stay with the unit.
    "questionnaires:questionnaire": makes_questionnaires(make=published_questionnaire),
    "questionnaires:version": makes_questionnaires(make=published_version),
    "questionnaires:original": makes_questionnaires(make=published_version),
    "questionnaires:upload": needs(Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16}, only="POST"),
    "questionnaires:approval": needs(Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16}, only="POST"),
    # Sketches are of the unit alone; of another one there is nothing to see.
    "questionnaires:build": needs(Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16}, status=404),
    "questionnaires:build_start": needs(Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16}, only="POST"),
    "questionnaires:build_act": needs(Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16}, only="POST"),
    "questionnaires:build_preview": needs(
        Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16}, status=404
    ),
    "questionnaires:build_file": needs(Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16}, status=404),
    "questionnaires:try_version": makes_questionnaires(make=published_version, also_posts=True),
    "questionnaires:questionnaire_act": needs(
        Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16, "name": "archive"}, only="POST"
    ),
    "questionnaires:version_act": needs(
        Power.EDIT_QUESTIONNAIRES,
        args={"public_id": "0" * 16, "version_id": "0" * 16, "name": "publish"},
        only="POST",
    ),
}
