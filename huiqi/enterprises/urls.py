from django.urls import path

from huiqi.enterprises.views import claims, people

app_name = "enterprises"
urlpatterns = [
    # a firm's people
    path("my/", people.my_firms, name="my_firms"),
    path("my/find/", people.find_firm, name="find_firm"),
    path("my/find/<str:public_id>/", people.claim_firm, name="claim_firm"),
    path("my/claims/<str:public_id>/", claims.claim, name="claim"),
    path("my/claims/<str:public_id>/send-code/", claims.claim_send_code, name="claim_send_code"),
    path("my/claims/<str:public_id>/check-code/", claims.claim_check_code, name="claim_check_code"),
    path("my/claims/<str:public_id>/identity/", claims.claim_identity, name="claim_identity"),
    path("my/claims/<str:public_id>/papers/", claims.claim_add_paper, name="claim_add_paper"),
    path("my/claims/<str:public_id>/papers/<str:paper_id>/", claims.claim_paper, name="claim_paper"),
    path(
        "my/claims/<str:public_id>/papers/<str:paper_id>/remove/",
        claims.claim_remove_paper,
        name="claim_remove_paper",
    ),
    path("my/claims/<str:public_id>/submit/", claims.claim_submit, name="claim_submit"),
    path("my/claims/<str:public_id>/withdraw/", claims.claim_withdraw, name="claim_withdraw"),
    path("join/<str:link>/", people.join, name="join"),
    path("firms/<str:public_id>/people/", people.members, name="members"),
    path("firms/<str:public_id>/people/invite/", people.invite, name="invite"),
    path(
        "firms/<str:public_id>/people/invitations/<str:invitation_id>/revoke/",
        people.revoke_invitation,
        name="revoke_invitation",
    ),
    path(
        "firms/<str:public_id>/people/<str:membership_id>/end/",
        people.end_membership,
        name="end_membership",
    ),
    path("firm-claims/", claims.claims, name="claims"),
    path("firm-claims/<str:public_id>/", claims.decide_claim, name="decide_claim"),
]
