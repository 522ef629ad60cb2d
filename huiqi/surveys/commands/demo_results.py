"""The demonstration's results: answers in numbers, weighted, summed up wave by wave, and two briefs."""

from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.core.jobs import KINDS
from huiqi.enterprises.models import Enterprise
from huiqi.questionnaires.queries.versions import current_version
from huiqi.surveys.commands.briefs import begin_brief, edit_brief, release_brief
from huiqi.surveys.commands.demo_said import Answering, keep_answers
from huiqi.surveys.commands.result_themes import group_texts
from huiqi.surveys.commands.results import SNAPSHOT, Weights, ask_snapshot, set_weights
from huiqi.surveys.models import Audience, ResponseState, ResultSnapshot, Wave

ANSWERS = 4_000
# The open link is answered over so many days, most of them at first.
_DAYS = 7


@transaction.atomic
def make_results(*, seed: int, on: date, wall: datetime, answers: int = ANSWERS) -> int:
    """Answers of made-up firms to the open survey; both surveys weighted and summed up; two briefs; once.

    Returns how many answers. `wall` is real time.
    """
    open_link = Wave.objects.filter(
        survey__is_anonymous=False, survey__audience=Audience.OPEN_LINK, responses__state=ResponseState.SENT
    )
    found = open_link.select_related("survey__questionnaire", "survey__made_by").order_by("pk").first()
    if found is None or ResultSnapshot.objects.exists():
        return 0
    version = current_version(found.survey.questionnaire)
    firms = _firms(seed, answers)
    if version is None or not firms:
        return 0
    dice = Random(f"{seed}:results")  # noqa: S311  repeatable on purpose
    answering = [Answering(firm, wall - timedelta(days=_days_ago(dice))) for firm in firms]
    made = keep_answers(found, version, answering, dice)
    margins = Weights(margins=("section", "size_class", "prefecture"))
    set_weights(found.survey, margins, actor=found.survey.made_by, at=_on(on, wall))
    snapshot = _sum_up(found, on, wall)
    for _progress in group_texts(snapshot):
        pass
    snapshot.refresh_from_db(fields=["themes"])
    begin_brief(snapshot, actor=found.survey.made_by, at=_on(on, wall))
    _follow_waves(on, wall)
    return made


def _days_ago(dice: Random) -> int:
    """Of today nobody: the day is not over."""
    return max(_DAYS - 1 - int(dice.expovariate(0.5)), 1)


def _firms(seed: int, count: int) -> list[Enterprise]:
    firms = Enterprise.objects.present().filter(is_synthetic=True, survey_responses=None)
    known = firms.exclude(prefecture=None).exclude(gb4754=None).order_by("pk")
    keys = list(known.values_list("pk", flat=True)[: 40 * count])
    chosen = Random(f"{seed}:who").sample(keys, min(count, len(keys)))  # noqa: S311
    columns = ("pk", "prefecture", "gb4754", "size_class", "employees")
    return list(Enterprise.objects.filter(pk__in=chosen).only(*columns).order_by("pk"))


def _sum_up(wave: Wave, on: date, wall: datetime) -> ResultSnapshot:
    later = wall + timedelta(seconds=1)
    made = ask_snapshot(wave, actor=wave.survey.made_by, at=_on(on, wall), wall=later)
    for _progress in KINDS[SNAPSHOT]({"snapshot": made.public_id}):
        pass
    return ResultSnapshot.objects.select_related("wave__survey__owner").get(pk=made.pk)


def _follow_waves(on: date, wall: datetime) -> None:
    """Both waves of the sampled survey weighted by design, response and register; a brief on the second."""
    waves = Wave.objects.filter(survey__audience=Audience.INVITED, responses__state=ResponseState.SENT)
    rows = list(waves.distinct().select_related("survey__made_by").order_by("survey", "number"))
    if not rows:
        return
    survey, at = rows[0].survey, _on(on, wall)
    chosen = Weights(uses_design=True, uses_response=True, margins=("prefecture",))
    set_weights(survey, chosen, actor=survey.made_by, at=at)
    made = [_sum_up(wave, on, wall) for wave in rows if wave.survey_id == survey.pk]
    _release_one(made[-1], survey.made_by, at)


def _release_one(row: ResultSnapshot, writer: User, at: datetime) -> None:
    """A second person releases what the first one wrote."""
    reader = User.objects.filter(unit=writer.unit, username="province", is_active=True).first()
    brief = begin_brief(row, actor=writer, at=at)
    texts = [one["text"] for one in brief.sentences]
    title = f"{row.wave.survey.title}：第{row.wave.number}轮"[:80]
    brief = edit_brief(brief, title, texts, actor=writer, at=at, expected=brief.version)
    if reader is not None:
        release_brief(brief, actor=reader, at=at, expected=brief.version)


def _on(day: date, wall: datetime) -> datetime:
    return timezone.localtime(wall).replace(year=day.year, month=day.month, day=day.day)
