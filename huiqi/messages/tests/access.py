"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from tests.harness.access_rows import Row, signed_in

ROWS: dict[str, Row] = {
    "messages:notices": signed_in(),
    "messages:open": signed_in(args={"public_id": "of-another"}, only="POST"),
    "messages:read_all": signed_in(only="POST"),
    "messages:preferences": signed_in(also_posts=True),
    "messages:outbox": signed_in(),
}
