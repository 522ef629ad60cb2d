"""Plain functions that make surveys by invitation for tests: firms, a draw, codes, answers."""

from typing import Any

from django.test import Client
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.enterprises.models import Contact, Enterprise
from huiqi.enterprises.tests.make import make_code
from huiqi.enterprises.wanted import Wanted
from huiqi.surveys.codes import new_code, token_of
from huiqi.surveys.commands.frames import FramePlan, draw_frame, plan_frame
from huiqi.surveys.commands.surveys import open_survey
from huiqi.surveys.models import Frame, FrameState, Invitation, InvitationCode, Survey, Wave
from huiqi.surveys.moments import Moment
from huiqi.surveys.queries.invitations import code_digest
from huiqi.surveys.tests.make import ON, at, make_editor, make_survey

NOON = Moment(at(time="12:00"), at(time="12:00"))
ORIGIN = "https://huiqi.example"
PLAN: dict[str, Any] = {
    "query": "",
    "wanted": Wanted(),
    "words": "",
    "method": "census",
    "by_region": 4,
    "by_section": True,
    "by_size": True,
    "allocation": "proportional",
    "sample_size": None,
    "least_per_stratum": 1,
    "rotation_groups": 1,
    "seed": "test",
}
# County, industry class, size: two prefectures, makers and shops.
CELLS = [
    ("430181", "2770", "small"),
    ("430181", "2770", "micro"),
    ("430181", "5211", "micro"),
    ("430302", "2770", "small"),
]


def make_firms(count: int, *, has_phone: bool = True) -> list[Enterprise]:
    """Firms spread over CELLS in turn, each with a mobile number of its own; written in one go."""
    rows = []
    for number in range(count):
        county, industry, size = CELLS[number % len(CELLS)]
        rows.append(
            Enterprise(
                name=f"样本企业{number:05d}有限公司",
                initials="ybqy",
                credit_code=make_code(900_000 + number),
                prefecture=county,
                gb4754=industry,
                size_class=size,
            )
        )
    made = Enterprise.objects.bulk_create(rows)
    if has_phone:
        for number, firm in enumerate(made):
            Contact(enterprise=firm, phone=f"1390000{number:04d}", is_main=True, source="register").save()
    return made


def make_frame(survey: Survey, **changes: Any) -> Frame:
    """A frame, not drawn."""
    return plan_frame(survey, FramePlan(**{**PLAN, **changes}), actor=survey.made_by, at=at())


def draw(frame: Frame) -> Frame:
    """The draw as its job does it."""
    Frame.objects.filter(pk=frame.pk).update(state=FrameState.DRAWING)
    found = Frame.objects.select_related("survey", "made_by__unit").get(pk=frame.pk)
    list(draw_frame(found, today=ON, at=at()))
    return Frame.objects.get(pk=frame.pk)


def make_campaign(
    count: int = 8, *, actor: User | None = None, has_phone: bool = True, **changes: Any
) -> Wave:
    """The first wave, open, of a survey that asks so many firms; nobody is invited yet."""
    actor = actor or make_editor()
    own = {
        name: changes.pop(name) for name in ("is_anonymous", "closes_on", "questionnaire") if name in changes
    }
    make_firms(count, has_phone=has_phone)
    survey = make_survey(is_open=False, actor=actor, **own)
    draw(make_frame(survey, **changes))
    open_survey(Survey.objects.get(pk=survey.pk), actor=actor, today=ON)
    return Wave.objects.select_related("survey__owner").get(survey=survey)


def make_code_for(invitation: Invitation) -> str:
    """A code as a message would have carried it; the firm counts as asked."""
    code = new_code()
    InvitationCode.objects.create(invitation=invitation, digest=code_digest(code))
    Invitation.objects.filter(pk=invitation.pk).update(invited_at=at(), last_message_at=at())
    return code


def answer_by(code: str, *, status: str = "open", uscc: str = "") -> int:
    """A firm comes in by its code, fills in both pages and sends; the status of the last answer."""
    client = Client()
    begun = client.post(reverse("surveys:enter", args=[code]))
    if begun.status_code != 302:
        return begun.status_code
    token = token_of(code)
    given = {"data-firm-uscc": uscc, "data-firm-staff": "12"}
    assert client.post(reverse("surveys:page", args=[token, 1]), given).status_code == 302
    given = {"data-state-status": status}
    assert client.post(reverse("surveys:page", args=[token, 2]), given).status_code == 302
    return client.post(reverse("surveys:check", args=[token])).status_code


def enter(user: User) -> Client:
    """The browser of a person."""
    client = Client()
    client.force_login(user)
    return client


def wave_of_province() -> dict[str, Any]:
    """The address of a wave of the province's office, made by nobody of the cast."""
    wave = make_campaign(2, has_phone=False)
    return {"public_id": wave.survey.public_id, "number": wave.number}


def framed_survey() -> dict[str, Any]:
    """The address of a survey of the province's office with a frame that is drawn."""
    return {"public_id": wave_of_province()["public_id"]}


def invitation_of_province() -> dict[str, Any]:
    """The address of a firm asked by the province's office."""
    wave_of_province()
    return {"public_id": Invitation.objects.order_by("pk")[0].public_id}


def code_handed_out() -> dict[str, Any]:
    """The address of an invited firm's form."""
    wave_of_province()
    return {"code": make_code_for(Invitation.objects.order_by("pk")[0])}
