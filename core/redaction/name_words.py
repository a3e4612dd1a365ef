"""Which words are names of people: lists of given names, endings of patronymics, and words that only stand there."""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

UPPER, LOWER = "A-ZÀ-ÖØ-ÞČĆŚŞŠŽŻŁĐÅА-ЯЁІЇЄҐ", "a-zß-öø-ÿčćńęąğışśšžźżłđřěа-яёіїєґ"
WORD = (
    rf"(?:[{UPPER}]['’ʼ]?[{UPPER}]?[{LOWER}'’ʼ]{{1,24}}(?:-[{UPPER}][{LOWER}]{{1,24}})?|[{UPPER}]{{2,25}}"
    rf"|[{UPPER}]\.|[{UPPER}](?![\w'’ʼ]))"
)
WORDS = re.compile(rf"{WORD}(?:[ ]?(?<=[ .]){WORD}){{0,4}}")
LOWER_WORD = re.compile(rf"[{LOWER}'’ʼ]{{2,25}}")
TITLE = (
    r"(?:(?i:господин|госпожа|г-н|г-жа|пане|пані|пан|mr|mrs|ms|miss|dr|prof|professor)\.?[ ]{1,2}"
    r"|(?i:т[её]тя|дядя|баба|бабушка|дед|дедушка|мама|папа|тітка|тьотя|дядько|бабуся|дідусь|семья|родина|сім['’ʼ]я"
    r"|aunt|uncle|grandma|grandpa)[ ])?"
)
STAFF = re.compile(
    r"[ ,–—-]{0,3}(?:(?:наш|ваш|our|your|the|a|из|з|с|from|in)[а-яa-zії]{0,4} )?(?:админ|адмін|менедж|врач|доктор|лікар"
    r"|мастер|майст|продав|кассир|касир|официант|офіціант|курьер|кур['’ʼ]єр|консульт|водител|воді|оператор|специалист"
    r"|спеціаліст|сотрудни|співробітни|хирург|хірург|стоматолог|терапевт|парикмах|перукар|охранник|инструктор|тренер"
    r"|бариста|директор|котор|котра|котрий|яка\b|який\b|manager|doctor|nurse|waiter|waitress|driver|server|barista"
    r"|receptionist|stylist|technician|agent|at the|who\b)",
    re.IGNORECASE,
)
"""Words that make the name before them one of the staff, whom nobody greets."""
_PATRONYMIC = re.compile(
    r"\w{2,}(?:(?:[оеєё]в|йов|ьев|[лкмн])ич(?:а|у|ем|у|ові|е)?|(?:ов|ев|єв|ёв)н(?:а|ы|у|е|ой|о|и|і|ою)|[ії]вн(?:а|и|у|і|о|ою)"
    r"|инич?н(?:а|ы|у|е|ой))"
)
_LOOK_ALIKES = str.maketrans("aceiopxykmtbh", "асеіорхукмтвн")
_CYRILLIC = re.compile("[а-яёіїєґ]")
_INITIAL = re.compile(rf"[{UPPER}]\.?")


def is_no_name(word: str) -> bool:
    """Tell whether `word` stands where names stand and is none: «Клиент», "Team", a city, a firm."""
    return word.lower() in listed("no_names.txt")


@lru_cache(maxsize=4096)
def is_given_name(word: str, *, is_exact: bool = False) -> bool:
    """Tell whether `word` is a known given name; unless `is_exact`, also one in the vocative."""
    lower = _folded(word)
    known = listed("given_names.txt")
    if lower.isascii() and any(part in listed("world_names.txt") for part in (lower, *lower.split("-"))):
        return True
    if is_exact:
        return any(part in known for part in (lower, *lower.split("-")))
    return any(form in known for part in (lower, *lower.split("-")) for form in _nominatives(part))


@lru_cache(maxsize=4096)
def is_given_name_in_case(word: str) -> bool:
    """Tell whether `word` is a known given name in any case: «Наталку», «Эльдара», «Златы»."""
    lower = _folded(word)
    stem = re.sub(r"(?:ом|ем|єм|ём|ой|ою|ей|ею|єю|ові|еві|[аяуюыиіїеєо])$", "", lower)
    return is_given_name(word) or any(stem + ending in listed("given_names.txt") for ending in ("", "а", "я", "й", "ь"))


def is_common(word: str) -> bool:
    """Tell whether `word` is a given name and an ordinary word too: «вера», "joy"."""
    return word.lower() in listed("common_words.txt")


def is_initial(word: str) -> bool:
    """Tell whether `word` is one letter, with or without its stop."""
    return _INITIAL.fullmatch(word) is not None


def is_person(words: list[str], *, is_exact: bool = False) -> bool:
    """Tell whether capitalised `words` hold a known given name, or a patronymic beside another word."""
    return any(is_given_name(word, is_exact=is_exact) for word in words) or (
        len(words) > 1 and any(_PATRONYMIC.fullmatch(word.lower()) for word in words)
    )


def _folded(word: str) -> str:
    """Return `word` in lower case, with one apostrophe, and in Cyrillic where Latin look-alikes stand among it."""
    lower = word.lower().replace("ʼ", "'").replace("’", "'")
    return lower.translate(_LOOK_ALIKES) if _CYRILLIC.search(lower) else lower


def _nominatives(word: str) -> Iterator[str]:
    """Yield what a word may be the vocative of: «Олено» of «олена», «Андрію» of «андрій», «Саш» of «саша»."""
    yield word
    endings = {
        "о": ("а", ""),
        "е": ("", "а", "о"),
        "є": ("я",),
        "ю": ("й", "ь", "я"),
        "у": ("",),
        "ь": ("я",),
        "і": ("я", "а"),
    }
    for ending in endings.get(word[-1:], ()):
        yield word[:-1] + ending
    yield word + "а"
    yield word + "я"


@lru_cache(maxsize=8)
def listed(file: str) -> frozenset[str]:
    """Return the words of a list of this folder."""
    lines = files("core.redaction").joinpath(file).read_text(encoding="utf-8").splitlines()
    return frozenset(word.replace("’", "'") for line in lines if not line.startswith("#") for word in line.split())
