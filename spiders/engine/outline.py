"""What the reviews of an unknown page look like: where they lie, and which of their keys mean what; a first guess."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from spiders.engine.document import Document
from spiders.engine.mapping import at
from spiders.engine.markup import cut

_MEANINGS = {
    "review_id": ("reviewid", "id", "uuid", "feedbackid", "commentid", "reviewuuid", "feedbackuuid", "guid"),
    "author": ("authorname", "username", "displayname", "nickname", "nick", "author", "user", "reviewer", "consumer",
               "client", "customer", "clientname", "customername"),
    "rating": ("rating", "ratingvalue", "stars", "score", "grade", "mark"),
    "title": ("title", "headline", "summary", "subject"),
    "text": ("text", "reviewtext", "reviewbody", "body", "content", "comment", "message", "description", "review"),
    "posted_at": ("createdat", "datecreated", "publishedat", "datepublished", "publisheddate", "postedat", "created",
                  "published", "date", "createddate", "reviewdate", "timestamp", "time", "createdon", "publishedon",
                  "postedon", "addedat", "createdtime", "publishtime", "datetime", "pubdate"),
    "edited_at": ("updatedat", "dateedited", "dateupdated", "editedat", "updated", "modified", "datemodified"),
    "helpful_votes": ("likes", "likescount", "helpful", "helpfulcount", "votes", "thumbsup"),
    "url": ("url", "link", "permalink", "reviewurl"),
}  # fmt: skip
_OF_PARENT = {"value", "name", "text", "body", "nick"}
"""Keys that only say that their object's value is here: `grade.value`."""
_REPLY = re.compile(r"repl|respon|answer|official|owner|company_?comment|seller", re.IGNORECASE)
_NEEDED = ("text", "rating", "posted_at", "author", "review_id")
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d\d?[./]\d\d?[./]\d{4}|\d{1,2} [^\W\d_]{3,}\.?(?: \d{4})?|(?:назад|тому|ago)\b")
_CLASSES = {
    "author": "author|user|name|reviewer|nick|client|customer|(?:^|[-_])who$",
    "posted_at": "date|time|posted|published|created|(?:^|[-_])when$",
    "rating": "rating|star|score|mark|grade|(?:^|[-_])rate$",
    "title": "title|heading", "text": "text|body|content|comment|message", "reply_text": "reply|answer|response",
    "reply_at": "date|time|posted|published|created|(?:^|[-_])when$",
}  # fmt: skip
_LONG = 40
"""Letters of an element that may be a review, in most of those that look alike."""
_MARK = r"(\d(?:[.,]\d)?)"
_MARKED = ("title", "aria-label", "content", "value")
_FEWEST = 2


@dataclass(frozen=True)
class Outline:
    """Where reviews seem to lie in a page."""

    kind: str
    """json, html (their JSON is a page's state) or css."""
    state: str | None = None
    """The state that holds them."""
    fields: dict[str, str] = field(default_factory=dict)
    """Field of a review -> path, or CSS part."""
    keys: tuple[str, ...] = ()
    """Keys that all of them have."""
    css: str = ""
    """What selects one review."""
    count: int = 0


def outline(document: Document) -> Outline | None:
    """Return the likeliest place of the reviews in a document, or None where none looks like reviews."""
    found = [*_in_json(document), *_in_elements(document)]
    return max(found, key=lambda one: (sum(name in one.fields for name in _NEEDED), one.count), default=None)


def _in_json(document: Document) -> Iterator[Outline]:
    if document.kind == "json":
        values: dict[str | None, Any] = {None: document.json}
    elif document.kind == "html":
        values = {name: value for name, value in document.states.items() if name.isascii()}
    else:
        values = {}
    for state, value in values.items():
        for rows in _lists(value, 0):
            fields = _meanings(rows)
            if "text" in fields and len(fields.keys() & set(_NEEDED)) > _FEWEST:
                keys = set.intersection(*(set(row) for row in rows))
                yield Outline("html" if state else "json", state, fields, tuple(sorted(keys)), count=len(rows))


def _lists(value: Any, depth: int) -> Iterator[list[dict[str, Any]]]:
    if depth > 16:
        return
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        yield value
    for part in parts:
        yield from _lists(part, depth + 1)


def _meanings(rows: list[dict[str, Any]]) -> dict[str, str]:
    paths = Counter(path for row in rows[:50] for path in _paths(row, ""))
    fields: dict[str, str] = {}
    ours = {path: re.sub(r"[^a-z]", "", path.rpartition(".")[2].lower()) for path in paths if not _REPLY.search(path)}
    for name, words in _MEANINGS.items():
        fitting = [path for path, word in ours.items() if _rank(path, word, words) < len(words)]
        if fitting:
            fields[name] = min(fitting, key=lambda path: (path.count("."), _rank(path, ours[path], words)))
    replies = [path for path in paths if _REPLY.search(path)]
    for name, words in (
        ("reply_text", _MEANINGS["text"]),
        ("reply_at", (*_MEANINGS["posted_at"], *_MEANINGS["edited_at"])),
    ):
        fitting = [path for path in replies if re.sub(r"[^a-z]", "", path.rpartition(".")[2].lower()) in words]
        texts = [
            path for path in replies if name == "reply_text" and any(isinstance(at(row, path), str) for row in rows)
        ]
        if fitting or texts:
            fields[name] = min(fitting or texts, key=len)
    return fields


def _rank(path: str, word: str, words: tuple[str, ...]) -> int:
    """Return how good a name of a meaning a path is, the lower the better; the number of names where it is none."""
    *_, parent, own = ("", "", *(re.sub(r"[^a-z]", "", part.lower()) for part in path.split(".")))
    names = [word, parent + own, *([parent] if own in _OF_PARENT else [])]
    return min((words.index(name) for name in names if name in words), default=len(words))


def _paths(row: dict[str, Any], above: str) -> Iterator[str]:
    for key, value in row.items():
        path = f"{above}{key}"
        if isinstance(value, dict):
            if path.count(".") < 2:
                yield from _paths(value, f"{path}.")
        elif value is not None and not isinstance(value, list):
            yield path


def _in_elements(document: Document) -> Iterator[Outline]:
    if document.kind != "html":
        return
    groups: dict[str, list[Any]] = {}
    for element in document.html.iter("article", "div", "li", "section", "tr"):
        for name in (element.get("class") or "").split()[:1]:
            if re.fullmatch(r"[A-Za-z][\w-]*", name):
                groups.setdefault(f"{element.tag}.{name}", []).append(element)
    for css, elements in groups.items():
        texts = [" ".join(element.itertext()) for element in elements]
        if (
            len(elements) >= _FEWEST
            and sum(len(text) > _LONG for text in texts) * 2 > len(texts)
            and sum(map(bool, map(_DATE.search, texts))) * 2 > len(texts)
        ):
            fields = _parts(elements)
            if "text" in fields:
                yield Outline("css", fields=fields, css=css, count=len(elements))


def _parts(elements: list[Any]) -> dict[str, str]:
    names = Counter(
        name
        for element in elements
        for inner in element.iterdescendants()
        for name in (inner.get("class") or "").split()[:1]
    )
    fields: dict[str, str] = {}
    for field_name, words in _CLASSES.items():
        fitting = [
            name for name in names if re.fullmatch(r"[A-Za-z][\w-]*", name) and re.search(words, name, re.IGNORECASE)
        ]
        is_reply = field_name.startswith("reply")
        if field_name != "reply_text":
            fitting = [name for name in fitting if bool(_REPLY.search(name)) is is_reply]
        else:
            fitting = [name for name in fitting if re.search(_CLASSES["text"], name, re.IGNORECASE)] or fitting
        if fitting:
            fields[field_name] = f".{max(fitting, key=lambda name: (names[name], -len(name)))}"
    if "rating" in fields:
        fields["rating"] = _mark(elements, fields["rating"])
    if own := _own_id(elements):
        fields["review_id"] = own
    return fields


def _mark(elements: list[Any], css: str) -> str:
    """Return the part that holds the mark: the text of an element, else an attribute in which a number stands."""
    for rule in (css, *(f"{css}@{name}" for name in _MARKED)):
        said = [str(cut(element, {"mark": rule})["mark"] or "") for element in elements]
        if sum(bool(re.search(_MARK, one)) for one in said) * 2 > len(said):
            is_plain = all(re.fullmatch(_MARK, one) for one in said if one)
            return rule if is_plain else f"{rule} ~ {_MARK}"
    return css


def _own_id(elements: list[Any]) -> str | None:
    """Return the attribute of the elements themselves that numbers them, each differently."""
    for name in elements[0].attrib:
        values = [element.get(name) or "" for element in elements]
        is_id = name == "id" or name.startswith("data-")
        if is_id and len(set(values)) == len(values) and all(re.search(r"\d{2}", value) for value in values):
            return f"@{name}"
    return None
