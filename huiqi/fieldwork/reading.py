"""A submission's envelope: which form and version it answers, by which number it is known again. Pure."""

import hashlib
from dataclasses import dataclass

from lxml import etree

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.xform.safe_xml import (
    MOST_SUBMISSION_BYTES,
    XmlRefused,
    attribute,
    local,
    parse_xml,
)

# Clients send `uuid:` and 36 characters.
INSTANCE_ID_LENGTH = 80


@dataclass(frozen=True)
class Envelope:
    """What is read of a submission before it is judged. `digest` is the same for the same content, however
    the client wrote it (canonical XML, SHA-256)."""

    root: etree._Element
    form_id: str
    version: str
    instance_id: str
    corrects: str
    digest: str


def read_envelope(xml: bytes) -> Envelope:
    """Open a submission.

    Refused: `fieldwork.xml` what is no safe XML, `fieldwork.too_big`, `fieldwork.no_instance` without an
    instanceID, by which it would be known again.
    """
    try:
        root = parse_xml(xml, most=MOST_SUBMISSION_BYTES)
    except XmlRefused as refused:
        code = "fieldwork.too_big" if refused.kind == "too_big" else "fieldwork.xml"
        raise Refused(code, refused.said) from refused
    instance_id = _meta(root, "instanceID")
    if not instance_id:
        said = gettext_noop("答卷没有编号（meta/instanceID），重发时认不出来，没有接收。")
        raise Refused("fieldwork.no_instance", said)
    if len(instance_id) > INSTANCE_ID_LENGTH:
        long = Message(
            gettext_noop("答卷编号（meta/instanceID）有%(length)s个字，最多%(most)s个。"),
            {"length": len(instance_id), "most": INSTANCE_ID_LENGTH},
        )
        raise Refused("fieldwork.no_instance", long)
    return Envelope(
        root,
        form_id=attribute(root, "id") or "",
        version=attribute(root, "version") or "",
        instance_id=instance_id,
        corrects=_meta(root, "deprecatedID")[:INSTANCE_ID_LENGTH],
        digest=hashlib.sha256(_canonical(root, xml)).hexdigest(),
    )


def _canonical(root: etree._Element, xml: bytes) -> bytes:
    try:
        canonical: bytes = etree.tostring(root, method="c14n")
    except etree.LxmlError:
        return xml  # a namespace that has no canonical form
    return canonical


def _meta(root: etree._Element, name: str) -> str:
    """A text of `meta`, which clients write in the form's namespace or in OpenRosa's."""
    for child in root:
        if local(child) == "meta":
            return next((" ".join((one.text or "").split()) for one in child if local(one) == name), "")
    return ""
