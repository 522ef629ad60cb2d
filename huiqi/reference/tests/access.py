"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from tests.harness.access_rows import Row, everybody

ROWS: dict[str, Row] = {
    "reference:industry_options": everybody(),
    "reference:division_options": everybody(),
}
