"""Large sums and long waits, stated in numbers."""

import re
from collections.abc import Iterator

LARGE = {"rub": 50_000, "uah": 20_000, "usd": 500, "inr": 20_000, "byn": 1_500, "kzt": 250_000}
"""About half a month's wage, by currency; euros and pounds stand with dollars."""
LONG_DAYS = 14
_NUMBER = r"(?P<number>\d{1,3}(?:[\s\u00a0.,]\d{3})+(?!\d)|\d+(?:[.,]\d{1,2})?)"
_THOUSANDS = r"(?P<scale>к|k|т|тыс\w*|тис\w*|тыщ\w*|thousand|lakhs?|lac|млн\w*|миллион\w*|мільйон\w*|million)"
_CURRENCY = {
    "rub": r"₽|р\b|руб\w*|rub\w*",
    "uah": r"₴|грн|гривень|гривн\w*|uah",
    "usd": r"\$|€|£|usd|eur|gbp|доллар\w*|долар\w*|евро|євро|dollars?|euros?|pounds?|quid",
    "inr": r"₹|rs\b|inr|rupees?",
    "byn": r"byn|бел\.? ?руб\w*",
    "kzt": r"₸|тенге|kzt",
}
_AFTER = "|".join(f"(?P<{name}>{words})" for name, words in reversed(_CURRENCY.items()))
_SUM = re.compile(rf"(?P<sign>[$€£₹₴₽]\s?)?(?<![\w.,-]){_NUMBER}\s*(?:{_THOUSANDS}\b\.?)?\s*(?:{_AFTER})?", re.I)
_SIGN = {"$": "usd", "€": "usd", "£": "usd", "₹": "inr", "₴": "uah", "₽": "rub"}
_SCALE = {"l": 100_000, "м": 1_000_000, "m": 1_000_000}
_COUNTS = {
    "две|двух|дві|двох|два|two|second|вторую|второй|второго|другий|другого": 2,
    "полтора|півтора|полторы": 1.5,
    "три|трех|трёх|трьох|three|third|третью|третий|третьего|третій|третього": 3,
    "четыре|четыр[её]х|чотири|чотирьох|four|четвертую|четв[её]ртый|четвертий|четвёртую": 4,
    "пять|пятую|пятый|п'ять|п'ятий|five": 5,
    "шесть|шестую|шестой|шість|шести|шостий|six": 6,
    "семь|седьмую|седьмой|сім|сьомий|seven": 7,
    "восемь|вісім|eight": 8,
    "девять|дев'ять|nine": 9,
    "десять|ten": 10,
}
_UNITS = {
    r"д(?:ней|ня|нів|ні|ень)|days?": 1,
    r"недел\w*|тиж\w+|weeks?|wks?": 7,
    r"месяц\w*|мес|місяц\w*|months?": 30,
    r"лет|год[ау]?|роки|років|рік|years?": 365,
}
_COUNT = "|".join(f"(?P<c{i}>{words})" for i, words in enumerate(_COUNTS))
_UNIT = "|".join(f"(?P<u{i}>{words})" for i, words in enumerate(_UNITS))
_WAITED = re.compile(rf"(?<![\w-])(?:(?P<n>\d{{1,3}})(?:-?\w{{1,2}})?|{_COUNT})\s+(?:{_UNIT})\b", re.I)
# Weeks alone are a time of year or a warranty; what makes them a wait stands in the same sentence.
_WAITING = re.compile(
    r"\b(?:жд[уаеё]\w*|прождал\w*|ожида\w*|чека[юлвєє]\w*|прочекал\w*|очіку\w*|до сих пор|досі|уже|вже"
    r"|не (?:верн|отве|реш|прив|прих|дост|пове|відпов|виріш)\w*|тянут|тягнуть|молчат|мовчать"
    r"|wait\w*|still|already|no (?:reply|response|refund|answer)|delay\w*|pending)\b",
    re.I,
)


def large_loss(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a sum stands that is large in its currency."""
    for match in _SUM.finditer(text):
        sign = (match["sign"] or "").strip()
        currency = _SIGN.get(sign) or next((name for name in _CURRENCY if match[name]), None)
        if currency and _value(match["number"], match["scale"]) >= LARGE[currency]:
            yield match.span()


def long_wait(text: str) -> Iterator[tuple[int, int]]:
    """Yield where two weeks or more stand in a sentence that speaks of waiting."""
    if not _WAITING.search(text):
        return
    for match in _WAITED.finditer(text.replace("’", "'")):
        count = float(match["n"]) if match["n"] else _at("c", match, list(_COUNTS.values()))
        if count * _at("u", match, list(_UNITS.values())) >= LONG_DAYS:
            yield match.span()


def _at(prefix: str, match: re.Match[str], values: list[float]) -> float:
    return next(value for index, value in enumerate(values) if match[f"{prefix}{index}"])


def _value(number: str, scale: str | None) -> float:
    grouped = re.sub(r"[\s\u00a0.,](?=\d{3}(?:\D|$))", "", number)
    value = float(grouped.replace(",", "."))
    if not scale:
        return value
    return value * (_SCALE.get(scale[0].lower(), 1_000) if len(scale) > 1 else 1_000)
