from django.urls import path

from huiqi.whatif.views import papers, results, scenarios

app_name = "whatif"
urlpatterns = [
    path("", scenarios.scenarios, name="scenarios"),
    path("new/", scenarios.new, name="new"),
    path("compare/", results.side_by_side, name="compare"),
    path("<slug:public_id>/", results.scenario, name="scenario"),
    path("<slug:public_id>/edit/", scenarios.edit, name="edit"),
    path("<slug:public_id>/check/", scenarios.check, name="check"),
    path("<slug:public_id>/copy/", scenarios.copy, name="copy"),
    path("<slug:public_id>/estimate/", scenarios.estimate, name="estimate"),
    path("<slug:public_id>/propose/", scenarios.propose, name="propose"),
    path("<slug:public_id>/review/", scenarios.review, name="review"),
    path("<slug:public_id>/firms/", results.firms, name="firms"),
    path("<slug:public_id>/curve/", results.curve, name="curve"),
    path("<slug:public_id>/table/", papers.table, name="table"),
    path("<slug:public_id>/firms/table/", papers.firms_table, name="firms_table"),
    path("<slug:public_id>/draft/", papers.draft, name="draft"),
    path("<slug:public_id>/paper/", papers.paper, name="paper"),
]
