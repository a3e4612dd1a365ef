"""Sentences and clauses of a review, as offsets into its text."""

import re
import unicodedata
from collections.abc import Iterator

Span = tuple[int, int]
"""Start and end of a piece of text, in characters."""

MOST = 200
"""Pieces kept of one text, half from its head and half from its tail; who has less room takes fewer of them."""
_SIDE = 10_000
_WORD = re.compile(r"\w+")
_TWO_WORDS = re.compile(r"\w\W+\w")
# "Tasty, but the waiter was rude": praise and complaint in one sentence are judged apart. Some of these words open a
# contrast only where nothing follows that makes them an adverb ("only after a week", "still waiting").
_CONTRAST = re.compile(
    r"(?:[,;.…]|(?<=\s)[–—-])\s*(?=(?:"
    r"но|однако(?!,)|а вот|хотя|зато|разве что|але|проте|однак(?!,)|а ось|хоча|зате|хіба що"
    r"|(?:правда|щоправда)(?!\s*[,?!.])"
    r"|(?:а )?(?:толь?ко|тока|тільки|тіко|лише)"
    r"(?! (?:после|потом|когда|тогда|если|через|так|чтоб|бы|и|на|в|во|за|с|к|до|по|из|от|для|при"
    r"|після|потім|коли|тоді|якщо|щоб|би|й|у|зі|із|від|\d))"
    r"|but|although|however(?!,)|though(?!,)|except(?! when)|yet(?! (?:to|again|another))"
    r"|still(?! (?:wait|no\b|not|nothing|have|has|do|did|is|can|won|am|trying))"
    r")\b)",
    re.I,
)
# razdel takes a full stop for an abbreviation's where a small letter follows, or no space.
_CARELESS = re.compile(
    r"(?<=\w)(?:\.(?:\s+(?=[^\W\d_]{2})|(?=[А-ЯЁІЇЄҐ]?[а-яёіїєґ]{3})|(?<=[a-z]\.)(?=[A-Z][a-z]))|[!?)]+\s+(?=[^\W\d_]))"
)
_ABBREVIATED = re.compile(
    r"(?:руб|тыс|млн|млрд|коп|мин|сек|час|чел|стр|тел|доб|див|напр|прим|приб|обл|ред|гор|пос|вул|просп|корп|буд|комн|пов"
    r"|под|каб|грн|дол|тис|год|рос|англ|нем|лат|укр|авт|кор|кол|мкр|пгт|проф|доц|акад|апт|дет|жен|муж"
    r"|etc|approx|mins?|hrs|max|incl|dept|tel|ext|mrs)$",
    re.I,
)
_ADDRESS = re.compile(r"\.(?:ру|рф|укр|онлайн|орг|бел|дети)\b", re.I)
# An emoji often stands where others write a full stop; before a small letter a heart or a hand may be a word.
_EMOJI = "[\u2600-\u27bf\u2b50\U0001f300-\U0001faff]"
_AFTER_EMOJI = re.compile(rf"(?<!{_EMOJI})(?<!{_EMOJI}[\s\ufe0f]){_EMOJI}(?:[\ufe0f\u200d]|\s?{_EMOJI})*+\s*+(?=\w)")
_WORD_LIKE = frozenset("❤♥💔💕💖💗👍👎")


def pieces(text: str) -> list[Span]:
    """Return the spans of the sentences of `text`, cut further where a contrast begins; at most MOST.

    Lines are boundaries (pros and cons stand on their own lines). The sentence rules are razdel's, made for Russian,
    and serve Ukrainian and English as well; added are the full stops of careless writers and emoji in place of stops.
    Emoji belong to the words before them and are a piece of their own where there are none; of punctuation alone
    nothing is said. Of a text of more than 20,000 characters only head and tail are split.
    """
    spans = [span for start, end in _ends(text) for span in _lines(text, start, end)]
    return spans if len(spans) <= MOST else [*spans[: MOST // 2], *spans[-MOST // 2 :]]


def _ends(text: str) -> list[Span]:
    if len(text) <= 2 * _SIDE:
        return [(0, len(text))]
    return [(0, _SIDE), (len(text) - _SIDE, len(text))]


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    for line in re.finditer(r"[^\r\n]+", text[start:end]):
        found: list[Span] = []
        for begin, stop in _sentences(line[0], start + line.start()):
            piece = text[begin:stop]
            if _WORD.search(piece):
                found.append((begin, stop))
            elif _pictures(piece):
                found.append((found.pop()[0] if found else begin, stop))
        yield from found


def _sentences(line: str, at: int) -> Iterator[Span]:
    """Yield the parts of a line that begins at `at`, without the white space around them."""
    import razdel

    for sentence in razdel.sentenize(line):
        begin = 0
        whole = sentence.text
        for cut, after in sorted(_cuts(whole)):
            if cut > begin:
                yield from _trimmed(whole, begin, cut, at + sentence.start)
                begin = after
        yield from _trimmed(whole, begin, len(whole), at + sentence.start)


def _cuts(sentence: str) -> Iterator[Span]:
    """Yield where a piece ends and the next begins, inside what razdel calls one sentence."""
    begin = 0
    for contrast in _CONTRAST.finditer(sentence):
        if _words(sentence[begin : contrast.start()]) and _words(sentence[contrast.end() :]):
            yield contrast.span()
            begin = contrast.end()
    for stop in _CARELESS.finditer(sentence):
        if _ends_here(sentence, stop.start(), stop.end()):
            yield stop.end(), stop.end()
    for picture in _AFTER_EMOJI.finditer(sentence):
        after = picture.end()
        meant = not sentence[after].islower() or picture[0][0] not in _WORD_LIKE
        if meant and _words(sentence[: picture.start()]) and _words(sentence[after:]):
            yield after, after


def _ends_here(sentence: str, stop: int, after: int) -> bool:
    """Return whether the mark at `stop` ends a sentence, though a small letter or no space follows it."""
    before = _WORD.findall(sentence[max(0, stop - 24) : stop])
    if sentence[stop] != ".":
        return sentence[stop] != ")" and _words(sentence[:stop])
    word = before[-1] if before else ""
    if word.isdigit():
        return sentence[after].isupper()
    return len(word) >= 3 and not _ABBREVIATED.match(word) and not _ADDRESS.match(sentence, stop)


def _words(text: str) -> bool:
    return _TWO_WORDS.search(text) is not None


def _pictures(text: str) -> bool:
    return any(unicodedata.category(char) == "So" for char in text)


def _trimmed(text: str, start: int, end: int, at: int) -> Iterator[Span]:
    piece = text[start:end]
    if stripped := piece.strip():
        begin = at + start + len(piece) - len(piece.lstrip())
        yield begin, begin + len(stripped)
