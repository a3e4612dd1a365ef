"""Telephone numbers in words: «восемь девятьсот шестнадцать ...», "four one five, ...", near a word for telephone."""

import re

from core.redaction.text import Span

_UNITS = {
    0: "ноль нуль zero oh",
    1: "один одна one",
    2: "два две дві two",
    3: "три three",
    4: "четыре чотири four",
    5: "пять п'ять five",
    6: "шесть шість six",
    7: "семь сім seven",
    8: "восемь вісім eight",
    9: "девять дев'ять nine",
}
_TENS = {
    10: "десять ten",
    11: "одиннадцать одинадцять eleven",
    12: "двенадцать дванадцять twelve",
    13: "тринадцать тринадцять thirteen",
    14: "четырнадцать чотирнадцять fourteen",
    15: "пятнадцать п'ятнадцять fifteen",
    16: "шестнадцать шістнадцять sixteen",
    17: "семнадцать сімнадцять seventeen",
    18: "восемнадцать вісімнадцять eighteen",
    19: "девятнадцать дев'ятнадцять nineteen",
    20: "двадцать двадцять twenty",
    30: "тридцать тридцять thirty",
    40: "сорок forty",
    50: "пятьдесят п'ятдесят fifty",
    60: "шестьдесят шістдесят sixty",
    70: "семьдесят сімдесят seventy",
    80: "восемьдесят вісімдесят eighty",
    90: "девяносто дев'яносто ninety",
}
_HUNDREDS = {
    100: "сто",
    200: "двести двісті",
    300: "триста",
    400: "четыреста чотириста",
    500: "пятьсот п'ятсот",
    600: "шестьсот шістсот",
    700: "семьсот сімсот",
    800: "восемьсот вісімсот",
    900: "девятьсот дев'ятсот",
}
_VALUES = {
    word: value for table in (_UNITS, _TENS, _HUNDREDS) for value, words in table.items() for word in words.split()
}
_ONE = rf"(?:{'|'.join(sorted(_VALUES, key=len, reverse=True))}|double|triple|\d{{1,7}})"
_RUN = re.compile(rf"(?<!\w)(?:(?:плюс|plus) )?{_ONE}(?:[ ,.–—-]{{1,3}}{_ONE}){{3,20}}(?!\w)", re.IGNORECASE)
_CUE = re.compile(
    r"\bтел|\bмоб|звон|звін|дзвін|телефон|мой номер|мій номер|\bномер|набер|набир|whats ?app|вайбер|viber|phone|\bcall"
    r"|\bcell\b|\bmobile|\bnumber|\btext\b|\bring\b",
    re.IGNORECASE,
)
_REACH = 40
_FEWEST_WORDS = 3
_FEWEST, _MOST = 7, 15


def spelt_phones(text: str) -> list[Span]:
    """Return the telephone numbers of which at least three parts are words, near a word for telephone."""
    found = []
    for match in _RUN.finditer(text.replace("’", "'").replace("ʼ", "'")):
        words = re.findall(r"[^\W\d_][\w']*|\d+", match.group().lower())
        spelt = [word for word in words if not word.isdecimal()]
        near = text[max(0, match.start() - _REACH) : match.start()]
        if len(spelt) >= _FEWEST_WORDS and _FEWEST <= _digits(words) <= _MOST and _CUE.search(near):
            found.append(Span(*match.span(), "phone"))
    return found


def _digits(words: list[str]) -> int:
    """Count the digits that words stand for: «девятьсот шестнадцать» are three, "forty five" are two."""
    count, room = 0, 0
    for word in words:
        value = _VALUES.get(word)
        if value is None:
            count += {"double": 1, "triple": 2}.get(word, len(word) if word.isdecimal() else 0)
            room = 0
        elif value < room:
            room = 10 if value >= 20 and value % 10 == 0 else 0
        else:
            count += len(str(value))
            room = 100 if value >= 100 else 10 if value >= 20 else 0
    return count
