"""Names by which a text addresses somebody or signs: «Здравствуйте, Анна!», «З повагою, Олена», "Dear John,".

A capitalised word after a greeting and before a stop is taken for a name unless it is one of the words that stand
there in replies («Клиент», «Спасибо»). Without a stop, in lower case, or at the start of a sentence, only a known
given name counts.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from core.redaction.text import Span

_UPPER, _LOWER = "A-ZА-ЯЁІЇЄҐ", "a-zа-яёіїєґ"
_WORD = (
    rf"(?:[{_UPPER}]['’ʼ]?[{_UPPER}]?[{_LOWER}'’ʼ]{{1,24}}(?:-[{_UPPER}][{_LOWER}]{{1,24}})?|[{_UPPER}]{{2,25}}"
    rf"|[{_UPPER}]\.|[{_UPPER}](?![\w'’ʼ]))"
)
_WORDS = re.compile(rf"{_WORD}(?:[ ]?(?<=[ .]){_WORD}){{0,4}}")
_LOWER_WORD = re.compile(rf"[{_LOWER}'’ʼ]{{2,25}}")
_NICKNAME = re.compile(r"(?=[a-z0-9_.-]*[a-z])[A-Za-z0-9_-]{3,30}(?=[!,])")
_STOP = re.compile(
    r"\s*(?:[,!.:;()\n–—-]|$)|\s(?:we|thank|thanks|please|sorry|our|it is|i am"
    r"|мы|нам|спасибо|благодарим|приносим|просим|ми|дякуємо|просимо|перепрошуємо)\b"
)
_TITLE = r"(?:(?:господин|госпожа|г-н|г-жа|пане|пані|пан|mr|mrs|ms|miss|dr)\.?[ ]{1,2})?"
_GREETING = re.compile(
    r"(?P<greeting>(?<!\w)(?:(?:здравствуй(?:те)?|приветству(?:ем|ю)(?: вас| тебя)?|привет(?:ик)?"
    r"|доброе утро|доброй ночи|добр(?:ый|ого) (?:день|дня|вечер|вечера|утро|утра|времени суток)"
    r"|(?:много|глубоко)?уважаем(?:ый|ая|ые)|ув\.|дорог(?:ой|ая|ие)|господин|госпожа"
    r"|добрий (?:день|вечір)|доброго (?:дня|вечора|ранку)|доброї ночі|віта(?:ємо|ю)(?: вас)?|привіт"
    r"|шановн(?:ий|а|і|е)|пане|пані"
    r"|dear|hello|hi|hey|good (?:morning|afternoon|evening|day)|greetings"
    rf")[ ,!.–—-]{{1,3}}){{1,3}}){_TITLE}",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"(?<!\w)(?:с (?:большим |глубоким )?уважением|с (?:наи)?лучшими(?: пожеланиями)?|искренне ваш[аи]?"
    r"|з (?:великою )?повагою|з най(?:кращими|щирішими|теплішими)(?: побажаннями)?|щиро ваш[аі]?"
    r"|(?:best |kind |warm )?regards|sincerely(?: yours)?|yours (?:truly|sincerely|faithfully)|best wishes"
    r")[ ,.:\n–—-]{1,4}",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?<!\w)(?:всего (?:доброго|хорошего|наилучшего)|на все добре|усього (?:доброго|найкращого)"
    r"|подпис(?:ь|ано|ал|ала)|підпис(?:ано|ав|ала)?|автор(?:ка)? (?:отзыва|відгуку)"
    r"|(?:отзыв|відгук) (?:оставила?|написала?|залишив|залишила|написав)"
    r"|ваш[аі]? (?:\w{4,14} )?(?:клиент(?:ка)?|покупатель(?:ница)?|гостья|гость|пациент(?:ка)?|посетитель(?:ница)?"
    r"|клієнт(?:ка)?|покупець|покупчиня|гостя|гість|пацієнт(?:ка)?|відвідувач(?:ка)?)"
    r"|(?:disappointed|unhappy|angry|former|regular|loyal) (?:customer|client|guest|patient))[ ,.:\n–—-]{1,4}",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:^|[.!?\n])[ \n]{0,3}(?i:(?:many )?thanks(?: again)?|cheers|yours|best|спасибо|дякую) ?[,!.\n–—-]{1,3}[ \n]?"
    rf"(?P<name>{_WORD}(?:[ ]?(?<=[ .]){_WORD}){{0,2}})[.!]?\s*\Z"
)
_INITIALS = re.compile(rf"[/(]\s?(?P<name>{_WORD} ?[{_UPPER}]\.? ?(?:[{_UPPER}]\.?)?)\s?[/)][.!]?\s*$", re.MULTILINE)
_ROLE = re.compile(rf"(?:[{_LOWER}-]{{2,24}}[ ,]{{1,2}}){{1,5}}")
_SELF = re.compile(
    r"(?P<greeting>(?<!\w)(?:меня зовут|мо[её] имя|мене (?:звати|звуть)|моє ім['’ʼ]?я|my name is)[ :–—-]{1,3})",
    re.IGNORECASE,
)
_SELF_KNOWN = re.compile(r"(?P<greeting>(?<!\w)(?:это я|це я|i['’]m|i am)[ ,:–—-]{1,3})", re.IGNORECASE)
_THANKING = re.compile(
    r"(?P<greeting>(?<!\w)(?:thank you(?: so much)?|thanks|спасибо|благодарим вас|благодарю|дякуємо|дякую)), ",
    re.IGNORECASE,
)
_THANKS = (
    r"здравствуй|добр(?:ый|ого|ой|ий)|спасибо|благодар|приветств|приносим|просим|дяку(?:ємо|ю)|вітаємо|перепрошуємо"
    r"|thank|hello|hi\b|we |please|sorry|нам |мы |ми |очень |дуже |пожалуйста|будь ласка|позвольте|сожалеем"
)
_LEADING = re.compile(
    rf"(?:^|(?<=[.!?\n])[ ]{{0,2}})(?P<name>{_WORD}(?: {_WORD})?)[,!] (?=(?i:{_THANKS}))", re.MULTILINE
)


def names(text: str) -> list[Span]:
    """Return the names by which `text` addresses somebody or signs."""
    found: dict[int, int] = {}
    openings = (_GREETING, _SELF, _SELF_KNOWN, _THANKING)
    hits = [hit for opening in openings for hit in _after(text, opening)]
    for start, end in (*hits, *_signed(text), *_after_signature(text), *_leading(text)):
        found[start] = max(end, found.get(start, 0))
    spans: list[Span] = []
    for start, end in sorted(found.items()):
        if not spans or start >= spans[-1].end:
            spans.append(Span(start, end, "name"))
    return spans


def _after(text: str, opening: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for match in opening.finditer(text):
        is_sure = opening is not _SELF_KNOWN and not match["greeting"].rstrip().endswith(("!", "."))
        span = _name_at(text, match.end(), is_sure=is_sure, needs_stop=opening is not _SELF)
        if span is not None:
            yield span


def _after_signature(text: str) -> Iterator[tuple[int, int]]:
    for match in _SIGNATURE.finditer(text):
        span = _name_at(text, match.end(), is_sure=True)
        if span is None and (role := _ROLE.match(text, match.end())):
            span = _name_at(text, role.end(), is_sure=False)
        if span is not None:
            yield span


def _signed(text: str) -> Iterator[tuple[int, int]]:
    """Names right behind words that only signatures have; what stands further on may be somebody of the staff."""
    for match in _SIGNED.finditer(text):
        span = _name_at(text, match.end(), is_sure=True)
        if span is not None:
            yield span
    for pattern in (_CLOSING, _INITIALS):
        yield from (match.span("name") for match in pattern.finditer(text))


def _leading(text: str) -> Iterator[tuple[int, int]]:
    for match in _LEADING.finditer(text):
        words = [word for word in re.finditer(_WORD, match["name"]) if not _is_no_name(word.group())]
        if any(_is_given_name(word.group()) for word in words):
            yield match.start("name") + words[0].start(), match.end("name")


def _name_at(text: str, start: int, *, is_sure: bool, needs_stop: bool = True) -> tuple[int, int] | None:
    """Return the name that begins at `start`; unless `is_sure`, one of its words must be a known given name."""
    match = _WORDS.match(text, start)
    if match is None:
        nickname = _NICKNAME.match(text, start) if is_sure else None
        lower = nickname or _LOWER_WORD.match(text, start)
        if lower is None or _is_no_name(lower.group()):
            return None
        is_name = nickname or (_is_given_name(lower.group()) and _STOP.match(text, lower.end()))
        return lower.span() if is_name else None
    words = [(word.start() + start, word.end() + start) for word in re.finditer(_WORD, match.group())]
    while words and _is_no_name(text[slice(*words[0])]):
        words.pop(0)
    length = next((n for n, word in enumerate(words) if _is_no_name(text[slice(*word)])), len(words))
    is_cut = length < len(words)
    words = words[:length]
    if not words:
        return None
    given = [n for n, word in enumerate(words) if _is_given_name(text[slice(*word)])]
    ends_there = not needs_stop or (not is_cut and _STOP.match(text, words[-1][1]) is not None)
    if given or (is_sure and ends_there):
        return words[0][0], words[-1][1]
    return None


def _is_no_name(word: str) -> bool:
    return word.lower() in _words("no_names.txt")


@lru_cache(maxsize=4096)
def _is_given_name(word: str) -> bool:
    lower = word.lower().replace("ʼ", "'").replace("’", "'")
    return any(form in _words("given_names.txt") for form in _nominatives(lower))


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


@lru_cache(maxsize=2)
def _words(file: str) -> frozenset[str]:
    lines = files("core.redaction").joinpath(file).read_text(encoding="utf-8").splitlines()
    return frozenset(word.replace("’", "'") for line in lines if not line.startswith("#") for word in line.split())
