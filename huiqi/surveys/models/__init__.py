"""Rows of surveys."""

from huiqi.surveys.models.responses import Response, ResponseState
from huiqi.surveys.models.surveys import Survey, SurveyState

__all__ = ["Response", "ResponseState", "Survey", "SurveyState"]
