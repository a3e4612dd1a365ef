"""Which of our languages a review or reply is in. The rooms do not know each other, so `models` has its own."""

import re
from functools import lru_cache
from typing import Any, Final

UNKNOWN: Final = "und"
_LETTER = re.compile(r"[^\W\d_]")
_UKRAINIAN = re.compile("[іїєґ]", re.I)
_RUSSIAN = re.compile("[ыэъё]", re.I)
_FOREIGN = re.compile(r"[ўәғқңөұүһљњћђџѓќѕјßøåæłżźśćńęąñ¿¡]|\(original\)", re.I)
_NOISE = re.compile(r"https?://\S+|(?<!\S)\S{1,64}@\S+|<\w+>|\[\w+\]")
_FEW_LETTERS = 12
_FEW_WORDS = 3
_SURE = 0.75


def detect(text: str) -> str:
    """Return ru, uk or en, or `und` where a text is too short, mixed or in another language to be sure."""
    text = _NOISE.sub(" ", text)
    letters = _LETTER.findall(text)
    if len(letters) < _FEW_LETTERS or len(text.split()) < _FEW_WORDS or _FOREIGN.search(text):
        return UNKNOWN
    latin = sum(letter.isascii() for letter in letters) / len(letters)
    if latin > 0.8:
        return "en" if all(letter.isascii() for letter in letters) else UNKNOWN
    if latin > 0.4:
        return UNKNOWN
    ukrainian, russian = len(_UKRAINIAN.findall(text)), len(_RUSSIAN.findall(text))
    if ukrainian >= 2 and ukrainian > 4 * russian:
        return "uk"
    if russian >= 2 and russian > 4 * ukrainian:
        return "ru"
    return _by_lingua(text)


def _by_lingua(text: str) -> str:
    best = _detector().compute_language_confidence_values(text)[0]
    if best.value < _SURE:
        return UNKNOWN
    name = str(best.language.iso_code_639_1.name).lower()
    return name if name in ("ru", "uk") else UNKNOWN


@lru_cache(maxsize=1)
def _detector() -> Any:
    from lingua import Language, LanguageDetectorBuilder

    languages = (Language.RUSSIAN, Language.UKRAINIAN, Language.BELARUSIAN, Language.BULGARIAN)
    return LanguageDetectorBuilder.from_languages(*languages).build()
