"""Russian and Ukrainian in Latin letters, brought back to Cyrillic well enough to recognise words."""

import re
from functools import lru_cache

_LATIN = {
    "shch": "щ",
    "sch": "щ",
    "zh": "ж",
    "kh": "х",
    "ts": "ц",
    "ch": "ч",
    "sh": "ш",
    "yo": "ё",
    "jo": "ё",
    "yu": "ю",
    "ju": "ю",
    "iu": "ю",
    "ya": "я",
    "ja": "я",
    "ia": "я",
    "ye": "е",
    "je": "е",
    "yi": "ї",
    **dict(zip("abcdefghijklmnopqrstuvwxyz", "абцдефгхийклмнопкрстувухыз", strict=True)),
    "v": "в",
    "w": "в",
    "x": "х",
}
_PIECE = re.compile("|".join(sorted(_LATIN, key=len, reverse=True)))
# Spellings differ (y, j, i; h, g, kh; with and without signs): what they confuse is made one letter on both sides.
_FOLDED = str.maketrans(
    {
        **dict.fromkeys("йыіїь", "и"),
        **dict.fromkeys("ъ'’ʼ`", None),
        **dict.fromkeys("ёэє", "е"),
        **dict.fromkeys("гґ", "х"),
        "ь": None,
        "щ": "ш",
    }
)
_TWICE = re.compile(r"([^\W\d_])\1+")


@lru_cache(maxsize=20_000)
def cyrillic(word: str) -> str:
    """Return a Latin word in Cyrillic letters: `otravilsya` is «отравился»; other characters stay."""
    return _PIECE.sub(lambda piece: _LATIN[piece[0]], word.lower())


def fold(text: str) -> str:
    """Return Cyrillic text without what transliteration cannot tell apart, for comparing only."""
    return _TWICE.sub(r"\1", text.lower().translate(_FOLDED))
