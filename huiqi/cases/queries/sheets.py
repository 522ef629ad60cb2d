"""Questions and answers that came with a case, as they were then."""

import json
from typing import Any

from huiqi.cases.models import Case


def sheets_of(case: Case) -> list[dict[str, Any]]:
    """Snapshots in the shape of questionnaires.xform.snapshot, with `kind`; nothing of what was forgotten."""
    rows = case.sheets.order_by("kind", "pk").only("kind", "content", "case")
    found = []
    for row in rows:
        try:
            content = json.loads(row.content) if row.content else None
        except ValueError:  # a lost key
            content = None
        if content is not None:
            found.append({**content, "kind": row.get_kind_display()})
    return found
