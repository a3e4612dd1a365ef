"""Which language a text is in."""

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from models.text import clean
from models.transliteration import cyrillic, fold

UNKNOWN = "und"
WORDS = Path(__file__).with_suffix(".toml")
SUPPORTED = frozenset({"ru", "uk", "en"})
"""What the model was trained and measured on."""

_MOST = 800
"""Characters looked at: half from the head and half from the tail."""
_EAST_SLAVIC = ("ru", "uk", "be")
_SURE = 0.6
"""What lingua must at least say of a text in which neither letters nor words decide."""
_FOREIGN = 0.9
"""What it must say for a language that is not expected here."""
_CYRILLIC_LANGUAGES = ("RUSSIAN", "UKRAINIAN", "BELARUSIAN", "KAZAKH", "BULGARIAN")
_SERBIAN_LANGUAGES = ("SERBIAN", "MACEDONIAN")
_LATIN_LANGUAGES = (
    *("ENGLISH", "POLISH", "GERMAN", "FRENCH", "SPANISH", "ITALIAN", "PORTUGUESE", "CZECH", "ROMANIAN", "TURKISH"),
    *("LITHUANIAN", "DUTCH"),
)
_OTHER_LANGUAGES = (
    *("GEORGIAN", "ARMENIAN", "GREEK", "HEBREW", "ARABIC", "CHINESE", "JAPANESE", "KOREAN", "HINDI", "THAI"),
)

_LETTER = re.compile(r"[^\W\d_]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[a-z\u00c0-\u024f]", re.I)
_ACCENT = re.compile("[\u00c0-\u024f]")
_ONLY_RUSSIAN = re.compile("[ыэё]", re.I)
_ONLY_UKRAINIAN = re.compile("[іїєґ]", re.I)
_ONLY_BELARUSIAN = re.compile("ў", re.I)
_ONLY_KAZAKH = re.compile("[әғқңөұүһ]", re.I)
_ONLY_UZBEK = re.compile("[қғҳ]", re.I)
_NOT_KAZAKH = re.compile("[ҳў]", re.I)
_ONLY_SERBIAN = re.compile("[љњћђџѓќѕј]", re.I)
# Frequent Ukrainian words that no Russian text has and that have none of the four letters.
_UKRAINIAN_WORD = re.compile(
    r"\b(?:але|гарн\w+|добре|довго|дуже|дяку\w+|жахлив\w*|задоволен\w+|зручн\w+|коштів|нема|погано|"
    r"сподобал\w+|та|товару|чекав|чекала|чудов\w+|швидко|якщо|як)\b",
    re.I,
)
# Endings and clusters that Russian and Ukrainian have in Latin letters, and English words hardly.
_SLAVIC_SHAPE = re.compile(
    r"^\w{2,}(?:ilsya|alsya|ilas|alas|ilis|alis|ogo|omu|emu|aet|uet|ayut|uyut|yut|yat|tsya|tsja|ennyj|nyj|nyy|niy|nij|kij"
    r"|kiy|aya|oye|oe|ovat|ivat|enie|nie|nost|ali|ili|ala|ila|yli|yla|alo|ilo|ami|yami|ovali|at'|it'|et'|aty|yty|aly|yly)$"
    r"|^\w*(?:zh|shch|tsy|kh)\w*$|'$"
)
_UKRAINIAN_SHAPE = re.compile(
    r"^\w{2,}(?:sja|vsya|jut|uje|aje|yje|aty|yty|oho|yly|aly|ovaly|ij|yj|nja|tja|annya|ennya)$"
)


def supported(language: str) -> bool:
    """Return whether the model knows this language; what it says of a text in another one is of low confidence."""
    return language in SUPPORTED


def detect(text: str, hint: str | None = None) -> str:
    """Return the ISO 639-1 code of a text's language, or `und` where it has no letters or an unknown script.

    Letters decide first: і ї є ґ without ы э ё is Ukrainian, the reverse Russian; then frequent words, of Russian and
    Ukrainian in Latin letters too («ochen ploho» is ru). What is left goes to lingua, whose models come with it, and
    where that is unsure of a few words `hint` (as the source names the language, BCP 47) decides. A text that mixes
    languages gets the one that prevails.

    Args:
        text: any length; only its first and last 400 characters are looked at.
        hint: a guess from outside; it never overrules what the text itself shows.
    """
    side = _MOST // 2
    sample = clean(text if len(text) <= _MOST else f"{text[:side]} {text[-side:]}")
    letters, cyrillic_letters = len(_LETTER.findall(sample)), len(_CYRILLIC.findall(sample))
    latin_letters = len(_LATIN.findall(sample))
    known = (hint or "").replace("_", "-").split("-")[0].lower()
    if not letters:
        return UNKNOWN
    if (cyrillic_letters + latin_letters) * 2 < letters:
        return _lingua(_OTHER_LANGUAGES, sample)[0][0]
    # A Cyrillic review that names "Samsung Galaxy" stays Cyrillic even where the names are longer than the rest.
    return _of_cyrillic(sample, known) if cyrillic_letters * 3 >= latin_letters * 2 else _of_latin(sample, known)


def _of_cyrillic(sample: str, hint: str) -> str:
    ukrainian, russian = len(_ONLY_UKRAINIAN.findall(sample)), len(_ONLY_RUSSIAN.findall(sample))
    if _ONLY_KAZAKH.search(sample) or _NOT_KAZAKH.search(sample):
        if _ONLY_UZBEK.search(sample) and _NOT_KAZAKH.search(sample):
            return "uz"
        return "be" if _ONLY_BELARUSIAN.search(sample) else "kk"
    if _ONLY_SERBIAN.search(sample):
        return _lingua(_SERBIAN_LANGUAGES, sample)[0][0]
    if russian and not ukrainian:
        return "ru"
    if ukrainian and not russian and re.search("[їєґ]|[^ьчджзцс]и|що", sample, re.I):
        return "uk"
    if not ukrainian and _UKRAINIAN_WORD.search(sample):
        return "uk"
    best, value = _lingua(_CYRILLIC_LANGUAGES, sample)[0]
    if best == "be":
        return "be" if ukrainian and russian else _of_east(hint, ukrainian)
    if value >= (_FOREIGN if best == "uk" and not ukrainian else _SURE) and best in _EAST_SLAVIC:
        return best
    if value >= _FOREIGN and len(sample.split()) > 6 and best not in _EAST_SLAVIC and not ukrainian:
        return best
    return _of_east(hint, ukrainian)


def _of_east(hint: str, ukrainian: int) -> str:
    if hint in _EAST_SLAVIC:
        return hint
    return "uk" if ukrainian else "ru"


def _of_latin(sample: str, hint: str) -> str:
    words = re.findall(r"[^\W\d_]+'?", sample.lower())
    english = sum(word in _words("english") for word in words)
    if not _ACCENT.search(sample) and (slavic := _transliterated(words, english)):
        return slavic
    if english * 5 >= len(words) and not (_ACCENT.search(sample) and english * 3 < len(words)):
        return "en"
    best, value = _lingua(_LATIN_LANGUAGES, sample)[0]
    if best == "cs" and not _ACCENT.search(sample):
        # Czech without a single accent is rarer here than Russian or Ukrainian in Latin letters.
        return "uk" if any(map(_UKRAINIAN_SHAPE.match, words)) else "ru"
    if best == "en" or (value >= _FOREIGN and (len(words) > 2 or _ACCENT.search(sample))):
        return best
    if hint and hint != UNKNOWN:
        return hint
    return "en" if value < _SURE or not _ACCENT.search(sample) else best


def _transliterated(words: Sequence[str], english: int) -> str | None:
    """Return ru or uk for Latin words of which more are theirs than English, else None."""
    common, russian, ukrainian = _words("english"), _words("russian"), _words("ukrainian")
    folded = [fold(cyrillic(word)) for word in words if word not in common]
    of_russian = sum(word in russian for word in folded)
    of_ukrainian = sum(word in ukrainian for word in folded)
    of_ukrainian += sum(_UKRAINIAN_SHAPE.match(word) is not None for word in words)
    known = sum(word in russian or word in ukrainian for word in folded)
    shaped = sum(_SLAVIC_SHAPE.match(word) is not None for word in words if word not in common)
    if not known and shaped < 2:
        return None
    if known * 2 + shaped <= english * 2 or (known * 2 + shaped) * 4 < len(words):
        return None
    return "uk" if of_ukrainian > of_russian else "ru"


@lru_cache(maxsize=3)
def _words(language: str) -> frozenset[str]:
    """Return the frequent words of a language in small letters, Cyrillic ones folded."""
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))[language].split()
    return frozenset(words if language == "english" else map(fold, words))


def _lingua(languages: tuple[str, ...], sample: str) -> list[tuple[str, float]]:
    """Return ISO codes with lingua's confidence, the likeliest first; `und` where it knows none."""
    values = _detector(languages).compute_language_confidence_values(sample)
    if not values or not values[0].value:
        return [(UNKNOWN, 0.0)]
    return [(str(one.language.iso_code_639_1.name).lower(), one.value) for one in values]


@lru_cache(maxsize=4)
def _detector(languages: tuple[str, ...]) -> Any:
    from lingua import Language, LanguageDetectorBuilder

    # The full models of all these languages take 0.5 GB and 3 s; these, 30 MB and 0.2 s.
    chosen = [getattr(Language, name) for name in languages]
    return LanguageDetectorBuilder.from_languages(*chosen).with_low_accuracy_mode().build()
