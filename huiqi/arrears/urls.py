from django.urls import path

from huiqi.arrears.views import claims, debtors, ledger, reports, targets

app_name = "arrears"
urlpatterns = [
    path("", debtors.debtors, name="debtors"),
    path("debtors/<slug:public_id>/", debtors.debtor, name="debtor"),
    path("cases/<slug:public_id>/", claims.open_case_claim, name="open_claim"),
    path("claims/<slug:public_id>/", claims.claim_page, name="claim"),
    path("claims/<slug:public_id>/change/", claims.change, name="claim_change"),
    path("claims/<slug:public_id>/files/<slug:file_id>/", claims.claim_file, name="claim_file"),
    path("claims/<slug:public_id>/<slug:name>/", claims.act, name="claim_act"),
    path("ledger/", ledger.month_page, name="ledger"),
    path("ledger/export/", ledger.export, name="ledger_export"),
    path("ledger/import/", ledger.take_in, name="ledger_import"),
    path("ledger/units/", ledger.duties, name="ledger_units"),
    path("ledger/mine/", reports.my_reports, name="my_reports"),
    path("ledger/targets/<int:year>/", targets.burn_down_page, name="burn_down"),
    path("ledger/<slug:public_id>/<int:year>/<int:month>/", reports.report, name="report"),
]
