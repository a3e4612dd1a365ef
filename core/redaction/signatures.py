"""Names by which a text is signed: «З повагою, Олена», "Best, Jo", a last sentence or line that is a name and no more.

Behind words that only signatures have, any capitalised word counts. Where a text merely ends in a name, or a name
stands beside a telephone or an address, a known given name or initials must say so.
"""

import re
from collections.abc import Iterator

from core.redaction.morphology import language_of, read
from core.redaction.name_words import (
    LOWER,
    STAFF,
    TITLE,
    UPPER,
    WORD,
    WORDS,
    is_common,
    is_given_name,
    is_given_name_in_case,
    is_initial,
    is_no_name,
    is_person,
)
from core.redaction.names import name_at
from core.redaction.text import Span

_SIGNATURE = re.compile(
    r"(?<!\w)(?:(?:с|со|з|із|зі) (?:большим |глубоким |искренним |огромным |великою |щирою |глибокою )?"
    r"(?:уваж\w{2,6}|уважением|почтением|повагою|повагой|вдячністю|признательностью)|с ?ув\.|с ?уваж\.?|з ?пов\."
    r"|с (?:наи)?лучшими(?: пожеланиями)?|искренне (?:ваш|тво)[аийяі]?|остаюсь ваш[аи]?"
    r"|з най(?:кращими|щирішими|теплішими)(?: побажаннями)?|щиро (?:ваш|тв)[аійоя]{0,2}"
    r"|(?:best |kind(?:est)? |warm(?:est)? )?regards|rgds|sincerely(?: yours)?"
    r"|(?:respectfully|cordially|faithfully)(?: yours)?"
    r"|yours (?:truly|sincerely|faithfully|respectfully)|best wishes"
    r")[ ,.:\n–—-]{1,4}",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?<!\w)(?:всего (?:доброго|хорошего|наилучшего)|на все добре|усього (?:доброго|найкращого)|всех благ"
    r"|подпис(?:ь|ано|ал|ала)|підпис(?:ано|ав|ала)?|автор(?:ка)? (?:отзыва|відгуку)"
    r"|(?:отзыв|відгук) (?:оставила?|написала?|залишив|залишила|написав)"
    r"|ваш[аі]? (?:\w{4,14} )?(?:клиент(?:ка)?|покупатель(?:ница)?|гостья|гость|пациент(?:ка)?|посетитель(?:ница)?"
    r"|клієнт(?:ка)?|покупець|покупчиня|гостя|гість|пацієнт(?:ка)?|відвідувач(?:ка)?)"
    r"|(?:disappointed|unhappy|angry|former|regular|loyal) (?:customer|client|guest|patient)"
    r"|signed(?: by)?)[ ,.:\n–—-]{1,4}",
    re.IGNORECASE,
)
_FAREWELL = re.compile(
    r"(?<!\w)(?i:(?:крепко )?(?:целую|обнимаю)|цілую|обіймаю|с (?:любовью|благодарностью|приветом|теплом|надеждой)"
    r"|з (?:любов['’ʼ]ю|надією|теплом|подякою)|до свидания|до побачення|удачи|успіхів"
    r"|хорошего (?:дня|вечера)|гарного (?:дня|вечора)"
    r"|all the best|take care|with (?:love|respect|gratitude|thanks)|love|x{2,3}|xoxo|hugs|yours|best|cheers"
    r"|спасибо|дякую|(?:many )?thanks(?: again| in advance)?|заранее спасибо)(?P<gap>[ ,.!\n–—-]{1,4})"
    r"(?i:ваш[аиі]? |тво[яй] |твій |your )?"
    rf"{TITLE}(?P<name>{WORD}(?:[ ]?(?<=[ .]){WORD}){{0,2}})(?P<end>[ .!)]*(?:\Z|\n))"
)
_AT_START = re.compile(r"(?:\A|[.!?…\n)\]])[ \n]{0,3}\Z")
_INITIALS = re.compile(rf"[/(]\s?(?P<name>{WORD} ?[{UPPER}]\.? ?(?:[{UPPER}]\.?)?)\s?[/)][.!]?\s*$", re.MULTILINE)
_ROLE = re.compile(rf"(?:[{LOWER}-]{{1,24}}[ ,]{{1,2}}){{1,5}}{TITLE}")
_LOWER_SIGNED = re.compile(rf"(?P<name>[{LOWER}]\. ?(?:[{LOWER}]\. ?)?[{LOWER}]{{3,25}})[.!]?\s*$", re.MULTILINE)
_TAIL_LENGTH = 90
_FULL = rf"{WORD}(?:[ ]?(?<=[ .]){WORD}){{0,3}}"
_NAME = rf"(?:{_FULL}|[{LOWER}]{{2,20}})"
_OTHER = rf"(?:(?:,| и| та| і| й| and| &) (?P<other>{_FULL}))?"
_ENDING = (
    r"(?:,? (?:г\. ?)?[А-ЯЁІЇЄҐA-Z][\w-]{2,20}|,? (?:из|із|з|from) [А-ЯЁІЇЄҐA-Z][\w-]{2,20}"
    r"|,? \d{2} (?:год|года|лет|рок[иі]?в?|years)(?: old)?)?"
)
_TAIL = re.compile(
    rf"(?P<before>\A|[^\w\s;:/(«\"'–—-]|\n)[ \n]{{0,3}}(?P<dash>[–—~*-]{{0,2}}) ?"
    rf"(?P<own>(?i:(?:ваш[аиі]?|тво[яй]|твій|your) )?){TITLE}(?P<name>{_NAME}){_OTHER}{_ENDING}[ .!)(*]{{0,6}}\Z"
)
_LINE = re.compile(rf"^[ –—*~-]{{0,3}}{TITLE}(?P<name>{_FULL}){_OTHER}[ ,.!)]{{0,3}}$", re.MULTILINE)
_CONTACTS = {"phone", "email", "handle", "card", "iban"}
_ASK = (
    r"(?i:ask for|спросит[ье]|спрашивать|спрашивайте|питати|питайте|запитати|запитайте|на имя|на ім['’ʼ]я|зовут|звати)"
)
_BESIDE = re.compile(rf"[ ,;:(.–—/-]{{1,3}}(?P<ask>{_ASK} )?{TITLE}(?P<name>{_NAME})(?=[ ]?(?:[,.!?;:)\n–—]|\Z))")
_AHEAD = re.compile(
    rf"(?:\A|(?<=[\s(,:]))(?P<name>{WORDS.pattern})[ ,:;()–—-]{{1,3}}"
    r"(?i:(?:on|at|via|под?|за|мой|мій|моб|тел|телефон|номер|tel|phone|mob|mobile|cell|почта|пошта"
    r"|e-?mail|тг|tg)[.: ]{1,2}){0,3}\Z"
)


def signatures(text: str, contacts: list[Span]) -> list[tuple[int, int]]:
    """Return the names by which `text` is signed, also those beside the `contacts` found in it; spans may overlap."""
    return [*_after_signature(text), *_signed(text), *_beside(text, contacts), *_lines(text), *_tail(text)]


def _after_signature(text: str) -> Iterator[tuple[int, int]]:
    titles = re.compile(rf"(?i:(?:ваш[аиі]?|тво[яй]|твій|your) )?{TITLE}")
    for match in _SIGNATURE.finditer(text):
        titled = titles.match(text, match.end())
        span = name_at(text, titled.end() if titled else match.end(), is_sure=True)
        if span is None and (role := _ROLE.match(text, match.end())):
            span = name_at(text, role.end(), is_sure=False)
        if span is None and (lower := _LOWER_SIGNED.match(text, match.end())):
            span = lower.span("name")
        if span is not None:
            yield span


def _signed(text: str) -> Iterator[tuple[int, int]]:
    """Names right behind words that only signatures have; what stands further on may be somebody of the staff."""
    for match in _SIGNED.finditer(text):
        span = name_at(text, match.end(), is_sure=True)
        if span is not None:
            yield span
    for match in _FAREWELL.finditer(text):
        words = match["name"].split()
        is_alone = _AT_START.search(text[max(0, match.start() - 5) : match.start()]) is not None
        is_last = match.end() == len(text) and is_alone and not any(map(is_no_name, words))
        is_bare = match["gap"] == " " and not is_given_name(words[0], is_exact=True)
        if not is_bare and (is_last or is_person(words)):
            yield match.span("name")
    yield from (match.span("name") for match in _INITIALS.finditer(text))


def _tail(text: str) -> list[tuple[int, int]]:
    """Return the name or two in which the text ends, as a sentence of its own or behind a comma."""
    end = len(text.rstrip())
    for match in _TAIL.finditer(text[:end], max(0, end - _TAIL_LENGTH)):
        words = re.findall(rf"{WORD}|\w+", match["name"])
        is_set_off = bool(match["dash"]) or "\n" in text[match.start() : match.start("name")]
        if match["before"] == "" and not (match["dash"] or match["own"] or len(words) > 1):
            continue
        if len(words) == 1 and words[0].isascii() and is_common(words[0]) and not is_set_off:
            continue
        if any(map(is_no_name, words)) or (match["name"][0].islower() and is_common(match["name"])):
            continue
        if match["before"] == ",":
            is_name = _is_apart(text, match.start()) and is_given_name(words[0], is_exact=True)
        else:
            is_name = is_person(words, is_exact=True) or _has_initials(words)
        if is_name:
            return [match.span("name"), *_second(match)]
    return []


def _second(match: re.Match[str]) -> list[tuple[int, int]]:
    return [match.span("other")] if match["other"] and is_person(match["other"].split()) else []


def _is_apart(text: str, comma: int) -> bool:
    """Tell whether what stands before a comma is neither a name nor a calling, whose name would follow."""
    last = re.search(r"(\S+)\s*\Z", text[max(0, comma - 40) : comma])
    word = last.group(1) if last else ""
    return not (word[:1].isupper() and is_given_name_in_case(word)) and not STAFF.match(word)


def _has_initials(words: list[str]) -> bool:
    """Tell whether words are a surname with two initials, or with one before it."""
    initials = [is_initial(word) for word in words]
    others = [word for word, is_one in zip(words, initials, strict=True) if not is_one]
    return len(others) == 1 and len(others[0]) > 2 and (sum(initials) > 1 or (initials[0] and words[0].endswith(".")))


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield known names that have a line to themselves."""
    if "\n" in text:
        for match in _LINE.finditer(text):
            words = match["name"].split()
            if is_person(words, is_exact=True) and not any(map(is_no_name, words)):
                yield match.span("name")
                yield from _second(match)


def _beside(text: str, contacts: list[Span]) -> Iterator[tuple[int, int]]:
    """Yield known names right before or behind a telephone, an address or an account."""
    for span in contacts:
        if span.kind not in _CONTACTS:
            continue
        after = _BESIDE.match(text, span.end, span.end + 100)
        is_last = after is not None and after.end("name") >= len(text.rstrip(" .!)"))
        if (
            after
            and _is_known(after["name"], in_case=bool(after["ask"]), is_last=is_last)
            and not STAFF.match(text, after.end("name"))
        ):
            yield after.span("name")
        start = max(0, span.start - 80)
        before = _AHEAD.search(text[start : span.start])
        if before and is_person(before["name"].split()):
            yield start + before.start("name"), start + before.end("name")


def _is_known(name: str, *, in_case: bool, is_last: bool) -> bool:
    words = name.split()
    if any(map(is_no_name, words)) or (name[0].islower() and is_common(name)):
        return False
    if is_last and len(words) == 1 and name[0].isupper() and name[1:].islower() and len(name) > 2:
        reading = read(name, language_of(name))
        return not (reading.word or reading.place) and (not name.isascii() or is_given_name(name))
    return (
        name[0].isupper() or any(map(is_given_name_in_case, words))
        if in_case
        else is_person(words, is_exact=name[0].islower())
    )
