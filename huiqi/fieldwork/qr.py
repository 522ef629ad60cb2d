"""QR codes as drawings that stand in a page. Pure."""

import io

import qrcode
from django.utils.safestring import SafeString, mark_safe
from qrcode.image.svg import SvgPathImage

_HEAD = "<?xml version='1.0' encoding='UTF-8'?>\n"


def qr_drawing(text: str) -> SafeString:
    """An SVG element; its text alternative belongs to the element around it."""
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M, image_factory=SvgPathImage, border=4
    )
    code.add_data(text)
    target = io.BytesIO()
    code.make_image().save(target)
    # The library's own markup: of `text` only squares are left.
    return mark_safe(target.getvalue().decode().removeprefix(_HEAD))  # noqa: S308
