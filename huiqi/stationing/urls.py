from django.urls import path

from huiqi.stationing.views import board, escalations, roster, today

app_name = "stationing"
urlpatterns = [
    path("today/", today.today, name="today"),
    path("board/", board.board, name="board"),
    path("board/<slug:product>/<slug:county>/", board.board_firms, name="board_firms"),
    path("escalations/", escalations.escalations, name="escalations"),
    path("escalations/<slug:public_id>/", escalations.escalation, name="escalation"),
    path("roster/", roster.roster, name="roster"),
    path("roster/assign/", roster.assign, name="assign"),
    path("handovers/", roster.handovers, name="handovers"),
    path("posts/<slug:public_id>/", roster.stationing, name="stationing"),
    path("posts/<slug:public_id>/hand-over/", roster.pass_on, name="hand_over"),
    path("posts/<slug:public_id>/end/", roster.end, name="end"),
    path("firms/<slug:public_id>/lines/", roster.lines, name="lines"),
]
