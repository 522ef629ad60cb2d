"""Grouping the free text of a snapshot: asked for, then done in a job, for the libraries take 180 MB."""

import json
from collections.abc import Iterator

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.jobs import Progress, start_job
from huiqi.core.messages import gettext_noop
from huiqi.surveys.analysis.codebook import Kind
from huiqi.surveys.analysis.wave import Query
from huiqi.surveys.models import ResultSnapshot
from huiqi.surveys.queries.results_themes import themes_told
from huiqi.surveys.queries.results_wave import opened

THEMES = "surveys.themes"


@transaction.atomic
def ask_themes(row: ResultSnapshot, *, actor: User) -> ResultSnapshot:
    """Have the free text of a snapshot grouped. Refused: `surveys.grouping` while it is being done."""
    locked = ResultSnapshot.objects.select_for_update(of=("self",)).get(pk=row.pk)
    job = locked.themes_job
    if job is not None and not job.is_finished:
        raise Refused("surveys.grouping", gettext_noop("正在归类，请稍候。"))
    locked.themes_job_id = start_job(THEMES, {"snapshot": locked.public_id}, actor=actor).public_id
    locked.save(update_fields=["themes_job_id"])
    audit.record("survey.texts_grouped", locked.wave.survey, actor=actor)
    return locked


def group_texts(row: ResultSnapshot) -> Iterator[Progress]:
    """Group every question of free text and keep the themes with the snapshot."""
    from huiqi.surveys.analysis.themes import themes  # noqa: PLC0415  180 MB that no page should load

    found: dict[str, object] = {}
    with opened(row) as read:
        asked = [one.name for one in read.codebook.questions if one.kind is Kind.TEXT]
        for done, name in enumerate(asked):
            yield done, len(asked)
            found[name] = themes_told(themes(read.wave([name]), Query(name)))
    ResultSnapshot.objects.filter(pk=row.pk).update(themes=json.dumps(found, ensure_ascii=False))
    yield len(asked), len(asked)
