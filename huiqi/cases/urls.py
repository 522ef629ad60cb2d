"""Addresses of cases. Each block belongs to one folder of views."""

from django.urls import URLPattern, path

from huiqi.cases.views import editions, items

app_name = "cases"
urlpatterns: list[URLPattern] = []
# service items: the public catalogue, and the editor of the staff
urlpatterns += [
    path("items/", items.items, name="items"),
    path("items/<slug:item>/", items.item, name="item"),
    path("editing/", editions.editions, name="editions"),
    path("editing/new/", editions.new_item, name="new_item"),
    path("editing/items/<slug:item>/", editions.item_history, name="item_history"),
    path("editing/items/<slug:item>/draft/", editions.make_draft, name="make_draft"),
    path("editing/items/<slug:item>/withdraw/", editions.withdraw_item, name="withdraw_item"),
    path("editing/editions/<str:public_id>/", editions.edition, name="edition"),
    path("editing/editions/<str:public_id>/preview/", editions.edition_preview, name="edition_preview"),
    path("editing/editions/<str:public_id>/publish/", editions.publish_draft, name="publish_draft"),
    path("editing/editions/<str:public_id>/discard/", editions.discard_draft, name="discard_draft"),
    path("editing/editions/<str:public_id>/part/<slug:section>/", editions.edit_section, name="edit_section"),
]
