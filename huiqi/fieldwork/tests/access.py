"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from huiqi.accounts.powers import Power
from huiqi.fieldwork.tests.make import a_delivery
from huiqi.surveys.tests.make import survey_of_province
from tests.harness.access_rows import TOKEN, Row, everybody, needs, of_province, posts

_FORM = {"door": "never0", "version_id": "0" * 16}
_KEY_FORM = {"door": TOKEN, "version_id": "0" * 16}
_OF_NOTHING = {"public_id": "0" * 16}
ROWS: dict[str, Row] = {
    "fieldwork:survey": of_province(make=survey_of_province, also_posts=True),
    "fieldwork:revoke": needs(
        Power.EDIT_QUESTIONNAIRES, args={**_OF_NOTHING, "collector_id": "0" * 16}, only="POST"
    ),
    "fieldwork:delivery": of_province(make=a_delivery),
    "fieldwork:decide": needs(
        Power.EDIT_QUESTIONNAIRES,
        args={**_OF_NOTHING, "delivery_id": "0" * 16, "name": "accept"},
        only="POST",
    ),
    # With an access token, not with a session: whoever is signed in is asked for one all the same.
    "fieldwork:form_list": everybody(401, args={"door": "never0"}),
    "fieldwork:form": everybody(401, args=_FORM),
    "fieldwork:manifest": everybody(401, args=_FORM),
    "fieldwork:submission": posts(args={"door": "never0"}),
    "fieldwork:key_form_list": everybody(404, args={"door": TOKEN}),
    "fieldwork:key_form": everybody(404, args=_KEY_FORM),
    "fieldwork:key_manifest": everybody(404, args=_KEY_FORM),
    "fieldwork:key_submission": posts(args={"door": TOKEN}),
}
