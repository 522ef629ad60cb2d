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
from huiqi.surveys.models.outcomes import PolicyReach, Reach, Wish
from huiqi.surveys.models.responses import Response, ResponseState
from huiqi.surveys.models.results import (
    Brief,
    BriefState,
    MicrodataRun,
    ResultSnapshot,
    SnapshotState,
    Weighting,
)
from huiqi.surveys.models.surveys import Audience, Survey, SurveyState
from huiqi.surveys.models.waves import Quota, Wave, WaveState

__all__ = [
    "OPEN_OUTCOMES",
    "Allocation",
    "Audience",
    "CodeTry",
    "Brief",
    "BriefState",
    "Frame",
    "FrameState",
    "Invitation",
    "InvitationCode",
    "Member",
    "Method",
    "MicrodataRun",
    "Outcome",
    "PolicyReach",
    "Quota",
    "Reach",
    "RegionDepth",
    "Response",
    "ResponseState",
    "ResultSnapshot",
    "SendRun",
    "Skipped",
    "SnapshotState",
    "Stratum",
    "Survey",
    "SurveyState",
    "Wave",
    "WaveState",
    "Weighting",
    "Wish",
]
