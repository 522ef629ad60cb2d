"""The demonstration's surveys: the shipped questionnaires published, one open, one with answers."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.cases.commands.items import take_over
from huiqi.cases.items.reading import read_items
from huiqi.core.ids import new_token
from huiqi.questionnaires.commands.versions import create_questionnaire, publish_version, upload_version
from huiqi.questionnaires.models import Questionnaire
from huiqi.questionnaires.queries.shipped import shipped, shipped_book
from huiqi.questionnaires.xlsform.readable import to_xlsx
from huiqi.surveys.commands.demo_answers import fill_in
from huiqi.surveys.commands.demo_campaign import make_sampled
from huiqi.surveys.commands.responses import begin_response
from huiqi.surveys.commands.surveys import SurveyWords, create_survey, open_survey
from huiqi.surveys.models import Survey


@transaction.atomic
def make_surveys(*, seed: int, on: date, wall: datetime, answers: int = 24) -> int:
    """Publish the shipped questionnaires and open a survey with made-up answers, unless there are surveys.

    Returns how many responses were made. `wall` is real time. The same seed gives the same answers.
    """
    analyst = User.objects.select_related("unit").filter(username="analyst", is_active=True).first()
    if analyst is None or analyst.unit is None or Survey.objects.exists():
        return 0
    at = timezone.make_aware(datetime.combine(on - timedelta(days=7), time(9)))
    made = {path.stem: _published(path.stem, to_xlsx(shipped_book(path)), analyst, at) for path in shipped()}
    # Items whose form is a questionnaire can be offered now.
    take_over(read_items(Path(settings.RULEBOOK_DIR)), at=at)
    days = (on - timedelta(days=6), on + timedelta(days=14))
    words = SurveyWords("中小企业复工情况快速调查", "了解复工困难，安排帮扶；结果供内部参考。", False, *days)
    survey = create_survey(made["day-one"], words, owner=analyst.unit, actor=analyst, at=at)
    open_survey(survey, actor=analyst, today=on)
    dice = Random(f"{seed}:surveys")  # noqa: S311  repeatable on purpose
    for _number in range(answers):
        begun = begin_response(Survey.objects.get(pk=survey.pk), new_token(), today=on, at=wall)
        fill_in(begun, dice, on=on, wall=wall)
    return answers + make_sampled(made["day-one"], analyst, dice, on=on, wall=wall)


def _published(stem: str, original: bytes, analyst: User, at: datetime) -> Questionnaire:
    assert analyst.unit is not None
    made = create_questionnaire(name=stem, owner=analyst.unit, actor=analyst, at=at)
    version = upload_version(made, original, actor=analyst, at=at).version
    if version is None:
        raise RuntimeError(f"rulebook/questionnaires/{stem}.yaml does not compile")
    publish_version(version, actor=analyst, at=at)
    Questionnaire.objects.filter(pk=made.pk).update(name=version.title[:80])
    return Questionnaire.objects.get(pk=made.pk)
