"""Which firm an audited thing is or belongs to, for the pages of the audit trail.

Found by the models' own foreign keys, so that the apps above need no list here: a claim, a stationing and an
entry of a list all lead to a firm. A firm's name is no personal data and is shown to whoever reads the trail.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cache

from django.db.models import CharField, ForeignKey, Model, Value
from django.http import HttpRequest
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.acts import subject_model
from huiqi.core.slots import Named, Subject
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.register import seen_by

# Of several firms (a merging, a pair) the one that was kept, else the first named.
_FIRST = ("enterprise", "kept")


@cache
def path_to_firm(model: type[Model]) -> str | None:
    """The beginning of a lookup from the model to its firm ("" is the firm itself); None: it has none."""
    if model is Enterprise:
        return ""
    direct = _keys_to(model, Enterprise)
    if direct:
        return f"{direct[0]}__"
    for key in _keys(model):
        if beyond := _keys_to(key.related_model, Enterprise):
            return f"{key.name}__{beyond[0]}__"
    return None


def _keys(model: type[Model]) -> list["ForeignKey[Model, Model]"]:
    return [one for one in model._meta.get_fields() if isinstance(one, ForeignKey)]


def _keys_to(model: type[Model], other: type[Model]) -> list[str]:
    names = [key.name for key in _keys(model) if key.related_model is other]
    return sorted(names, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))


def firms_behind(request: HttpRequest, subjects: Collection[Subject]) -> Mapping[Subject, Named]:
    """The firm of each thing that has one, with its page where the reader may see it. At most two queries
    (whatever the kinds of things and however many), and those of who the reader is."""
    rows = _rows(subjects)
    seen = _seen(request.user, {firm for _kind, _id, firm, _name in rows})  # type: ignore[arg-type]
    return {
        (kind, public_id): Named(name, reverse("enterprises:firm", args=[firm]) if firm in seen else "")
        for kind, public_id, firm, name in rows
    }


def _rows(subjects: Collection[Subject]) -> list[tuple[str, str, str, str]]:
    """(type, public id, firm's public id, firm's name), by one statement over all the tables."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for kind, public_id in subjects:
        wanted[kind].append(public_id)
    parts = []
    for kind, ids in sorted(wanted.items()):
        model = subject_model(kind)
        path = path_to_firm(model) if model is not None and hasattr(model, "public_id") else None
        if model is None or path is None:
            continue
        found = model._base_manager.filter(public_id__in=ids, **({f"{path}isnull": False} if path else {}))
        of = Value(kind, output_field=CharField())
        columns = ("of", "public_id", f"{path}public_id", f"{path}name")
        parts.append(found.order_by().annotate(of=of).values_list(*columns))
    if not parts:
        return []
    return list(parts[0].union(*parts[1:], all=True))


def _seen(user: User, firms: set[str]) -> set[str]:
    """Those of the firms that the reader may open; an audit administrator sees no register."""
    today = clock.today()
    if not firms or not (may(user, Power.VIEW_REGISTER, today) or may(user, Power.ACT_FOR_FIRM, today)):
        return set()
    found = seen_by(user, today).filter(public_id__in=firms).order_by("pk")
    return set(found.values_list("public_id", flat=True))
