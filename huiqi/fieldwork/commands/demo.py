"""The demonstration's fieldwork: devices with addresses, deliveries of every kind, one conflict."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from django.db import transaction

from huiqi.core.errors import Refused
from huiqi.core.ids import new_public_id
from huiqi.fieldwork.commands.collectors import grant_collector, revoke_collector
from huiqi.fieldwork.commands.submissions import Moment, Sent, Source, take_submission
from huiqi.fieldwork.models import Collector
from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.questionnaires.queries.versions import current_version, form_of
from huiqi.surveys.models import Audience, Survey, SurveyState
from huiqi.surveys.queries.results_codebook import places_of

_NAMES = ("平板1号（浏阳第一组）", "平板2号（龙山）", "旧手机（已交回）")
_SAID: Mapping[str, str] = {
    "county": "430181",
    "employees": "36",
    "status": "partial",
    "why_not": "staff supply",
    "overall": "bad",
    "rev_2020": "down20",
    "cash_months": "m2",
    "pressure": "wages",
    "want": "social finance",
    "consent": "stats",
}


@transaction.atomic
def make_fieldwork(*, on: date, now: datetime, wall: datetime) -> int:
    """Three devices of the open survey, and what they sent; once. Returns how many were delivered."""
    rows = Survey.objects.filter(
        audience=Audience.OPEN_LINK, is_anonymous=False, state=SurveyState.OPEN
    ).select_related("questionnaire", "made_by")
    survey = rows.order_by("pk").first()
    version = current_version(survey.questionnaire) if survey else None
    if survey is None or version is None or Collector.objects.exists():
        return 0
    granted = wall - timedelta(days=3)
    devices = [grant_collector(survey, name, actor=survey.made_by, at=granted)[0] for name in _NAMES]
    revoke_collector(devices[2], actor=survey.made_by, at=wall - timedelta(days=1))
    first, second = (Source(collector=device) for device in devices[:2])
    field = _Field(version, survey, on, now)
    times = [wall - timedelta(days=2, minutes=40 * number) for number in range(5)]
    field.send(first, times[4])
    field.send(first, times[3], county="430121", employees="12", status="open", why_not="")
    field.send(second, times[2], county="433130", employees="8", cash_months="m1", pressure="rent")
    # A number below nought: kept for an officer, not refused to a device that has left the firm.
    field.send(second, times[1], county="433130", employees="-8")
    twice = field.send(first, times[0], employees="58")
    # The form was changed on the tablet after it was sent, and sent again under the same number.
    field.send(first, wall - timedelta(days=1), employees="85", instance=twice)
    return 6


class _Field:
    def __init__(self, version: QuestionnaireVersion, survey: Survey, on: date, now: datetime) -> None:
        self._survey, self._version = survey, version
        self._places = places_of(form_of(version))
        self._on, self._now = on, now

    def send(self, source: Source, at: datetime, *, instance: str = "", **said: str) -> str:
        """Post a submission; the instanceID it had."""
        instance = instance or f"uuid:demo-{new_public_id()}"
        given = {name: text for name, text in {**_SAID, **said}.items() if text}
        xml = self._xml(instance, {self._places[name]: text for name, text in given.items()})
        try:
            take_submission(self._survey, Sent(xml), source, Moment(self._on, self._now, at))
        except Refused as refused:
            if refused.code != "fieldwork.conflict":
                raise
        return instance

    def _xml(self, instance: str, answers: Mapping[str, str]) -> bytes:
        """The answers by path, nested as in the form."""
        tree: dict[str, Any] = {}
        for path, text in answers.items():
            *above, name = path.strip("/").split("/")[1:]
            place = tree
            for one in above:
                place = place.setdefault(one, {})
            place[name] = text
        root = next(iter(answers)).strip("/").split("/")[0]
        form_id = escape(self._survey.questionnaire.form_id, {'"': "&quot;"})
        version = escape(self._version.version, {'"': "&quot;"})
        meta = f"<meta><instanceID>{instance}</instanceID></meta>"
        return f'<{root} id="{form_id}" version="{version}">{_nodes(tree)}{meta}</{root}>'.encode()


def _nodes(tree: Mapping[str, Any]) -> str:
    return "".join(
        f"<{name}>{_nodes(inner) if isinstance(inner, dict) else escape(inner)}</{name}>"
        for name, inner in tree.items()
    )
