"""Rows of surveys."""

from huiqi.surveys.models.frames import (
    Allocation,
    Frame,
    FrameState,
    Member,
    Method,
    RegionDepth,
    Stratum,
)
from huiqi.surveys.models.invitations import (
    OPEN_OUTCOMES,
    CodeTry,
    Invitation,
    InvitationCode,
    Outcome,
    SendRun,
    Skipped,
)
from huiqi.surveys.models.responses import Response, ResponseState
from huiqi.surveys.models.surveys import Audience, Survey, SurveyState
from huiqi.surveys.models.waves import Quota, Wave, WaveState

__all__ = [
    "OPEN_OUTCOMES",
    "Allocation",
    "Audience",
    "CodeTry",
    "Frame",
    "FrameState",
    "Invitation",
    "InvitationCode",
    "Member",
    "Method",
    "Outcome",
    "Quota",
    "RegionDepth",
    "Response",
    "ResponseState",
    "SendRun",
    "Skipped",
    "Stratum",
    "Survey",
    "SurveyState",
    "Wave",
    "WaveState",
]
