"""Units: added, edited, switched off and on."""

from django.db import transaction

from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop


@transaction.atomic
def add_unit(*, name: str, kind: UnitKind, region: str, parent: Unit | None, actor: User) -> Unit:
    """A new unit below its superior."""
    unit = Unit.objects.create(name=name, kind=kind, region=region, parent=parent)
    audit.record("unit.added", unit, actor=actor, kind=kind, region=region)
    return unit


@transaction.atomic
def edit_unit(unit: Unit, *, name: str, region: str, parent: Unit | None, actor: User) -> Unit:
    """Another name, region or superior; the kind stays, because scopes hang on it."""
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    above, steps = parent, 0
    while above is not None:
        if above.pk == unit.pk:
            raise Refused("accounts.unit_ring", gettext_noop("上级单位不能是它自己或它的下级，请另选。"))
        above, steps = above.parent, steps + 1
    moved = unit.region != region or unit.parent_id != (parent.pk if parent else None)
    unit.name, unit.region, unit.parent = name, region, parent
    unit.save(update_fields=["name", "region", "parent"])
    audit.record("unit.edited", unit, actor=actor, moved=moved, region=region)
    return unit


@transaction.atomic
def switch_unit(unit: Unit, *, is_active: bool, actor: User) -> Unit:
    """Off only when nobody works there and nothing is below it any more."""
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if not is_active:
        people = unit.people.filter(is_active=True).count()
        children = unit.children.filter(is_active=True).count()
        if people or children:
            said = gettext_noop(
                "这个单位还有%(people)s个启用的账号、%(children)s个启用的下级单位，请先停用或调整。"
            )
            raise Refused("accounts.unit_in_use", Message(said, {"people": people, "children": children}))
    elif unit.parent is not None and not unit.parent.is_active:
        raise Refused("accounts.parent_off", gettext_noop("上级单位已停用，请先启用上级单位。"))
    unit.is_active = is_active
    unit.save(update_fields=["is_active"])
    audit.record("unit.switched_on" if is_active else "unit.switched_off", unit, actor=actor)
    return unit
