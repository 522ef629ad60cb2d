"""The kinds of list of this site, read once per process from `rulebook/lists.yaml`."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.enterprises.queries.statements import catalogue
from huiqi.lists.kinds import ListKind, load_kinds


@lru_cache(maxsize=4)
def _load(path: Path) -> Mapping[str, ListKind]:
    return load_kinds(path, catalogue())


def kinds() -> Mapping[str, ListKind]:
    """All kinds by id, in the order of the file."""
    return _load(Path(settings.RULEBOOK_DIR) / "lists.yaml")


def kind_called(kind_id: str) -> ListKind:
    """One kind, or Refused (`lists.no_kind`) when the rulebook has dropped it."""
    found = kinds().get(kind_id)
    if found is None:
        raise Refused("lists.no_kind", gettext_noop("规则手册里没有这种名单，请联系管理员核对 lists.yaml。"))
    return found
