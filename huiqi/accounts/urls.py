from django.urls import path

from huiqi.accounts.views import own, sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.SignIn.as_view(), name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("password/", own.password, name="password"),
    path("sessions/<str:public_id>/end/", own.session_end, name="session_end"),
    path("sessions/end-others/", own.sessions_end_others, name="sessions_end_others"),
]
