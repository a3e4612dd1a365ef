"""Which column of a table holds what: the usual headers in English, Russian and Ukrainian, or a given map.

Headers are compared without case, «ё» as «е», with `_`, `-`, `.` and line breaks as spaces.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HEADERS: dict[str, tuple[str, ...]] = {
    "text": (
        "text", "review", "review text", "reviewtext", "review body", "reviewbody", "body", "content", "comment",
        "message", "feedback", "review description", "reviewdescription",
        "отзыв", "текст", "текст отзыва", "содержание", "содержание отзыва", "комментарий", "комментарий клиента",
        "сообщение", "відгук", "текст відгуку", "зміст", "зміст відгуку", "коментар", "повідомлення",
    ),
    "title": (
        "title", "review title", "reviewtitle", "subject line", "headline", "summary",
        "заголовок", "заголовок отзыва", "тема", "заголовок відгуку",
    ),
    "rating": (
        "rating", "stars", "score", "star rating", "review rating", "reviewrating", "reviewratingscore", "grade",
        "оценка", "рейтинг", "звезды", "балл", "баллы", "оценка отзыва", "количество звезд",
        "оцінка", "зірки", "бал", "бали", "кількість зірок",
    ),
    "rating_max": ("rating max", "max rating", "best rating", "максимальная оценка", "максимальна оцінка"),
    "rating_min": ("rating min", "min rating", "worst rating", "минимальная оценка", "мінімальна оцінка"),
    "review_id": (
        "review id", "reviewid", "id", "feedback id", "id отзыва", "номер отзыва", "идентификатор отзыва", "id відгуку",
        "номер відгуку", "ідентифікатор відгуку",
    ),
    "posted_at": (
        "date", "posted at", "posted", "created at", "createdat", "created", "published at", "review date",
        "reviewdate", "date posted", "time", "timestamp",
        "дата", "дата отзыва", "дата публикации", "дата создания", "дата и время", "опубликовано", "время",
        "дата відгуку", "дата публікації", "дата створення", "дата і час", "опубліковано", "час",
    ),
    "edited_at": ("edited at", "updated at", "updatedat", "дата изменения", "изменен", "дата зміни", "змінено"),
    "reply_text": (
        "reply", "reply text", "replytext", "response", "response text", "owner response", "owner reply", "answer",
        "business response", "developer response", "developer reply",
        "ответ", "текст ответа", "ответ компании", "ответ на отзыв", "ответ организации", "ответ продавца",
        "ответ представителя", "ответ администрации", "ответ владельца",
        "відповідь", "текст відповіді", "відповідь компанії", "відповідь на відгук", "відповідь продавця",
        "відповідь власника", "відповідь адміністрації",
    ),
    "reply_at": (
        "reply at", "replied at", "repliedat", "reply date", "replydate", "response date", "answered at", "reply time",
        "дата ответа", "время ответа", "дата відповіді", "час відповіді",
    ),
    "url": (
        "url", "link", "review url", "reviewurl", "permalink",
        "ссылка", "ссылка на отзыв", "адрес отзыва", "посилання", "посилання на відгук", "url товара", "url товару",
    ),
    "author": (
        "author", "author name", "user", "user name", "username", "reviewer", "reviewer name", "name", "customer",
        "автор", "имя", "автор отзыва", "имя автора", "пользователь", "клиент", "гость", "покупатель", "фио",
        "ім'я", "ім’я", "автор відгуку", "користувач", "клієнт", "гість", "покупець",
    ),
    "pros": ("pros", "advantages", "достоинства", "плюсы", "преимущества", "понравилось", "переваги", "сподобалось"),
    "cons": (
        "cons", "disadvantages", "недостатки", "минусы", "не понравилось", "недоліки", "мінуси", "не сподобалось",
    ),
    "language": ("language", "lang", "review language", "reviewlanguage", "язык", "мова"),
    "place": (
        "place", "branch", "location", "store", "address", "филиал", "точка", "адрес", "магазин", "отделение", "место",
        "філія", "адреса", "відділення", "місце",
    ),
    "subject": (
        "subject", "product", "product name", "item", "sku", "товар", "название товара", "артикул", "услуга", "врач",
        "назва товару", "послуга", "лікар",
    ),
    "helpful_votes": ("helpful votes", "likes", "thumbs up", "полезно", "лайки", "корисно", "лайків"),
    "seen_at": ("seen at", "scraped at", "scrapeddatetime", "fetched at", "дата выгрузки", "дата сбора"),
}  # fmt: skip
"""Usual headers of each field. The first column that fits wins, in the order of the names here."""

CONSTANTS = ("rating_max", "rating_min")
"""Fields for which a column map may give a number instead of a header."""

_FIELD_OF = {header: field for field, headers in HEADERS.items() for header in headers}
_BODY = ("text", "pros", "cons")


class ColumnsError(ValueError):
    """The headers do not hold what is needed; the message lists those found and what was expected."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands in a row."""

    index: dict[str, int]
    constants: dict[str, float]
    labels: dict[str, str]
    """The header of each column that was found, as the file writes it."""
    unused: tuple[str, ...]

    @property
    def shows_replies(self) -> bool:
        """Whether the table has a column for the answer: only then an empty one means that there is none."""
        return "reply_text" in self.index

    def cell(self, row: Sequence[object], field: str) -> object:
        """Return the value of a field in a row, None where the column or the cell is absent."""
        place = self.index.get(field)
        return row[place] if place is not None and place < len(row) else None


def normalised(header: object) -> str:
    """Return a header as it is compared."""
    text = "" if header is None else str(header)
    return re.sub(r"[\s_.:\-\ufeff\"]+", " ", text.casefold().replace("ё", "е")).strip()


def count_known(cells: Sequence[object]) -> int:
    """Return how many cells of a row are usual headers."""
    return len({_FIELD_OF[name] for cell in cells if (name := normalised(cell)) in _FIELD_OF})


def recognise_columns(cells: Sequence[object]) -> Columns:
    """Find the fields by the usual headers.

    Raises:
        ColumnsError: no column for the review's text (or its pros and cons).
    """
    names = [normalised(cell) for cell in cells]
    index: dict[str, int] = {}
    for field, headers in HEADERS.items():
        place = next((names.index(header) for header in headers if header in names), None)
        if place is not None:
            index[field] = place
    if not any(field in index for field in _BODY):
        raise ColumnsError(
            f"no column with the text of reviews; {_found(cells)}; expected a header such as Отзыв, Відгук, Text or"
            " Review, or name the columns in a map such as text=HEADER"
        )
    return _columns(cells, index, {})


def mapped_columns(cells: Sequence[object], columns: Mapping[str, str]) -> Columns:
    """Find the fields by a given map of field to header; the map alone counts.

    Raises:
        ColumnsError: a field that nobody knows, a header that is not there, or no text.
    """
    unknown = sorted(columns.keys() - HEADERS.keys())
    if unknown:
        raise ColumnsError(f"no field {', '.join(unknown)}; fields are {', '.join(HEADERS)}")
    names = [normalised(cell) for cell in cells]
    index: dict[str, int] = {}
    constants: dict[str, float] = {}
    for field, header in columns.items():
        name = normalised(header)
        if name in names:
            index[field] = names.index(name)
        elif field in CONSTANTS and re.fullmatch(r"-?\d{1,6}(\.\d+)?", header.strip()):
            constants[field] = float(header)
        else:
            raise ColumnsError(f"no column {header!r} (for {field}); {_found(cells)}")
    if not any(field in index for field in _BODY):
        raise ColumnsError(f"the column map names none of {', '.join(_BODY)}; {_found(cells)}")
    return _columns(cells, index, constants)


def _columns(cells: Sequence[object], index: dict[str, int], constants: dict[str, float]) -> Columns:
    used = set(index.values())
    unused = tuple(str(cell) for place, cell in enumerate(cells) if place not in used and normalised(cell))
    labels = {field: str(cells[place]).strip() for field, place in index.items()}
    return Columns(index, constants, labels, unused)


def _found(cells: Sequence[object]) -> str:
    shown = [str(cell).strip()[:40] for cell in cells if normalised(cell)][:30]
    return f"headers found: {', '.join(shown) or 'none'}"
