"""Surveys for the pages of who runs them."""

from django.db.models import Count, Q, QuerySet

from huiqi.surveys.models import ResponseState, Survey


def listed(surveys: QuerySet[Survey]) -> QuerySet[Survey]:
    """With `sent` and `begun` counts, the questionnaire and the owner."""
    sent, begun = Q(responses__state=ResponseState.SENT), Q(responses__state=ResponseState.DRAFT)
    counted = surveys.annotate(sent=Count("responses", filter=sent), begun=Count("responses", filter=begun))
    return counted.select_related("questionnaire", "owner").order_by("-made_at", "-pk")
