"""File names as people gave them, made harmless for disks, headers and eyes. Pure."""

import re
import unicodedata

LONGEST_NAME = 120
LONGEST_NAME_BYTES = 240  # most file systems allow 255
UNNAMED = "未命名"
_FORBIDDEN = re.compile(r'[<>:"|?*/\\]')
# Planes 2 and 3 of Unicode, which hold nothing else.
_HAN_PLANES = ("\U00020000", "\U0003fffd")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def safe_name(given: str) -> str:
    """The last part of `given` as a name for a download: no path, no invisible or direction-changing
    characters, nothing Windows refuses; Chinese of every plane stays. Never empty.
    """
    name = given.replace("\\", "/").rpartition("/")[2]
    name = "".join(" " if character.isspace() else character for character in name if _is_visible(character))
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).strip(" .")
    if not name:
        return UNNAMED
    name = _shortened(name)
    return _shortened(f"_{name}") if _RESERVED.fullmatch(name) else name


def _is_visible(character: str) -> bool:
    """Cc, Cf (also the marks that turn `gpj.exe` around), Cs, Co, Cn and line separators are not.

    The planes of Han are, all of them: GB 18030-2022 has characters of names (U+2EBF0 and on, Unicode 15.1)
    that Python 3.11 does not know yet.
    """
    if _HAN_PLANES[0] <= character <= _HAN_PLANES[1]:
        return True
    category = unicodedata.category(character)
    return category[0] != "C" and category not in {"Zl", "Zp"}


def _shortened(name: str) -> str:
    """At most the longest name, cut before the extension."""
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        stem, dot, extension = name, "", ""
    while _is_too_long(f"{stem}{dot}{extension}"):
        stem = stem[:-1]
    return f"{stem.rstrip(' .')}{dot}{extension}"


def _is_too_long(name: str) -> bool:
    return len(name) > LONGEST_NAME or len(name.encode()) > LONGEST_NAME_BYTES


def extension_of(name: str) -> str:
    """The extension in lower case without the dot, or ""."""
    return name.rpartition(".")[2].lower() if "." in name else ""
