"""Names by which a text addresses somebody or by which its author says who he is: «Здравствуйте, Анна!», "I'm John,".

A capitalised word after a greeting and before a stop is taken for a name unless it is one of the words that stand
there in replies («Клиент», «Спасибо», a firm, a city). Without a stop, in lower case, or at the start of a sentence,
only a known given name counts. Those who are named in between are found by `people` and `people_en`.
"""

import re
from collections.abc import Iterator

from core.redaction.name_words import (
    LOWER,
    LOWER_WORD,
    STAFF,
    TITLE,
    WORD,
    WORDS,
    is_common,
    is_given_name,
    is_given_name_in_case,
    is_no_name,
    is_person,
)
from core.redaction.text import Span

_NICKNAME = re.compile(r"(?=[a-z0-9_.-]*[a-z])[A-Za-z0-9_-]{3,30}(?=[!,])")
_STOP = re.compile(
    r"\s*(?:[,!.:;()\n–—-]|$)|\s(?:we|thank|thanks|please|sorry|our|it is|i am"
    r"|мы|нам|спасибо|благодарим|приносим|просим|ми|дякуємо|просимо|перепрошуємо)\b"
)
_GREETING = re.compile(
    r"(?P<greeting>(?<!\w)(?:(?:здрав?ств[уы]й(?:те)?|здрасьте|приветству(?:ем|ю)(?: вас| тебя)?|привет(?:ик)?|салют"
    r"|доброе утро|доброй ночи|добр(?:ый|ого) (?:день|дня|вечер|вечера|утро|утра|времени суток)"
    r"|(?:много|глубоко)?уважаем(?:ый|ая|ые)|ув\.|дорог(?:ой|ая|ие)|господин|госпожа"
    r"|добрий (?:день|вечір|ранок)|доброго (?:дня|вечора|ранку|часу доби)|доброї ночі|добридень|віта(?:ємо|ю)(?: вас)?"
    r"|привіт|шановн(?:ий|а|і|е)|пане|пані"
    r"|dear|hello(?: again| there)?|hi(?: there| again)?|hiya"
    r"|hey(?: there)?|good (?:morning|afternoon|evening|day)|greetings"
    rf")[ ,!.–—-]{{1,3}}){{1,3}}){TITLE}",
    re.IGNORECASE,
)
_AND = re.compile(rf"(?:,? (?i:и|та|і|й|and|&) |, )(?P<name>{WORD})(?![\w'’ʼ])")
_SELF = re.compile(
    r"(?P<greeting>(?<!\w)(?:меня зовут|зовут меня|мо[её] имя|моя фамилия|фамилия, имя|ф\.? ?и\.? ?о\.?|фамилия"
    r"|на (?:имя|фамилию)|получатель(?: перевода| платежа)?|владелец карты"
    r"|мене (?:звати|звуть)|(?:звати|звуть) мене|моє ім['’ʼ]?я|моє прізвище|прізвище|п\.? ?і\.? ?б\.?"
    r"|на (?:ім['’ʼ]я|прізвище)|отримувач|(?:my|full|last) name(?: is|['’]s)?|surname|card ?holder"
    rf"|(?:under|in) the name(?: of)?|booked as)(?: is)?[ :–—-]{{1,3}}){TITLE}",
    re.IGNORECASE,
)
_SELF_KNOWN = re.compile(r"(?P<greeting>(?<!\w)(?:это я|це я|i['’]m|i am)[ ,:–—-]{1,3})", re.IGNORECASE)
_THIS = re.compile(
    r"(?:^|(?<=[.!?,;:\n)–—-]))[ ]{0,2}(?P<greeting>(?i:это|це|я|i|this is|it['’]s|it is|с вами|з вами"
    r"|вам пишет|пишет вам|вам пише|пише вам"
    r"|вас беспокоит|вас турбує|на связи|на зв['’ʼ]язку),? (?i:снова |опять |знову |again )?)",
    re.MULTILINE,
)
_OF_OTHERS = re.compile(r"это|це|this|it", re.IGNORECASE)
_AFTER_THIS = re.compile(r" ?[,.!?:;()\n–—-]| ?$| (?:из|с|со|от|із|з|від|from|here|again|снова|опять|знову)\b")
_FOR = re.compile(
    r"(?:^|(?<=[.!?\n]))[ ]{0,2}"
    r"(?P<greeting>(?i:ответ|відповідь|reply|response|кому)(?i: для| на (?:отзыв|відгук)| to)?[ :]{1,2})",
    re.MULTILINE,
)
_THANK = r"(?:thank you(?: so much| very much)?|(?:many )?thanks|спасибо|благодар(?:им|ю)(?: вас)?|дяку(?:ємо|ю))"
_THANKING = re.compile(rf"(?P<greeting>(?<!\w){_THANK}), ", re.IGNORECASE)
_KINDLY = re.compile(
    rf"(?<!\w)(?i:{_THANK}|извините|простите|просим прощения|приносим|сожалеем|жаль|рады|жд[её]м|приходите|вибачте"
    r"|прикро|перепрошуємо|шкода|раді|чекаємо|приходьте|sorry|apologi[sz]e|welcome|glad|see you|so much|appreciate)"
    rf"(?:,? (?:[{LOWER}-]{{1,16}}|[ВТ][{LOWER}]{{2,4}})){{0,8}}, {TITLE}"
)
_THANKING_BARE = re.compile(
    rf"(?<!\w)(?i:{_THANK}(?: (?:вам|тебе|большое|огромное|щиро|дуже|велике|you|again|so much|very much)){{0,3}}) "
    rf"{TITLE}"
)
_GREETS = (
    r"здравствуй|добр(?:ый|ого|ой|ий)|доброе|спасибо|благодар|приветств|дяку(?:ємо|ю)|вітаємо|перепрошуємо"
    r"|thank|hello|hi\b|good (?:morning|day|afternoon|evening)"
)
_REPLIES = (
    _GREETS + r"|приносим|просим|we |please|sorry|нам |мы |ми |очень |дуже |пожалуйста|будь ласка|позвольте|сожалеем"
)
_LEADING = re.compile(
    rf"(?:^|(?<=[.!?\n])[ ]{{0,2}})(?P<name>{WORD}(?: {WORD}){{0,2}})"
    rf"(?P<sign>[,!:]?) (?=(?i:{_GREETS})|(?<=[,!] )(?i:{_REPLIES}))",
    re.MULTILINE,
)
_FIRST = re.compile(
    rf"(?:[Pp]\.? ?[Ss]\.? ?|(?<=[.!?\n] ))(?P<later>{WORD} {WORD}), "
    rf"|\A\s*(?P<name>{WORD}(?: {WORD}){{0,2}})(?P<sign>[,!:]) "
)


_TO_THEM = re.compile(
    r"\s*(?:we|our|i|you|if|please|thanks?|sorry|it|мы|вы|нам|если|наш\w*|благодар\w+|ми|ви|якщо|дяку\w+)\b",
    re.IGNORECASE,
)
_REST = re.compile(r"\w{0,30}")


def names(text: str) -> list[tuple[int, int]]:
    """Return where `text` addresses somebody by name, or its author says his own; spans may overlap."""
    openings = (_GREETING, _SELF, _SELF_KNOWN, _THANKING)
    found = [hit for opening in openings for hit in _after(text, opening)]
    for match in _GREETING.finditer(text):
        found += _more(text, found, match.end())
    return [*found, *_introduced(text), *_thanked(text), *_leading(text)]


def name_at(text: str, start: int, *, is_sure: bool, needs_stop: bool = True) -> tuple[int, int] | None:
    """Return the name that begins at `start`; unless `is_sure`, one of its words must be a known given name."""
    match = WORDS.match(text, start)
    if match is None:
        nickname = _NICKNAME.match(text, start) if is_sure else None
        lower = nickname or LOWER_WORD.match(text, start)
        if lower is None or is_no_name(lower.group()):
            return None
        is_name = nickname or (is_given_name(lower.group()) and _STOP.match(text, lower.end()))
        return lower.span() if is_name else None
    words = [(word.start() + start, word.end() + start) for word in re.finditer(WORD, match.group())]
    while words and is_no_name(text[slice(*words[0])]):
        words.pop(0)
    length = next((n for n, word in enumerate(words) if is_no_name(text[slice(*word)])), len(words))
    is_cut = length < len(words)
    words = words[:length]
    if not words:
        return None
    ends_there = not needs_stop or (not is_cut and _STOP.match(text, words[-1][1]) is not None)
    if is_person([text[slice(*word)] for word in words]) or (is_sure and ends_there):
        rest = _REST.match(text, words[-1][1])
        return words[0][0], rest.end() if rest else words[-1][1]
    return None


def _after(text: str, opening: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for match in opening.finditer(text):
        is_sure = opening is not _SELF_KNOWN and not match["greeting"].rstrip().endswith(("!", "."))
        if opening is _THANKING and _is_of_other_script(text, match.end()):
            is_sure = False
        span = name_at(text, match.end(), is_sure=is_sure, needs_stop=opening is not _SELF)
        if span is not None:
            yield span


def _is_of_other_script(text: str, start: int) -> bool:
    """Tell whether Latin letters follow a thank in Cyrillic ones, as a firm's name does."""
    return text[start : start + 1].isascii() and not text[start - 3 : start - 2].isascii()


def _more(text: str, found: list[tuple[int, int]], start: int) -> Iterator[tuple[int, int]]:
    """Yield the known names that follow one that was greeted: «Здравствуйте, Анна и Пётр!»."""
    end = next((end for begin, end in found if begin == start), None)
    while end is not None and (match := _AND.match(text, end)) and is_given_name(match["name"]):
        yield match.span("name")
        end = match.end()


def _introduced(text: str) -> Iterator[tuple[int, int]]:
    """Yield known names behind «это», "this is", «я»: what stands further on may be somebody of the staff."""
    for match in _THIS.finditer(text):
        words = WORDS.match(text, match.end())
        if words is None or not _AFTER_THIS.match(text, words.end()):
            continue
        if _OF_OTHERS.match(match["greeting"]) and STAFF.match(text, words.end()):
            continue
        parts = words.group().split()
        if is_person(parts) and not (len(parts) == 1 and is_common(parts[0])):
            yield words.span()
    for match in _FOR.finditer(text):
        words = WORDS.match(text, match.end())
        if words and any(is_given_name_in_case(word) for word in words.group().split()):
            yield words.span()


def _thanked(text: str) -> Iterator[tuple[int, int]]:
    """Yield known names before a stop, behind words of thanks or of regret; a dative names one of the staff."""
    for pattern in (_KINDLY, _THANKING_BARE):
        for match in pattern.finditer(text):
            words = WORDS.match(text, match.end())
            if words is None or not _STOP.match(text, words.end()) or STAFF.match(text, words.end()):
                continue
            parts = words.group().split()
            is_bare = pattern is _THANKING_BARE
            if is_no_name(parts[0]) or (is_bare and not is_given_name(parts[0], is_exact=True)):
                continue
            if is_person(parts):
                yield words.span()


def _leading(text: str) -> Iterator[tuple[int, int]]:
    for match in _LEADING.finditer(text):
        words = [word for word in re.finditer(WORD, match["name"]) if not is_no_name(word.group())]
        parts = [word.group() for word in words]
        is_bare = match["sign"] == "" and not (parts and _is_called(parts[0]))
        if is_person(parts) and not is_bare:
            yield match.start("name") + words[0].start(), match.end("name")
    for match in _FIRST.finditer(text):
        group = "later" if match["later"] else "name"
        parts = match[group].split()
        if STAFF.match(text, match.end(group)) or any(map(is_no_name, parts)):
            continue
        follows = WORDS.match(text, match.end())
        is_list = match["sign"] == "," and follows is not None and is_given_name(follows.group().split()[0])
        is_word = len(parts) == 1 and is_common(parts[0]) and not _TO_THEM.match(text, match.end())
        if is_person(parts, is_exact=len(parts) == 1) and not (is_list or is_word):
            yield match.span(group)


def _is_called(word: str) -> bool:
    """Tell whether a known given name is in the nominative or the vocative, and not in the dative: «Олено»."""
    return is_given_name(word, is_exact=True) or (word.endswith(("о", "ю", "є")) and is_given_name(word))


def as_spans(found: list[tuple[int, int]]) -> list[Span]:
    """Return the longest name at each place, in order and without overlaps."""
    longest: dict[int, int] = {}
    for start, end in found:
        longest[start] = max(end, longest.get(start, 0))
    spans: list[Span] = []
    for start, end in sorted(longest.items()):
        if not spans or start >= spans[-1].end:
            spans.append(Span(start, end, "name"))
    return spans
