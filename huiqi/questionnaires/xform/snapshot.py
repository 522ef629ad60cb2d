"""Answers as people read them, kept with what grew out of them: questions and answers in words. Pure.

{"form": "sme-day-one", "version": "2020.1", "title": "…",
 "sections": [{"title": "…", "rows": [["问题", "回答"], …]}, …]}
"""

from collections.abc import Collection
from typing import Any

from huiqi.questionnaires.xform.session import Session

Snapshot = dict[str, Any]


def snapshot_of(session: Session, only: Collection[str] = ()) -> Snapshot:
    """What is asked and answered now, in the order of the pages; of these places alone when any are named.

    Labels and answers are as the language of the session says them; blanks are left out.
    """
    wanted = frozenset(only)
    sections = []
    for page in session.review():
        rows = [
            [view.label or view.name, said]
            for view in page.questions
            if view.is_asked and not view.is_head and (not wanted or _plain(view.path) in wanted)
            if (said := session.said(view.path))
        ]
        if rows:
            title = page.titles[-1] if page.titles else ""
            if page.repeat is not None and page.repeat.number:
                title = f"{page.repeat.label} {page.repeat.number}"
            sections.append({"title": title, "rows": rows})
    form = session.form
    return {"form": form.id, "version": form.version, "title": form.title, "sections": sections}


def _plain(path: str) -> str:
    """The slot's path of a place in a repeat."""
    return "/".join(part.partition("[")[0] for part in path.split("/"))
