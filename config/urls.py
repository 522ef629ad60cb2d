"""The site's address book."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from config.api import api

urlpatterns = [
    path("", include("huiqi.core.urls")),
    path("", include("huiqi.policies.urls")),
    path("", include("huiqi.enterprises.urls")),
    path("lists/", include("huiqi.lists.urls")),
    path("", include("huiqi.fieldwork.urls")),
    path("", include("huiqi.surveys.urls")),
    path("reach/", include("huiqi.reach.urls")),
    path("whatif/", include("huiqi.whatif.urls")),
    path("questionnaires/", include("huiqi.questionnaires.urls")),
    path("cases/", include("huiqi.cases.urls")),
    path("runs/", include("huiqi.runs.urls")),
    path("arrears/", include("huiqi.arrears.urls")),
    path("grants/", include("huiqi.grants.urls")),
    path("hotline/", include("huiqi.hotline.urls")),
    path("knowledge/", include("huiqi.knowledge.urls")),
    path("stationing/", include("huiqi.stationing.urls")),
    path("messages/", include("huiqi.messages.urls")),
    path("webhooks/", include("huiqi.webhooks.urls")),
    path("reference/", include("huiqi.reference.urls")),
    path("accounts/", include("huiqi.accounts.urls")),
    path("accounts/", include("huiqi.accounts.factor_urls")),
    path("language/", set_language, name="set_language"),
    path("api/v1/", api.urls),
    # The administration has doors of its own, without lockout, second factor or password history.
    path(
        "admin/login/",
        RedirectView.as_view(pattern_name="accounts:sign_in", query_string=True),
        name="admin_login",
    ),
    path(
        "admin/password_change/",
        RedirectView.as_view(pattern_name="accounts:password"),
        name="admin_password",
    ),
    path("admin/", admin.site.urls),
]
if settings.HUIQI_DEMO:
    from huiqi.core.gallery import gallery  # noqa: PLC0415  only demo and test sites have the page

    urlpatterns += [path("gallery/", gallery, name="gallery")]

handler400 = "huiqi.core.views.bad_request"
handler404 = "huiqi.core.views.not_found"
handler500 = "huiqi.core.views.server_error"
