"""Strings that break programs, for every field and parameter: our own short list, and a big one.

The big list (text/blns.json, an array of strings) is read from the folder named by HUIQI_MATERIAL, or
from one beside the repository; without it our own list must do.
"""

import json
import os
from pathlib import Path

OWN = [
    "",
    " ",
    "\x00",
    "\ufeff",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "' OR 1=1 --",
    '"><script>alert(1)</script>',
    "{{ 7*7 }}{% debug %}",
    "%s%n%x",
    "../../../../etc/passwd",
    "=1+1",
    "１２３",
    "NaN",
    "Infinity",
    "-1",
    "1e309",
    "9" * 400,
    "a" * 5000,
    "𠮷野家㐂",
    "‮abc",
    "👩‍👩‍👧‍👦" * 50,
    "\t\r\n",
    "null",
    "０００００００００００",
    "2020-02-30",
    "二〇二〇年二月",
]


def naughty_strings() -> list[str]:
    """Our list and, where present, the big one."""
    root = Path(__file__).resolve().parents[3]
    folders = [os.environ.get("HUIQI_MATERIAL"), str(root.parent / "shared" / "material")]
    for folder in folders:
        path = Path(folder or "/nonexistent") / "text" / "blns.json"
        if path.exists():
            return OWN + [
                text for text in json.loads(path.read_text(encoding="utf-8")) if isinstance(text, str)
            ]
    return OWN
