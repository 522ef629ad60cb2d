"""The documents of OpenRosa 1.0 (docs.getodk.org/openrosa): lists of forms, manifests, answers. Pure."""

import base64
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

VERSION = "1.0"
# One file of the largest size that is kept (files.uploads), and the submission beside it.
MOST_BODY = 25_000_000
CONTENT_TYPE = "text/xml; charset=utf-8"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_LIST, _MANIFEST = "http://openrosa.org/xforms/xformsList", "http://openrosa.org/xforms/xformsManifest"
_RESPONSE = "http://openrosa.org/http/response"


@dataclass(frozen=True)
class ListedForm:
    """A form a client may download; by the `md5` of the file behind `url` clients see that it changed."""

    form_id: str
    name: str
    version: str
    md5: str
    description: str
    url: str
    manifest_url: str


def form_list(forms: Iterable[ListedForm]) -> str:
    """The answer to formList."""
    return f'{_HEAD}<xforms xmlns="{_LIST}">{"".join(map(_form, forms))}</xforms>'


def _form(one: ListedForm) -> str:
    parts = {
        "formID": one.form_id,
        "name": one.name,
        "version": one.version,
        "hash": f"md5:{one.md5}",
        "descriptionText": one.description,
        "downloadUrl": one.url,
        "manifestUrl": one.manifest_url,
    }
    return f"<xform>{''.join(f'<{name}>{_text(value)}</{name}>' for name, value in parts.items())}</xform>"


def manifest() -> str:
    """No form has media: a questionnaire with pictures or data files is refused at upload."""
    return f'{_HEAD}<manifest xmlns="{_MANIFEST}"/>'


def answer(said: str, *, is_refused: bool, instance_id: str = "") -> str:
    """What a client shows to who sent something."""
    nature = "submit_error" if is_refused else "submit_success"
    told = f'<message nature="{nature}">{_text(said)}</message>'
    metadata = ""
    if instance_id:
        metadata = (
            '<submissionMetadata xmlns="http://www.opendatakit.org/xforms" '
            f'instanceID="{_text(instance_id)}"/>'
        )
    return f'{_HEAD}<OpenRosaResponse xmlns="{_RESPONSE}">{told}{metadata}</OpenRosaResponse>'


def _text(value: str) -> str:
    kept = "".join(
        one
        for one in value
        if one in "\t\n" or (" " <= one < "\ud800" or "\ue000" <= one < "\ufffe" or one > "\uffff")
    )
    return escape(kept, {'"': "&quot;"})


def collect_settings(server_url: str) -> str:
    """What ODK Collect reads from a QR code: its settings as JSON, deflated, in base 64."""
    settings = {
        "general": {"protocol": "odk_default", "server_url": server_url, "form_update_mode": "match_exactly"},
        "admin": {},
        "project": {},
    }
    packed = zlib.compress(json.dumps(settings, separators=(",", ":")).encode())
    return base64.b64encode(packed).decode()
