"""Waves of a survey."""

from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext

from huiqi.reference.queries import Tables
from huiqi.surveys.models import Audience, Invitation, Outcome, Quota, Response, Survey, Wave, WaveState
from huiqi.surveys.queries.board import Side, names_of
from huiqi.surveys.queries.filling import session_of


def current_wave(survey: Survey, today: date) -> Wave | None:
    """The wave that takes answers on the day; if several do, the newest."""
    return Wave.objects.answerable(today).filter(survey=survey).order_by("-number").first()


def newest_wave(survey: Survey) -> Wave | None:
    """The last one, whatever its state."""
    return survey.waves.order_by("-number").first()


def wave_on(survey: Survey, today: date) -> Wave | None:
    """The wave that takes answers on the day, else the last one that ever did: where late answers belong."""
    waves = list(survey.waves.exclude(state=WaveState.DRAFT).order_by("-number"))
    return next((wave for wave in waves if wave.takes_answers(today)), next(iter(waves), None))


def is_full(wave: Wave, invitation: Invitation | None) -> bool:
    """Whether a quota that this firm falls under is reached. Forms begun before may still be finished."""
    quotas = list(wave.quotas.order_by("pk"))
    return any(_answered_under(quota, wave) >= quota.most for quota in quotas if _meets(quota, invitation))


def _meets(quota: Quota, invitation: Invitation | None) -> bool:
    """Of who comes by an open link no cell is known: only a quota for all counts."""
    wanted = (quota.county, quota.section, quota.size_class)
    if invitation is None:
        return not any(wanted)
    cell = (invitation.county, invitation.section, invitation.size_class)
    return all(not asked or asked == given for asked, given in zip(wanted, cell, strict=True))


def _answered_under(quota: Quota, wave: Wave) -> int:
    if wave.survey.audience != Audience.INVITED:
        return Response.objects.sent().filter(wave=wave).count()
    cell = Q()
    for name in ("county", "section", "size_class"):
        if value := getattr(quota, name):
            cell &= Q(**{name: value})
    return wave.invitations.filter(cell, outcome=Outcome.ANSWERED).count()


def share_answered(response: Response, today: date, now: datetime) -> float:
    """How much of what the form asks of this firm is answered so far, 0 to 1."""
    session = session_of(response, today=today, now=now)
    asked = [
        view for page in session.review() for view in page.questions if view.is_asked and not view.is_head
    ]
    told = [view for view in asked if session.said(view.path)]
    return len(told) / len(asked) if asked else 0.0


def quota_choices(wave: Wave, tables: Tables) -> dict[str, list[tuple[str, str]]]:
    """The places, sections and sizes that occur among the firms of a wave, each with "all" before them."""
    sides = {"county": Side.COUNTY, "section": Side.SECTION, "size_class": Side.SIZE}
    found = {}
    for column, side in sides.items():
        codes = (
            wave.invitations.exclude(**{column: ""})
            .order_by(column)
            .values_list(column, flat=True)
            .distinct()
        )
        names = names_of(side, tables)
        found[column] = [("", gettext("全部")), *((code, names.get(code, code)) for code in codes)]
    return found
