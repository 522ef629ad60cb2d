"""Keeping a list's filters under a name of one's own."""

from django.db import IntegrityError, transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.models import SavedView

MOST_VIEWS = 30


@transaction.atomic
def save_view(owner: User, *, page: str, name: str, query: str) -> SavedView:
    """Keep the query string of `page` under `name`; the same name again takes the new filters.

    Refused (`enterprises.too_many_views`) beyond thirty: more is no longer an overview.
    """
    known = SavedView.objects.select_for_update(of=("self",)).filter(owner=owner, page=page).order_by("pk")
    by_name = {view.name: view for view in known}
    if name not in by_name and len(by_name) >= MOST_VIEWS:
        many = gettext_noop("最多保存%(n)s个视图。请先删掉不用的，再保存。")
        raise Refused("enterprises.too_many_views", Message(many, {"n": MOST_VIEWS}))
    view = by_name.get(name) or SavedView(owner=owner, page=page, name=name)
    view.query = query
    view.save()
    audit.record("saved_view.saved", view, actor=owner)
    return view


@transaction.atomic
def rename_view(view: SavedView, *, name: str, actor: User) -> None:
    """Give the view another name; Refused (`enterprises.view_name_taken`) when one has it already."""
    view.name = name
    try:
        with transaction.atomic():
            view.save(update_fields=["name"])
    except IntegrityError as error:
        taken = gettext_noop("您已有一个叫“%(name)s”的视图，请换个名字。")
        raise Refused("enterprises.view_name_taken", Message(taken, {"name": name})) from error
    audit.record("saved_view.renamed", view, actor=actor)


@transaction.atomic
def delete_view(view: SavedView, *, actor: User) -> None:
    """Forget the view."""
    audit.record("saved_view.deleted", view, actor=actor)
    view.delete()
