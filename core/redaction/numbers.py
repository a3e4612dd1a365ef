"""Telephone numbers, payment cards, tax and insurance numbers: runs of digits, by structure, check digits and cues.

A run is cut into groups of digits. At each group the longest number that starts there and makes sense is taken.
Without a cue («тел.», «ИНН») only what has a country's structure or right check digits counts, so that prices,
dates, ratings and order numbers stay readable.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate, pairwise

import phonenumbers
from stdnum.ru import inn

from core.redaction.text import Kind, Span

_RUN = re.compile(r"\d+(?:[ \t().\-/_*~·]{1,3}\d+)*")
_GROUP = re.compile(r"\d+")
_OPENING = re.compile(r"(?:\+ ?)?\(?$|\($")
_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}([./-])\d{1,2}\1(?:19|20)\d{2}|(?:19|20)\d{2}([./-])\d{1,2}\2\d{1,2}"
    r"|\d{1,2}\.\d{1,2}\.\d{2})(?!\d)"
)
_MONEY = re.compile(
    r" ?(?:руб|р\.|р\b|₽|грн|гривен|гривень|₴|тенге|тг\b|₸|бел\. ?руб|\$|€|£|usd\b|eur\b|uah\b|rub\b|rur\b|byn\b|kzt\b"
    r"|тыс|млн|%)",
    re.IGNORECASE,
)
_PHONE_CUE = re.compile(
    r"\bтел|\bмоб|звон|звін|дзвін|набер|набир|номер телеф|мой номер|мій номер|\bномеру?:? ?(?=\d)|whats ?app|ватс|вотс"
    r"|вайбер|viber|telegram|телеграм|phone|\bcall|\bcell\b|\btel\b|mobile|my number"
    r"|\bring (?:me|at|on)\b|reach me|text me|\bdial\b"
    r"|\bдевятьсот|\bдев'ятсот|\bплюс семь|\bсвязаться|\bзв'язатися",
    re.IGNORECASE,
)
_TAX_CUE = re.compile(
    r"\bинн\b|\bінн\b|\bіпн\b|рнокпп|рнукпн|податк|налогоплат|ідентифікаційн|идентификационн|снилс|\btax\b|\btin\b|\binn\b|\bssn\b",
    re.IGNORECASE,
)
_TAX_BEHIND = re.compile(
    r"(?<!\d)\d{9,12}(?=[ ,;:()–-]{1,3}(?:мой |мій |моя |my )?(?:рнокпп|рнукпн|ипн|іпн|инн|інн|снилс|inn|tin|ssn)\b)",
    re.IGNORECASE,
)
_OTHER_CUE = re.compile(
    r"(?:заказ\w{0,4}|замовленн\w{0,3}|order|договор\w{0,3}|чек\w{0,3}|накладн\w{0,4}|артикул|арт\.|код\w{0,3}|ттн"
    r"|трек\w{0,6}|бронь|заявк\w{0,3}|квитанци\w{0,3}|tracking|booking|invoice|ticket|№|#)"
    r" ?(?:номер|number|no\.?|№|#)?[ :№#]{0,3}(?=\d)",
    re.IGNORECASE,
)
_ORDER_CUE = re.compile(
    r"(?:заказ\w{0,4}|замовленн\w{0,3}|order|договор\w{0,3}|накладн\w{0,4}|артикул|ттн|трек\w{0,6}|бронь|заявк\w{0,3}"
    r"|квитанци\w{0,3}|tracking|booking|invoice|ticket) ?(?:номер|number|no\.?|№|#)?[ :№#]{0,3}(?=\d)",
    re.IGNORECASE,
)
"""Words that leave no doubt that the number right behind them is none of a telephone."""
_MARKET_ORDER = re.compile(r"(?<![\d-])\d{3}-\d{7}-\d{7}(?![\d-])")
"""An order number as Amazon and others write it: it looks like nothing else, whatever stands around it."""
_CARD_CUE = re.compile(r"\bкарт(?:[аыоуе]|ой)\b|\bкартк|\bcard\b|mastercard|\bvisa\b", re.IGNORECASE)
_CUE_REACH = 28
_TAX_REACH = 40
_CARD = re.compile(
    r"(?:4\d{15}|5[1-5]\d{14}|2[2-7]\d{14,17}|3[47]\d{13}|3[0689]\d{12}|5[06-8]\d{14,17}|6\d{15,18}|4\d{18})$"
)
_CARD_LENGTHS = {"2": (19, 18, 17, 16), "3": (15, 14), "4": (19, 16), "5": (19, 18, 17, 16), "6": (19, 18, 17, 16)}
_MOBILE = re.compile(
    r"[78]9\d{9}|[78]7[0-7]\d{8}|(?:8|38)?0(?:39|50|6[36-8]|7[37]|89|9[1-9])\d{7}|(?:375|80)(?:25|29|33|44)\d{7}"
)
"""Mobile numbers of Russia, Kazakhstan, Ukraine and Belarus as people write them, with or without the country."""
_LONGEST = 19
_DOUBLED = str.maketrans("0123456789", "0246813579")


class _Run:
    """Neighbouring groups of digits, and where each ends in the digits alone: no look at one costs a look at all."""

    def __init__(self, around: "_Around", start: int, end: int) -> None:
        self.around = around
        self.groups = [match.span() for match in _GROUP.finditer(around.text, start, end)]
        self.digits = "".join([around.text[begin:stop] for begin, stop in self.groups])
        self.offsets = list(accumulate((stop - begin for begin, stop in self.groups), initial=0))
        self.lasts = {offset: last for last, offset in enumerate(self.offsets[1:])}


class _Number:
    """Some neighbouring groups of one run, with what stands around them; what costs time is found when asked for."""

    def __init__(self, run: _Run, index: int, last: int, lead: str, *, phone_cue: bool, tax_cue: bool) -> None:
        self.run, self.index, self.last = run, index, last
        self.digits = run.digits[run.offsets[index] : run.offsets[last + 1]]
        self.plus, self.bracket = "+" in lead, "(" in lead
        self.phone_cue, self.tax_cue = phone_cue, tax_cue
        self.start, self.end = run.groups[index][0], run.groups[last][1]

    @property
    def count(self) -> int:
        """Number of its groups."""
        return self.last - self.index + 1

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(b - a for a, b in self.run.groups[self.index : self.last + 1])

    @property
    def gaps(self) -> tuple[str, ...]:
        text, parts = self.run.around.text, self.run.groups[self.index : self.last + 1]
        return tuple(text[one[1] : two[0]] for one, two in pairwise(parts))

    @property
    def is_date(self) -> bool:
        """It overlaps a date."""
        return self.run.around.is_date(self.start, self.end)

    @property
    def is_other(self) -> bool:
        """A sum of money or an order: no telephone unless its structure says so."""
        return self.run.around.is_other(self.start, self.end)


class _Around:
    """Where in a text the cues, dates and plus signs stand; found once, so that time stays linear."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._phone_cues = [match.start() for match in _PHONE_CUE.finditer(text)]
        self._card_cues = [match.start() for match in _CARD_CUE.finditer(text)]
        behind = [match.start() - 1 for match in _TAX_BEHIND.finditer(text)]
        self._tax_cues = sorted([*(match.start() for match in _TAX_CUE.finditer(text)), *behind])
        self._other_ends = frozenset(match.end() for match in _OTHER_CUE.finditer(text))
        self._order_ends = frozenset(match.end() for match in _ORDER_CUE.finditer(text))
        self._dates = [match.span() for match in _DATE.finditer(text)]

    def has_phone_cue(self, start: int) -> bool:
        return _is_near(self._phone_cues, start, _CUE_REACH)

    def has_tax_cue(self, start: int) -> bool:
        return _is_near(self._tax_cues, start, _TAX_REACH)

    def has_card_cue(self, start: int) -> bool:
        return _is_near(self._card_cues, start, _CUE_REACH)

    def is_other(self, start: int, end: int) -> bool:
        return start in self._other_ends or _MONEY.match(self.text, end) is not None

    def is_order(self, start: int) -> bool:
        return start in self._order_ends

    def is_date(self, start: int, end: int) -> bool:
        if not self._dates:
            return False
        after = bisect_left(self._dates, (start, -1))
        return any(a < end and start < b for a, b in self._dates[max(0, after - 1) : after + 1])


def numbers(text: str) -> list[Span]:
    """Return the telephone, card, tax and insurance numbers in `text`."""
    around = _Around(text)
    runs = (part for run in _RUN.finditer(text) for part in _without_orders(text, *run.span()))
    return [span for start, end in runs if end - start >= 6 for span in _in_run(around, start, end)]


def _without_orders(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for order in _MARKET_ORDER.finditer(text, start, end):
        yield start, order.start()
        start = order.end()
    yield start, end


def _in_run(around: _Around, start: int, end: int) -> Iterator[Span]:
    run = _Run(around, start, end)
    index = 0
    while index < len(run.groups):
        hit = _longest_at(run, index)
        if hit is None:
            index += 1
        else:
            span, index = hit
            yield span


def _longest_at(run: _Run, index: int) -> tuple[Span, int] | None:
    around, (first, end) = run.around, run.groups[index]
    lead = _lead(around.text, first)
    phone_cue, tax_cue = around.has_phone_cue(first), around.has_tax_cue(first)
    offset = run.offsets[index]
    digits = run.digits[offset : offset + _LONGEST]
    is_open = bool(lead) or phone_cue or tax_cue
    for length in _lengths(digits, end - first, is_open=is_open):
        last = run.lasts.get(offset + length)
        if last is None or not (is_open or _may_be_number(digits[:length], last - index + 1)):
            continue
        number = _Number(run, index, last, lead, phone_cue=phone_cue, tax_cue=tax_cue)
        kind = _kind_of(number)
        if kind is not None:
            is_open_bracket = lead == "(" and ")" not in around.text[first : number.end]
            return Span(first - (0 if is_open_bracket else len(lead)), number.end, kind), last + 1
    return None


def _lead(text: str, first: int) -> str:
    """Return the plus or bracket that opens a number, mostly without asking the pattern."""
    before = text[max(0, first - 2) : first]
    if not before.endswith(("+", "(", "+ ")):
        return ""
    opening = _OPENING.search(text[max(0, first - 3) : first])
    return opening.group() if opening else ""


def _lengths(digits: str, size: int, *, is_open: bool) -> tuple[int, ...]:
    """Return which lengths are worth a look, longest first: what spares a hostile text's every group the full test."""
    if is_open:
        return tuple(range(_LONGEST, 5, -1))
    cards, lead = _CARD_LENGTHS.get(digits[:1], ()), digits[:1]
    if lead == "0":
        return (15, 14, 13, 12, 11, 10)
    if size == 3:
        return (*cards, 12, 11, 10, 7)
    if lead in "789":
        return (12, 11, 10)
    if digits.startswith(("380", "375")) or size == 12:
        return (*cards, 12)
    return cards


def _may_be_number(digits: str, count: int) -> bool:
    """Tell whether digits in so many groups can be anything without a cue, a plus or a bracket."""
    length, lead = len(digits), digits[0]
    if length == 10:
        return lead == "0" or 2 <= count <= 4
    if length == 11:
        return lead in "780" or count == 4
    if length == 12:
        return count == 1 or digits[:3] in {"380", "375"} or digits[:2] == "00"
    if length == 7:
        return count == 3
    return digits[:2] == "00" or _CARD.match(digits) is not None


def _kind_of(number: _Number) -> Kind | None:
    if _is_card(number):
        return "card"
    if _is_tax_id(number):
        return "tax_id"
    if number.is_date and (not number.plus or any(gap.strip(" -") for gap in number.gaps)):
        return None
    if number.count == 1 and not number.plus and not number.phone_cue and number.run.around.is_order(number.start):
        return None
    if _is_phone(number) or (not number.is_other and _looks_like_phone(number)):
        return "phone"
    return None


def _is_card(number: _Number) -> bool:
    if len(number.digits) < 14 or not _CARD.match(number.digits):
        return False
    is_written_so = number.sizes == (4, 4, 4, 4)
    if is_written_so and number.run.around.has_card_cue(number.start):
        return True
    if not _is_luhn(number.digits):
        return False
    return is_written_so or not any(gap.strip(" -") for gap in number.gaps)


def _is_luhn(digits: str) -> bool:
    """Check the last digit; stdnum's own check takes seven times as long, and hostile texts ask for many."""
    return sum(map(int, digits[-1::-2] + digits[-2::-2].translate(_DOUBLED))) % 10 == 0


def _is_tax_id(number: _Number) -> bool:
    digits = number.digits
    if len(digits) == 11 and number.count == 4 and number.sizes == (3, 3, 3, 2):
        return number.tax_cue or _is_snils(digits)
    if number.tax_cue:
        return len(digits) in {9, 10, 11, 12}
    if len(digits) != 12 or number.count > 1 or number.plus or _MOBILE.fullmatch(digits):
        return False
    return bool(inn.is_valid(digits))


def _is_snils(digits: str) -> bool:
    checksum = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(9, 0, -1), strict=True)) % 101
    return checksum % 100 == int(digits[9:])


def _is_phone(number: _Number) -> bool:
    """Tell whether the structure of a country's numbering plan alone says so."""
    digits, length = number.digits, len(number.digits)
    if number.plus:
        return 8 <= length <= 15 and _is_possible(digits)
    if digits[0] == "0" and number.sizes[0] == 1 and number.gaps[:1] == (".",):
        return False  # a decimal fraction
    if _MOBILE.fullmatch(digits):
        return True
    if length == 11 and digits[0] in "78":
        is_old = digits[:2] == "80"  # 8 as the prefix for long distance, in Ukraine and Belarus
        return _is_valid("7" + digits[1:]) or (is_old and any(_is_valid(to + digits[2:]) for to in ("375", "380")))
    if length == 12 and digits[:3] in {"380", "375"}:
        return _is_valid(digits)
    if length == 10 and digits[0] == "0":
        return _is_valid("38" + digits)
    if length == 11 and digits[:2] == "07":
        return number.sizes in {(5, 6), (5, 3, 3), (4, 3, 4)} or _is_valid("44" + digits[1:])
    return 11 <= length <= 15 and digits[:2] == "00" and _is_valid(digits[2:])


def _looks_like_phone(number: _Number) -> bool:
    """Tell whether the way of writing or a cue says so."""
    digits = number.digits
    if len(digits) not in {7, 10} and not number.phone_cue:
        return False
    sizes, gaps = number.sizes, number.gaps
    if len(digits) == 10 and len(sizes) > 1:
        is_written_so = number.bracket or sizes in {(3, 3, 2, 2), (3, 3, 4), (3, 2, 2, 3), (3, 7)}
        if is_written_so and (number.bracket or digits[0] == "9") and _is_valid("7" + digits):
            return True
        if sizes == (3, 3, 4) and (number.bracket or all(gap.strip() for gap in gaps)):
            return True
    if sizes == (3, 2, 2) and all(gap.strip() == "-" for gap in gaps):
        return True
    return number.phone_cue and 6 <= len(digits) <= 13 and not any("/" in gap for gap in gaps)


def _is_near(cues: list[int], start: int, reach: int) -> bool:
    position = bisect_left(cues, start)
    return position > 0 and start - cues[position - 1] <= reach


@lru_cache(maxsize=4096)
def _is_valid(international: str) -> bool:
    if len(international) == 11 and international[0] == "7":
        # Parsing finds out no more, and takes three quarters of the time.
        number = phonenumbers.PhoneNumber(country_code=7, national_number=int(international[1:]))
        return international[1] in "34789" and bool(phonenumbers.is_valid_number(number))
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse("+" + international)))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=4096)
def _is_possible(international: str) -> bool:
    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse("+" + international)))
    except phonenumbers.NumberParseException:
        return False
