"""Pinyin of names for searching: full and initials, small Latin letters only."""

from pypinyin import lazy_pinyin, load_phrases_dict

# Words of the code lists that the general dictionary reads wrongly.
load_phrases_dict(
    {
        "调味品": [["tiáo"], ["wèi"], ["pǐn"]],
        "渌口": [["lù"], ["kǒu"]],
        "黏胶": [["nián"], ["jiāo"]],
    }
)


def pinyin_of(name: str) -> tuple[str, str]:
    """Full pinyin and initials of `name`: 长沙市 → ("changshashi", "css"). Signs are left out."""
    syllables = ["".join(filter(str.isalnum, part)).lower() for part in lazy_pinyin(name)]
    letters = [part for part in syllables if part and part.isascii()]
    return "".join(letters), "".join(part[0] for part in letters)
