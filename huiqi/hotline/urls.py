from django.urls import path

from huiqi.hotline.views import call_backs, calls, shifts

app_name = "hotline"
urlpatterns = [
    path("", calls.desk, name="desk"),
    path("pops/", calls.pops, name="pops"),
    path("calls/start/", calls.start, name="start"),
    path("calls/<slug:public_id>/", calls.call, name="call"),
    path("calls/<slug:public_id>/prove/", calls.prove, name="prove"),
    path("calls/<slug:public_id>/suggest/", calls.suggest, name="suggest"),
    path("calls/<slug:public_id>/register/", calls.register, name="register"),
    path("calls/<slug:public_id>/wish/", calls.wish, name="wish"),
    path("calls/<slug:public_id>/end/", calls.end, name="end"),
    path("calls/<slug:public_id>/cases/<slug:case_id>/message/", calls.message, name="message"),
    path("calls/<slug:public_id>/cases/<slug:case_id>/withdraw/", calls.withdraw, name="withdraw"),
    path("call-backs/", call_backs.queue, name="call_backs"),
    path("call-backs/now/", call_backs.now, name="call_back"),
    path("call-backs/now/answer/", call_backs.answer, name="answer_call_back"),
    path("call-backs/now/release/", call_backs.release, name="release_call_back"),
    path("call-backs/<slug:public_id>/claim/", call_backs.claim, name="claim_call_back"),
    path("dial/<slug:public_id>/", call_backs.dial_case, name="dial_case"),
    path("wishes/<slug:public_id>/dial/", call_backs.dial_wish, name="dial_wish"),
    path("wishes/<slug:public_id>/take/", call_backs.take, name="take_wish"),
    path("wishes/<slug:public_id>/answer/", call_backs.answered, name="answer_wish"),
    path("shifts/", shifts.shifts, name="shifts"),
    path("shifts/begin/", shifts.begin, name="begin_shift"),
    path("shifts/end/", shifts.end, name="end_shift"),
    path("shifts/<slug:public_id>/take-over/", shifts.confirm, name="take_over"),
]
