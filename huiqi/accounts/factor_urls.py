"""Addresses by the names django-allauth calls them: only those that a person here needs."""

from django.urls import path

from huiqi.accounts.views import own, sign_in

urlpatterns = [
    path("sign-in/", sign_in.SignIn.as_view(), name="account_login"),
    path("sign-out/", sign_in.sign_out, name="account_logout"),
    path("sign-in/code/", sign_in.SecondFactor.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey/", sign_in.PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("confirm/", sign_in.PasswordAgain.as_view(), name="account_reauthenticate"),
    path("confirm/code/", sign_in.CodeAgain.as_view(), name="mfa_reauthenticate"),
    path("confirm/passkey/", sign_in.PasskeyAgain.as_view(), name="mfa_reauthenticate_webauthn"),
    path("security/", own.security, name="mfa_index"),
    path("security/app/", own.AddApp.as_view(), name="mfa_activate_totp"),
    path("security/app/remove/", own.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("security/passkeys/add/", own.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/remove/", own.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("security/codes/", own.recovery_codes, name="mfa_view_recovery_codes"),
    path("security/codes/new/", own.new_recovery_codes, name="mfa_generate_recovery_codes"),
]
