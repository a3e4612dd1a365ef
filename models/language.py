"""Which language a text is in."""

import re
from functools import lru_cache
from typing import Any

from models.text import clean, cut

UNKNOWN = "und"
_ONLY_UKRAINIAN = re.compile("[іїєґ]", re.I)
_ONLY_RUSSIAN = re.compile("[ыэъё]", re.I)
_ONLY_BELARUSIAN = re.compile("ў", re.I)
_NEITHER = re.compile("[әғқңөұүһљњћђџѓќѕј]", re.I)
_LETTER = re.compile(r"[^\W\d_]")
_CYRILLIC = re.compile("[а-яёіїєґў]", re.I)
_LATIN = re.compile("[a-z]", re.I)
# Frequent Ukrainian words that no Russian text has and that have none of the four letters.
_UKRAINIAN_WORD = re.compile(
    r"\b(?:але|гарн\w+|добре|довго|дуже|дяку\w+|жахлив\w*|задоволен\w+|зручн\w+|коштів|нема|погано|"
    r"сподобал\w+|та|товару|чекав|чекала|чудов\w+|швидко|якщо|як)\b",
    re.I,
)
_SURE = 0.6
"""What lingua must at least say of a text in which neither letters nor words decide."""


def detect(text: str, hint: str | None = None) -> str:
    """Return ru, uk, be or en for a text, or `und` where it has no letters of theirs.

    Letters decide first: і ї є ґ without ы э ъ ё is Ukrainian, the reverse Russian; then a few words. What is left goes
    to lingua, and where that is unsure of a few words, `hint` (as the source names the language, BCP 47) decides.
    """
    sample = clean(cut(text, 64))
    letters = len(_LETTER.findall(sample))
    cyrillic = len(_CYRILLIC.findall(sample))
    latin = len(_LATIN.findall(sample))
    if not letters or (cyrillic + latin) * 2 < letters or _NEITHER.search(sample):
        return UNKNOWN
    if latin > cyrillic:
        return "en"
    ukrainian, russian = len(_ONLY_UKRAINIAN.findall(sample)), len(_ONLY_RUSSIAN.findall(sample))
    if _ONLY_BELARUSIAN.search(sample):
        return "be"
    if bool(ukrainian) != bool(russian):
        return "uk" if ukrainian else "ru"
    if _UKRAINIAN_WORD.search(sample):
        return "uk"
    best = _detector().compute_language_confidence_values(sample)[0]
    known = (hint or "").replace("_", "-").split("-")[0].lower()
    if best.value < _SURE:
        return known if known in ("ru", "uk", "be") else "ru"
    return str(best.language.iso_code_639_1.name).lower()


@lru_cache(maxsize=1)
def _detector() -> Any:
    from lingua import Language, LanguageDetectorBuilder

    languages = (Language.RUSSIAN, Language.UKRAINIAN, Language.BELARUSIAN)
    return LanguageDetectorBuilder.from_languages(*languages).build()
