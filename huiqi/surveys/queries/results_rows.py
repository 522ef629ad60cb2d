"""The sent answers of a wave as rows of a snapshot, decrypted a few hundred at a time."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from huiqi.core.crypto import blind_index
from huiqi.core.messages import gettext_noop
from huiqi.enterprises.models import Enterprise
from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.questionnaires.queries.versions import form_of
from huiqi.surveys.analysis.codebook import Choice, Codebook, Kind, Question
from huiqi.surveys.analysis.masking import masked
from huiqi.surveys.models import Frame, FrameState, Response, Survey, Wave
from huiqi.surveys.queries.results_codebook import codebook_of, places_of
from huiqi.surveys.queries.results_strata import STRATUM, Cell, Strata

ROWS_AT_ONCE = 500
_UNIT = "surveys.unit"
_UNIT_DIGITS = 13  # of a hexadecimal digest: 52 bits, which SPSS holds as a whole number
_COUNTS = frozenset({Kind.INTEGER, Kind.DECIMAL})
_LARGEST = 2**53  # beyond, a double is no whole number any more


@dataclass
class Collected:
    """A wave's answers on their way into a snapshot. `invitations` fills up as the rows are taken."""

    wave: Wave
    before: datetime
    strata: Strata = field(default_factory=Strata)
    invitations: list[int] = field(default_factory=list)
    foreign: int = 0  # answers that no version of the questionnaire offers

    def __post_init__(self) -> None:
        responses = Response.objects.sent().filter(wave=self.wave).filter(answers__blank=False)
        keys = responses.order_by().values_list("version", flat=True).distinct()
        found = QuestionnaireVersion.objects.filter(pk__in=list(keys))
        self.versions = list(found.order_by("-published_at", "-number"))
        strata = (*self.strata.questions(), *stratum_question(self.wave.survey))
        self.codebook = codebook_of(self.versions, strata)
        self._places = {version.pk: places_of(form_of(version)) for version in self.versions}
        self._known = _Known(self.codebook)

    @property
    def has_units(self) -> bool:
        """Whether firms can be told apart, so that waves can be matched."""
        return not self.wave.survey.is_anonymous

    def count(self) -> int:
        """How many rows there will be."""
        return self._rows().count()

    def _rows(self) -> "QuerySet[Response]":
        # Of an anonymous survey by invitation not even the day is kept.
        in_time = Q(sent_at__lte=self.before) | Q(sent_at=None)
        rows = Response.objects.sent().filter(in_time, wave=self.wave)
        return rows.filter(answers__blank=False).order_by("pk")

    def rows(self) -> Iterator[dict[str, object]]:
        """The rows, as `write_snapshot` takes them."""
        few: list[Response] = []
        for response in self._rows().select_related("invitation").iterator(ROWS_AT_ONCE):
            few.append(response)
            if len(few) == ROWS_AT_ONCE:
                yield from self._few(few)
                few = []
        yield from self._few(few)

    def _few(self, responses: list[Response]) -> Iterator[dict[str, object]]:
        wanted = {one.enterprise_id for one in responses if one.enterprise_id}
        columns = ("prefecture", "gb4754", "size_class", "name")
        firms = {
            firm.pk: firm for firm in Enterprise.objects.filter(pk__in=wanted).only(*columns).order_by("pk")
        }
        for response in responses:
            firm = firms.get(response.enterprise_id) if response.enterprise_id else None
            self.invitations.append(response.invitation_id or 0)
            yield self._row(response, firm)

    def _row(self, response: Response, firm: Enterprise | None) -> dict[str, object]:
        said: Mapping[str, str] = json.loads(response.answers)
        by_name = {name: said.get(path, "") for name, path in self._places[response.version_id].items()}
        row: dict[str, object] = dict(self.strata.row(self._cell(response, firm, by_name)))
        names = (firm.name,) if firm else ()
        for question in self.codebook.questions:
            text = by_name.get(question.name, "")
            value, is_foreign = self._known.value(question, text, names)
            row[question.name] = value
            self.foreign += is_foreign
        if response.invitation:
            row[STRATUM] = str(response.invitation.stratum_id)
        if self.has_units:
            row["unit"] = _unit(response)
        return row

    def _cell(self, response: Response, firm: Enterprise | None, said: Mapping[str, str]) -> Cell:
        if response.invitation_id and response.invitation:
            drawn = response.invitation
            return Cell(drawn.county, drawn.section, drawn.size_class)
        told = self.strata.answered(said)
        if firm is None:
            return told
        section = self.strata.section_of(firm.gb4754 or "")
        return Cell(
            firm.prefecture or told.county, section or told.section, firm.size_class or told.size_class
        )


def stratum_question(survey: Survey) -> tuple[Question, ...]:
    """A column for the stratum a firm was drawn in, if firms were drawn and answers know of it."""
    frame = Frame.objects.filter(survey=survey, state=FrameState.DRAWN).first()
    if frame is None or survey.is_anonymous:
        return ()
    choices = tuple(Choice(str(one.pk), str(one)) for one in frame.strata.order_by("pk"))
    return (Question(STRATUM, gettext_noop("抽样层"), Kind.SINGLE, choices),) if choices else ()


def _unit(response: Response) -> int:
    """An opaque number of the firm within the survey; of the response where the firm is not known."""
    firm = f"#{response.enterprise_id}" if response.enterprise_id else response.firm_key or response.public_id
    digest = blind_index(f"{response.survey_id}:{firm}", _UNIT).rpartition(":")[2]
    return int(digest[:_UNIT_DIGITS], 16)


class _Known:
    """What may be answered to each question."""

    def __init__(self, codebook: Codebook) -> None:
        self._names = {q.name: frozenset(choice.name for choice in q.choices) for q in codebook.questions}

    def value(self, question: Question, text: str, firms: tuple[str, ...]) -> tuple[object, bool]:
        """The value of a cell, and whether the answer is not among those offered."""
        text = text.strip()
        if not text:
            return None, False
        if question.kind is Kind.TEXT:
            return masked(text, firms), False
        if question.kind in _COUNTS:
            return _number(text, question.kind)
        chosen = text.split()
        names = self._names[question.name]
        if question.kind is Kind.SINGLE:
            return (chosen[0], False) if chosen[0] in names else (None, True)
        kept = [name for name in chosen if name in names]
        return kept, len(kept) < len(chosen)


def _number(text: str, kind: Kind) -> tuple[object, bool]:
    try:
        value = float(text)
    except ValueError:
        return None, True
    if not abs(value) < _LARGEST:
        return None, True
    return (int(value) if kind is Kind.INTEGER else value), False
