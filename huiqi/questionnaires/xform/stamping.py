"""The identity of a form, written into its XForm. Pure."""

from lxml import etree

from huiqi.questionnaires.xform.safe_xml import MOST_FORM_BYTES, local, parse_xml


def stamped(xform: str, *, form_id: str, version: str) -> str:
    """The XForm with this id and version on its document; everything else stays."""
    root = parse_xml(xform.encode(), most=MOST_FORM_BYTES)
    primary = next(one for one in root.iter() if isinstance(one.tag, str) and local(one) == "instance")[0]
    primary.set("id", form_id)
    primary.set("version", version)
    text: str = etree.tostring(root, encoding="unicode")
    return text
