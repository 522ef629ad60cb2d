"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from tests.harness.access_rows import Row, everybody, owned_by_nobody_here, posts, signed_in

ROWS: dict[str, Row] = {
    "core:home": everybody(),
    "core:healthz": everybody(),
    "core:large_type": posts(),
    "core:desk": signed_in(),
    "core:search": signed_in(also_posts=True),
    "core:guide_dismiss": signed_in(only="POST"),
    "core:guide_back": signed_in(only="POST"),
    "core:job": owned_by_nobody_here(args={"public_id": "of-another"}),
    "core:job_cancel": signed_in(args={"public_id": "of-another"}, only="POST"),
    "set_language": everybody(302),  # Django's own: a GET only goes back to where one was
    "gallery": everybody(),
}
