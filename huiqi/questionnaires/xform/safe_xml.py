"""XML from outside, parsed without entities, document types or anything that grows. Pure."""

import re

from lxml import etree

from huiqi.core.messages import Message, gettext_noop

MOST_FORM_BYTES = 20_000_000  # a form with 16,000 choices in three languages has 6 MB
MOST_SUBMISSION_BYTES = 2_000_000
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class XmlRefused(Exception):
    """XML that is not read; `said` says why in Chinese, `kind` is stable."""

    def __init__(self, kind: str, said: str, /, **values: object) -> None:
        self.kind = kind
        self.said = Message(said, values)
        super().__init__(str(self.said))


def parse_xml(raw: bytes, *, most: int) -> etree._Element:
    """The root element; XmlRefused for what is too big, has a document type, or is no XML."""
    if len(raw) > most:
        raise XmlRefused(
            "too_big",
            gettext_noop("文件有%(size)s MB，最大%(most)s MB。"),
            size=round(len(raw) / 1_000_000, 1),
            most=most // 1_000_000,
        )
    # Letters of UTF-16 lie between zero bytes; the field's clients send UTF-8.
    if b"\x00" in raw[:200]:
        raise XmlRefused("encoding", gettext_noop("文件不是 UTF-8 编码的 XML。请另存为 UTF-8。"))
    if _DOCTYPE.search(raw):
        raise _doctype()
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise XmlRefused(
            "syntax",
            gettext_noop("这不是完整的 XML，第%(row)s行读不下去。请核对文件是否下载或导出完整。"),
            row=error.lineno or 1,
        ) from error
    except ValueError as error:
        raise XmlRefused("syntax", gettext_noop("这不是 XML。请核对文件。")) from error
    docinfo = root.getroottree().docinfo
    if docinfo.doctype or docinfo.internalDTD is not None:
        raise _doctype()
    return root


def _doctype() -> XmlRefused:
    return XmlRefused(
        "doctype", gettext_noop("文件里有文档类型声明（DOCTYPE 或 ENTITY），可能是恶意文件，没有读取。")
    )


def local(element: etree._Element) -> str:
    """An element's name without its namespace."""
    tag = str(element.tag)
    return tag[tag.rindex("}") + 1 :] if tag[0] == "{" else tag


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its local name, in whatever namespace."""
    value = element.get(name)
    if value is not None:
        return str(value)
    for key, found in element.attrib.items():
        if str(key).endswith(f"}}{name}"):
            return str(found)
    return None
