"""What a device adds of its own accord and what would lead back from anonymous answers. Pure."""

from lxml import etree

from huiqi.questionnaires.xform.definition import Form
from huiqi.questionnaires.xform.filling import Filling
from huiqi.questionnaires.xform.safe_xml import local


def traces_of(form: Form) -> list[str]:
    """Places a device fills in by itself: its number, its user, when filling in began and ended."""
    return [path for path, slot in form.slots.items() if slot.bind.preload]


def without_traces(filling: Filling) -> None:
    """Empty them before the answers are kept."""
    for path in traces_of(filling.form):
        for node in filling.nodes_at(path):
            node.text = ""


def clear_traces(root: etree._Element, form: Form) -> None:
    """The same in a submission that is kept as it came; of `meta` only the instanceID stays."""
    places = {path.split("/")[2:][-1] for path in traces_of(form) if path.count("/") > 1}
    for element in root.iter():
        parent = element.getparent()
        is_meta = parent is not None and local(parent) == "meta"
        if local(element) != "instanceID" and (is_meta or local(element) in places):
            element.text = ""
