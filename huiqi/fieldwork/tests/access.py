"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from tests.harness.access_rows import TOKEN, Row, everybody, posts

_FORM = {"door": "never0", "version_id": "0" * 16}
_KEY_FORM = {"door": TOKEN, "version_id": "0" * 16}
ROWS: dict[str, Row] = {
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
