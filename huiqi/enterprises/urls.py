from django.urls import path

from huiqi.enterprises.views import (
    claims,
    disputes,
    duplicates,
    export,
    firm,
    identity,
    imports,
    people,
    register,
    risk_levels,
)

app_name = "enterprises"
urlpatterns = [
    # the register
    path("firms/", register.register, name="register"),
    path("firms/views/", register.views, name="register_views"),
    path("firms/views/save/", register.view_save, name="view_save"),
    path("firms/views/<str:public_id>/", register.view_change, name="view_change"),
    path("firms/names/", register.firm_names, name="firm_names"),
    path("firms/picture/", register.picture_page, name="picture"),
    path("firms/export/", export.export, name="export"),
    path("firms/<str:public_id>/", firm.firm, name="firm"),
    path("firms/<str:public_id>/facts/<str:fact_id>/", firm.fact_page, name="fact_page"),
    path("firms/<str:public_id>/facts/<str:fact_id>/state/", firm.fact_state, name="fact_state"),
    path(
        "firms/<str:public_id>/contacts/<int:contact_id>/reveal/",
        firm.contact_reveal,
        name="contact_reveal",
    ),
    # tables coming in, lists going out
    path("imports/", imports.import_start, name="import_start"),
    path("imports/template/", imports.import_template, name="import_template"),
    path("imports/<str:public_id>/", imports.import_run, name="import_run"),
    path("imports/<str:public_id>/choices/", imports.import_choices, name="import_choices"),
    path("imports/<str:public_id>/columns/", imports.import_columns, name="import_columns"),
    path("imports/<str:public_id>/start/", imports.import_go, name="import_go"),
    path("imports/<str:public_id>/stop/", imports.import_stop, name="import_stop"),
    path("imports/<str:public_id>/rejected/<str:kind>/", imports.import_rejected, name="import_rejected"),
    path("exports/<str:public_id>/", export.export_run, name="export_run"),
    path("exports/<str:public_id>/file/", export.export_file, name="export_file"),
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
    path("firm-claims/<str:public_id>/phones/<str:whose>/", claims.claim_phone, name="claim_phone"),
    # who a firm is
    path("firms/<str:public_id>/identity/", identity.identity_change, name="identity_change"),
    path("firms/<str:public_id>/identity/<str:kind>/", identity.identity_form, name="identity_form"),
    # rows that may be one firm
    path("duplicates/", duplicates.duplicates, name="duplicates"),
    path("duplicates/find/", duplicates.duplicates_find, name="duplicates_find"),
    path("duplicates/<str:public_id>/", duplicates.duplicate, name="duplicate"),
    path("duplicates/<str:public_id>/undo/", duplicates.duplicate_undo, name="duplicate_undo"),
    # how high the risk is in each county
    path("risk-levels/", risk_levels.risk_levels, name="risk_levels"),
    path("risk-levels/add/", risk_levels.risk_add, name="risk_add"),
    path("risk-levels/import/", risk_levels.risk_import, name="risk_import"),
    path("risk-levels/template/", risk_levels.risk_template, name="risk_template"),
    path("risk-levels/<str:code>/", risk_levels.risk_history, name="risk_history"),
    # a firm says that its size class is another
    path("firms/<str:public_id>/dispute/", disputes.dispute_raise, name="dispute_raise"),
    path("disputes/", disputes.disputes, name="disputes"),
    path("disputes/<str:public_id>/", disputes.dispute, name="dispute"),
    path("disputes/<str:public_id>/decide/", disputes.dispute_decide, name="dispute_decide"),
    path("disputes/<str:public_id>/withdraw/", disputes.dispute_withdraw, name="dispute_withdraw"),
]
