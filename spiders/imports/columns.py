"""Which column of a table holds what: the usual headers in English, Russian and Ukrainian, or a given map.

Headers are compared without case, «ё» as «е», with `_`, `-`, `.` and line breaks as spaces.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from spiders.imports.fitting import TIMES, are_flags, are_own_ids, is_ratings, is_times, is_words

HEADERS: dict[str, tuple[str, ...]] = {
    "text": (
        "text", "review text", "reviewtext", "review", "review body", "reviewbody", "body", "content", "comment",
        "comment text", "message", "feedback", "user review", "customer review", "review description",
        "reviewdescription", "opinion", "verbatim", "comments", "testimonial",
        "отзыв", "текст", "текст отзыва", "содержание", "содержание отзыва", "комментарий", "комментарий клиента",
        "текст комментария", "отзыв клиента", "отзыв покупателя", "сообщение",
        "відгук", "текст відгуку", "зміст", "зміст відгуку", "коментар", "коментар клієнта", "повідомлення",
    ),
    "title": (
        "title", "review title", "reviewtitle", "subject line", "headline", "heading", "summary",
        "заголовок", "заголовок отзыва", "тема", "заголовок відгуку",
    ),
    "rating": (
        "rating", "stars", "score", "star rating", "review rating", "reviewrating", "reviewratingscore", "grade",
        "star", "rate", "overall", "overall rating", "rating value", "rating score", "rating star", "rating stars",
        "reviewer score", "product rating",
        "оценка", "рейтинг", "звезды", "балл", "баллы", "оценка отзыва", "количество звезд", "рейтинг отзыва",
        "оценка клиента", "оценка покупателя", "оценка товара", "звезд", "общая оценка", "общий балл",
        "star review",
        "user rating", "customer rating", "grade10",
        "оцінка", "зірки", "бал", "бали", "загальна оцінка", "кількість зірок", "оцінка клієнта", "оцінка відгуку",
    ),
    "rating_max": ("rating max", "max rating", "best rating", "максимальная оценка", "максимальна оцінка"),
    "rating_min": ("rating min", "min rating", "worst rating", "минимальная оценка", "мінімальна оцінка"),
    "review_id": (
        "review id", "reviewid", "id", "feedback id", "google review id", "external id", "uuid", "id отзыва",
        "номер отзыва", "идентификатор отзыва", "id відгуку", "номер відгуку", "ідентифікатор відгуку",
    ),
    "posted_at": (
        "date iso", "date", "posted at", "posted", "created at", "createdat", "created", "published at", "review date",
        "reviewdate", "date posted", "published", "published date", "publish date", "publication date", "publish time",
        "published time", "post date", "posted date", "creation date", "created date", "created time", "create time",
        "submission time", "submit date", "review creation date", "date created", "date added", "date published",
        "added at", "submitted at", "submission date", "datetime",
        "date time", "unix review time", "review time", "reviewtime", "time", "timestamp", "at", "when",
        "date text", "date raw", "review create time",
        "дата", "дата отзыва", "дата публикации", "дата создания", "дата и время", "опубликовано", "время",
        "дата добавления", "дата размещения", "дата написания", "дата оценки", "дата и время отзыва", "добавлено",
        "дата відгуку", "дата публікації", "дата створення", "дата і час", "опубліковано", "час", "дата додавання",
        "дата написання", "додано",
    ),
    "edited_at": (
        "edited at", "updated at", "updatedat", "edited", "date edited", "дата изменения", "дата редактирования",
        "изменен", "дата зміни", "дата редагування", "змінено",
    ),
    "reply_text": (
        "reply", "reply text", "replytext", "response", "response text", "owner response", "owner reply", "answer",
        "answer text", "reply content", "owner answer", "owner response text", "owner reply text", "owner resp text",
        "response from owner", "response from owner text", "business response", "developer response",
        "developer reply", "company reply", "company answer", "seller reply", "seller response", "seller answer",
        "merchant reply", "reply message",
        "response message", "response comment", "reply comment", "response body", "reply body", "management response",
        "hotel response", "official answer", "official response",
        "ответ", "текст ответа", "ответ компании", "ответ на отзыв", "ответ организации", "ответ продавца",
        "ответ представителя", "ответ администрации", "ответ владельца", "официальный ответ", "ответ магазина",
        "ответ клиники", "ответ отеля", "ответ ресторана", "ответ банка", "ответ бренда", "ответ менеджера",
        "ответ разработчика", "ответ поставщика", "комментарий компании", "комментарий продавца",
        "відповідь", "текст відповіді", "відповідь компанії", "відповідь на відгук", "відповідь продавця",
        "відповідь власника", "відповідь адміністрації", "офіційна відповідь", "відповідь магазину",
        "коментар компанії", "коментар продавця",
    ),
    "reply_at": (
        "reply at", "replied at", "repliedat", "reply date", "replydate", "response date", "answered at", "reply time",
        "answer date", "reply created at", "response created at", "answer created at", "owner response date",
        "owner reply date", "response from owner date", "company reply date", "business response date",
        "developer reply date", "дата ответа", "время ответа", "дата и время ответа",
        "дата публикации ответа", "дата відповіді", "час відповіді", "дата і час відповіді",
    ),
    "url": (
        "review url", "reviewurl", "review link", "url", "link", "permalink",
        "ссылка на отзыв", "ссылка", "адрес отзыва", "посилання на відгук", "посилання", "url товара", "url товару",
    ),
    "author": (
        "author", "author name", "user", "user name", "username", "reviewer", "reviewer name", "name", "customer",
        "display name", "author title", "user display name", "profile name", "contributor name", "user full name",
        "reviewer nickname",
        "nickname", "customer name", "client name", "guest name", "guest", "client",
        "author id", "user id", "reviewer id",
        "автор", "имя", "автор отзыва", "имя автора", "пользователь", "клиент", "гость", "покупатель", "фио",
        "имя пользователя", "имя клиента", "имя покупателя", "пациент", "ник", "никнейм",
        "ім'я", "ім’я", "автор відгуку", "користувач", "клієнт", "гість", "покупець", "ім'я клієнта", "пацієнт",
        "нікнейм",
    ),
    "pros": (
        "pros", "advantages", "text liked", "liked", "positive review", "positive comment", "positive",
        "достоинства", "плюсы", "преимущества", "понравилось", "что понравилось",
        "переваги", "сподобалось", "що сподобалось",
    ),
    "cons": (
        "cons", "disadvantages", "text disliked", "disliked", "negative review", "negative comment", "negative",
        "недостатки", "минусы", "не понравилось", "что не понравилось",
        "недоліки", "мінуси", "не сподобалось", "що не сподобалось",
    ),
    "language": (
        "language", "lang", "review language", "reviewlanguage", "original language", "original lang", "language code",
        "язык", "язык отзыва", "мова", "мова відгуку",
    ),
    "place": (
        "place", "branch", "location", "store", "place name", "location name", "branch name", "store name", "company",
        "company name", "business name", "organization", "hotel", "hotel name", "restaurant", "restaurant name",
        "address", "name ru", "clinic", "bank", "business id",
        "филиал", "точка", "адрес", "магазин", "отделение", "место", "компания", "организация", "название организации",
        "название компании", "клиника", "ресторан", "отель", "банк",
        "філія", "адреса", "відділення", "місце", "компанія", "організація", "клініка", "готель",
    ),
    "subject": (
        "subject", "product", "product name", "item", "sku", "asin", "product id", "doctor", "doctor name",
        "application", "app name", "app", "movie name", "drug name", "airline name",
        "товар", "название товара", "артикул", "услуга", "врач", "наименование товара", "фио врача",
        "назва товару", "послуга", "лікар",
    ),
    "helpful_votes": (
        "helpful votes", "likes", "thumbs up", "helpful", "helpful count", "found helpful", "likes count",
        "likes amount", "thumbs up count", "num helpful", "useful", "useful count", "upvotes",
        "helpful vote", "helpfulness numerator", "positive feedback count",
        "полезно", "лайки", "количество лайков", "корисно", "лайків",
    ),
    "seen_at": (
        "seen at", "scraped at", "scrapeddatetime", "fetched at", "scraped date", "scrape date", "collected at",
        "crawled at", "collection date",
        "generated at", "exported at", "parsed at", "extracted at", "дата выгрузки", "дата сбора", "дата парсинга",
    ),
}  # fmt: skip
"""Usual headers of each field. The first column that fits wins, in the order of the names here."""

CONSTANTS = ("rating_max", "rating_min")
"""Fields for which a column map may give a number instead of a header."""

_FIELD_OF = {header: field for field, headers in HEADERS.items() for header in headers}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_REMARK = re.compile(r"\s*(?:\(.*\)|,.*|[*?]+|(?: out)? of \d+| из \d+| з \d+|\s*%)$")
_OF_REVIEW = re.compile(r"^(?:reviews?|feedbacks?)\s+|\s+(?:отзыва|відгуку)$")
_JOINED = re.compile(r"(?:reviews|feedbacks)[./]", re.IGNORECASE)
_SCALE = re.compile(r"(?:^|\D)(?:[01]\s*[-–—.…]+|из|з|of|до|to|/)\s*(10{0,2}|5)\D*$")
_PARTS = ("pros", "cons")
_BODY = ("text", *_PARTS)


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
    notes: tuple[str, ...] = ()
    """Why columns with usual headers were not taken."""

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
    text = "" if header is None else _CAMEL.sub(" ", str(header))
    return re.sub(r"[\s_.:/\-\ufeff\"]+", " ", text.casefold().replace("ё", "е").replace("’", "'")).strip()


def usual(header: object) -> str:
    """Return the usual header that is meant: `reviews.text` and «Оценка (1-5)» mean no more than one."""
    name = normalised(header)
    for shorter in (name, _REMARK.sub("", name), _OF_REVIEW.sub("", name), _OF_REVIEW.sub("", _REMARK.sub("", name))):
        if shorter in _FIELD_OF:
            return shorter
    return name


def count_known(cells: Sequence[object]) -> int:
    """Return how many cells of a row are usual headers."""
    return len({_FIELD_OF[name] for cell in cells if (name := usual(cell)) in _FIELD_OF})


def is_text(cells: Sequence[object]) -> bool:
    """Whether a column of the headers holds the text of reviews."""
    return any(_FIELD_OF.get(usual(cell)) in _BODY for cell in cells)


def recognise_columns(cells: Sequence[object], rows: Sequence[Sequence[object]] = ()) -> Columns:
    """Find the fields by the usual headers, and of several columns that may be meant the one whose cells fit.

    Args:
        cells: the headers.
        rows: the first rows below them.

    Raises:
        ColumnsError: no column for the review's text (or its pros and cons).
    """
    names = _own([usual(cell) for cell in cells], cells)
    index: dict[str, int] = {}
    for field, headers in HEADERS.items():
        places = [names.index(header) for header in headers if header in names]
        if (place := _fitting(field, places, rows)) is not None:
            index[field] = place
    if "text" in index and names[index["text"]] == "comments" and not is_words(_column(rows, index["text"])):
        del index["text"]  # a number of comments
    if not any(field in index for field in _BODY):
        raise ColumnsError(
            f"no column with the text of reviews; {_found(cells)}; expected a header such as Отзыв, Відгук, Text or"
            " Review, or name the columns in a map such as text=HEADER"
        )
    notes = tuple(_left_out(cells, index, rows))
    told = _SCALE.search(str(cells[index["rating"]])) if "rating" in index else None
    return _columns(cells, index, {"rating_max": float(told[1])} if told else {}, notes)


def _own(names: list[str], cells: Sequence[object]) -> list[str]:
    """Return the names without those of what the reviews are joined to: `name` beside `reviews.text` is a product's."""
    own = [bool(_JOINED.match(str(cell))) for cell in cells]
    if not any(is_own and _FIELD_OF.get(name) in _BODY for name, is_own in zip(names, own, strict=True)):
        return names
    about = {"place", "subject", "reply_text", "reply_at"}
    return [name if is_own or _FIELD_OF.get(name) in about else "" for name, is_own in zip(names, own, strict=True)]


def _fitting(name: str, places: Sequence[int], rows: Sequence[Sequence[object]]) -> int | None:
    """Return the first column whose cells can be what its header says; the first of all where none is."""
    fits = is_words if name in _BODY else is_times if name in TIMES else is_ratings if name == "rating" else None
    if fits is None or (len(places) < 2 and name not in _PARTS):
        return places[0] if places else None
    spare = places[0] if places and name not in _PARTS else None
    return next((place for place in places if fits(_column(rows, place))), spare)


def _left_out(cells: Sequence[object], index: dict[str, int], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Take away columns that are something else than their headers say, and tell why."""
    words = next((index[name] for name in _BODY if name in index), None)
    own, rating = index.get("review_id"), index.get("rating")
    if "edited_at" in index or "seen_at" in index:
        own = None  # the same review may stand there as it was at several times
    if own is not None and words is not None and not are_own_ids(_column(rows, own), _column(rows, words)):
        del index["review_id"]
        yield f"{cells[own]} is the same for several reviews, so it is no id of theirs"
    if rating is not None and are_flags(_column(rows, rating)):
        del index["rating"]
        yield f"{cells[rating]} is but 0 and 1, which are no stars; rating_max=1 and rating_min=0 in a map read it"


def _column(rows: Sequence[Sequence[object]], place: int) -> list[object]:
    return [row[place] if place < len(row) else None for row in rows]


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


def _columns(
    cells: Sequence[object], index: dict[str, int], constants: dict[str, float], notes: tuple[str, ...] = ()
) -> Columns:
    used = set(index.values())
    unused = tuple(str(cell) for place, cell in enumerate(cells) if place not in used and normalised(cell))
    labels = {field: str(cells[place]).strip() for field, place in index.items()}
    return Columns(index, constants, labels, unused, notes)


def _found(cells: Sequence[object]) -> str:
    shown = [str(cell).strip()[:40] for cell in cells if normalised(cell)][:30]
    return f"headers found: {', '.join(shown) or 'none'}"
