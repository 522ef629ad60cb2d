"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from huiqi.accounts.powers import Power
from huiqi.webhooks.tests.make import one_hook
from tests.harness.access_rows import Row, behind_sign_in, needs

ROWS: dict[str, Row] = {
    "webhooks:hooks": needs(Power.MANAGE_ACCESS),
    "webhooks:new": needs(Power.MANAGE_ACCESS, also_posts=True),
    # A hook belongs to no county: the power alone decides.
    "webhooks:hook": behind_sign_in(lambda name, part: part.has(Power.MANAGE_ACCESS), make=one_hook),
    "webhooks:end": needs(Power.MANAGE_ACCESS, args={"public_id": "0" * 16}, only="POST"),
}
