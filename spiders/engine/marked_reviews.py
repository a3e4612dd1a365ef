"""Reviews among the nodes of schema.org markup: found wherever they hang, made flat, with the owner's reply."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from spiders.engine.parsing import Raw, html_to_text
from spiders.engine.structured import Block, Node, by_id, resolved, values

_REVIEWS = {"review", "userreview", "employerreview", "criticreview", "recommendation"}
_FACT_CHECKS = {"claimreview", "mediareview"}
_COMMENTS = {"comment", "usercomments", "answer", "correctioncomment"}
_NO_ITEMS = {"rating", "aggregaterating", "person", "listitem", "itemlist", "breadcrumblist"}
_HELD = {"review", "reviews"}
_SAYS = {"reviewBody", "reviewRating", "description", "text", "ratingValue"}
_POINTS = {"@id", "@type", "@context", "itemReviewed", "url"}
"""What a node says that only points to a review, or to what is reviewed."""
_TEXT = "reviewBody|description|text|articleBody"
_DEPTH = 16
_MARKUP = re.compile(r"</?(?:a|b|blockquote|br|div|em|h\d|i|img|li|ol|p|span|strong|u|ul)\b[^>]*>", re.IGNORECASE)
_OF_A_REVIEW = re.compile(r"review|comment|opinion|feedback|testimonial|otz[yi]v|vidguk|отзыв|відгук", re.IGNORECASE)
_OWN = re.compile(r"\d{5,}|[0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}", re.IGNORECASE)
_OFFICIAL = re.compile(
    r"администраци|адміністраці|представител|представник|официальн|офіційн|руководств|владелец|власник|"
    r"служба (?:заботы|поддержки|контроля)|служба підтримки|\bowner\b|\bofficial|management|customer (?:care|service)",
    re.IGNORECASE,
)
_NOBODY = {"anonymous", "аноним", "анонім", "guest", "гость", "гість", "no name", "без имени"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


class Marked(NamedTuple):
    """The reviews of one reviewed thing."""

    item: Node
    """Its node; empty where nothing is said of it."""
    name: str | None
    reviews: list[Raw]
    """Flat: see `_flat`; or {"broken": reason} for markup that could not be read."""


class _Found(NamedTuple):
    review: Node
    item: Node
    syntax: str
    block: int


def marked_reviews(found: list[Block]) -> list[Marked]:
    """Return the reviews of all blocks by the thing that they review; what two blocks say alike is said once.

    Fact checks are no reviews. What is broken comes as a review of nothing with the reason, if it speaks of reviews.
    """
    known = by_id(found)
    comments = list(_threads(found, known))
    seen: dict[int, _Found] = {}
    for number, block in enumerate(found):
        for review, item in _collected(block.nodes, {}, "", known):
            if id(review) not in seen or (item and not seen[id(review)].item):
                seen[id(review)] = _Found(review, item, block.syntax, number)
    said = {(own, str(_words(one.review, _TEXT, known))) for one in seen.values() if (own := _own_id(one.review))}
    ids = Counter(own for own, _ in said)
    groups: dict[str, tuple[Node, list[tuple[_Found, Raw]]]] = {}
    for one in seen.values():
        flat = _flat(one, known, comments)
        if "id" in flat and ids[flat["id"]] > 1:
            del flat["id"]  # the id of the page, or of all of them
        groups.setdefault(flat.pop("item") or "", (one.item, []))[1].append((one, flat))
    marked = [Marked(item, name or None, _once(pairs)) for name, (item, pairs) in _joined(groups).items()]
    named = [one.review.get("@id") for one in seen.values()]
    _note_replies(marked, has_strays=any(parent not in named for parent, _ in comments))
    broken = [{"broken": block.broken} for block in found if block.broken]
    return [*marked, Marked({}, None, broken)] if broken else marked


def _joined(
    groups: dict[str, tuple[Node, list[tuple[_Found, Raw]]]],
) -> dict[str, tuple[Node, list[tuple[_Found, Raw]]]]:
    """Reviews that name no thing belong to the only thing of the page."""
    if "" in groups and len(groups) == 2:
        name = next(name for name in groups if name)
        groups[name][1].extend(groups.pop("")[1])
    return groups


def _collected(
    value: Any, item: Node, held: str, known: dict[str, Node], depth: int = 0
) -> Iterator[tuple[Node, Node]]:
    if depth > _DEPTH:
        return
    if isinstance(value, list):
        for one in value:
            yield from _collected(one, item, held, known, depth + 1)
        return
    value = resolved(value, known) if held in _HELD else value
    if not isinstance(value, dict):
        return
    types = {name.casefold() for name in value.get("@type") or ()}
    if types & _FACT_CHECKS:
        return
    is_held = held in _HELD and not types & (_COMMENTS | _NO_ITEMS) and not _SAYS.isdisjoint(value)
    if types & _REVIEWS or is_held:
        reviewed = next((one for one in values(value, "itemReviewed", known) if isinstance(one, dict)), None)
        if value.keys() - _POINTS:
            yield value, reviewed or item
        item = reviewed or item
    elif not types & (_COMMENTS | _NO_ITEMS) and next(values(value, "name|sku", known), ""):
        item = value
    for name, inner in value.items():
        if isinstance(inner, dict | list):
            yield from _collected(inner, item, name, known, depth + 1)


def _threads(found: list[Block], known: dict[str, Node]) -> Iterator[tuple[str, Node]]:
    """Yield (id of the review, comment) of comments that name the review they answer."""
    for block in found:
        for node in block.nodes:
            graph = node.get("@graph")
            for one in [node, *(graph if isinstance(graph, list) else [])]:
                if isinstance(one, dict) and _COMMENTS & {name.casefold() for name in one.get("@type") or ()}:
                    for parent in values(one, "parentItem|about|discusses", known):
                        if isinstance(parent, dict) and isinstance(parent.get("@id"), str):
                            yield parent["@id"], one


def _flat(one: _Found, known: dict[str, Node], threads: Iterable[tuple[str, Node]]) -> Raw:
    review = one.review
    value, best, worst = _rating(review, known)
    comments = [*values(review, "comment|comments|reply|replies", known)]
    comments += [comment for parent, comment in threads if parent == review.get("@id")]
    answers = [comment for comment in comments if isinstance(comment, dict) and _is_owners(comment, one, known)]
    answer = next((comment for comment in answers if _words(comment, "text|commentText|description", known)), {})
    author = _name(next(values(review, "author|creator|reviewer", known), None), known)
    language = _name(next(values(review, "inLanguage", known), None), known, "alternateName|name")
    title = _words(review, "name|headline|summary", known)
    text = _words(review, _TEXT, known)
    own = _own_id(review)
    return {
        **({"id": own} if own else {}),
        "url": next((url for url in values(review, "url", known) if isinstance(url, str)), None),
        "author": None if author and author.strip().casefold() in _NOBODY else author,
        "title": title if title != text else None,
        "text": text,
        "pros": _notes(review, "positiveNotes", known),
        "cons": _notes(review, "negativeNotes", known),
        "language": language if language and _LANGUAGE.fullmatch(language) else None,
        "posted": _name(next(values(review, "datePublished|dateCreated|uploadDate", known), None), known),
        "edited": _name(next(values(review, "dateModified", known), None), known),
        "rating": value,
        "best": best,
        "worst": worst,
        "reply": _words(answer, "text|commentText|description", known),
        "reply_at": _name(next(values(answer, "datePublished|dateCreated|commentTime", known), None), known),
        "comments": len(comments),
        "nameless": any(_is_nameless(comment, known) for comment in comments),
        "photo": next(values(review, "image|associatedMedia", known), None) is not None or None,
        "item": item_name(one.item, known) or _name(next(values(review, "itemReviewed", known), None), known),
    }


def item_name(item: Node, known: dict[str, Node]) -> str | None:
    """Return the number of a thing where it has one (sku, product id), else its name."""
    return _name(next(values(item, "sku|productID|identifier|mpn|name|legalName", known), None), known, "value|name")


def _rating(review: Node, known: dict[str, Node]) -> tuple[Any, Any, Any]:
    ratings = [*values(review, "reviewRating|rating|ratingValue", known)]
    whole = [one for one in ratings if not (isinstance(one, dict) and one.get("reviewAspect"))]
    if len(whole) != 1 and len(ratings) != 1:
        return None, None, None  # marks for single aspects are no mark of the whole
    mark = (whole or ratings)[0]
    if not isinstance(mark, dict):
        return mark, *(next(values(review, name, known), None) for name in ("bestRating", "worstRating"))
    return tuple(next(values(mark, name, known), None) for name in ("ratingValue|name", "bestRating", "worstRating"))  # type: ignore[return-value]


def _is_owners(comment: Node, one: _Found, known: dict[str, Node]) -> bool:
    """Markup knows no owners: an organisation is one, and who bears the name of the thing, its maker or publisher."""
    for author in values(comment, "author|creator", known):
        types = {name.casefold() for name in author.get("@type") or ()} if isinstance(author, dict) else set()
        if types and not types & {"person", "thing"}:
            return True
        name = _name(author, known)
        if name and (_OFFICIAL.search(name) or _letters(name) in {*_owners(one, known)}):
            return True
    return False


def _is_nameless(comment: Any, known: dict[str, Node]) -> bool:
    """Whether nobody can tell who wrote a comment, the owner or a reader."""
    return not any(_name(author, known) for author in values(comment, "author|creator", known))


def _owners(one: _Found, known: dict[str, Node]) -> Iterator[str]:
    for node in (one.item, one.review):
        for path in ("brand|manufacturer", "publisher", "seller|provider", "parentOrganization", "author|creator"):
            if node is one.item or path == "publisher":
                yield from (_letters(_name(value, known) or "") for value in values(node, path, known))
    yield from (_letters(name) for name in values(one.item, "name", known) if isinstance(name, str))
    yield from (_letters(name) for name in values(one.item, "legalName|alternateName", known) if isinstance(name, str))


def _note_replies(marked: list[Marked], *, has_strays: bool) -> None:
    """A page that marks up one reply of an owner marks them all up: there, no reply means none.

    Not where a comment stands of which nobody can tell by whom it is, or (`has_strays`) to what.
    """
    shows = any(raw["reply"] for one in marked for raw in one.reviews) and not has_strays
    for one in marked:
        for raw in one.reviews:
            if shows and not raw["nameless"]:
                raw["reply_known"] = True


def _own_id(review: Node) -> str | None:
    """Return an id that only this review can have; `#review-3` counts places on a page and is none."""
    for given in (review.get("identifier"), review.get("@id"), review.get("url")):
        value = given.get("value") if isinstance(given, dict) else given
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            continue
        tail = re.split(r"[/#?=&]", value.rstrip("/"))[-1]
        if _OWN.search(tail) and (given is review.get("identifier") or _OF_A_REVIEW.search(value)):
            return tail
    return None


def _name(value: Any, known: dict[str, Node], names: str = "name|alternateName|familyName|value|@id") -> str | None:
    if isinstance(value, dict):
        value = next((one for one in values(value, names, known) if isinstance(one, str | int | float)), None)
    if value is None or isinstance(value, bool | list):
        return None
    return str(value).strip() or None


def _words(node: Node, names: str, known: dict[str, Node]) -> str | None:
    for name in names.split("|"):
        parts = [part for value in values(node, name, known) if (part := _name(value, known, "text|name"))]
        if parts:
            text = "\n".join(parts).replace("\r\n", "\n")
            return html_to_text(text) if _MARKUP.search(text) else text
    return None


def _notes(review: Node, name: str, known: dict[str, Node]) -> str | None:
    notes: list[str] = []
    for value in values(review, name, known):
        items = [*values(value, "itemListElement", known)] if isinstance(value, dict) else []
        for item in items or [value]:
            inner = next(values(item, "item", known), None) if isinstance(item, dict) else None
            notes.append(_name(item, known, "name|text|description") or _name(inner, known) or "")
    return "; ".join(filter(None, notes)) or None


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _once(pairs: list[tuple[_Found, Raw]]) -> list[Raw]:
    """Return the reviews without those that another block says too; what only the other says is filled in."""
    kept: list[tuple[_Found, Raw]] = []
    alike: dict[str, list[int]] = {}
    taken: set[tuple[int, int]] = set()
    for one, raw in pairs:
        key = _letters(raw["text"] or raw["title"] or "")[:40]
        twin = next(
            (at for at in alike.get(key, []) if (at, one.block) not in taken and _is_twin(kept[at], (one, raw))), None
        )
        if twin is None:
            alike.setdefault(key, []).append(len(kept))
            kept.append((one, raw))
            continue
        taken.add((twin, one.block))
        first = kept[twin][1]
        for name, value in raw.items():
            if first.get(name) in (None, 0) or (name == "text" and len(value or "") > len(first[name])):
                first[name] = value
    return [raw for _, raw in kept]


def _is_twin(one: tuple[_Found, Raw], other: tuple[_Found, Raw]) -> bool:
    if one[0].block == other[0].block:
        return False
    texts = [_letters(raw["text"] or raw["title"] or "") for _, raw in (one, other)]
    authors = [_letters(raw["author"] or "") for _, raw in (one, other)]
    if not (
        texts[0] == texts[1]
        or (min(map(len, texts)) >= 40 and (texts[0].startswith(texts[1]) or texts[1].startswith(texts[0])))
    ):
        return False
    same_syntax = one[0].syntax == other[0].syntax
    if authors[0] and authors[1]:
        return authors[0] == authors[1] and (not same_syntax or one[1]["posted"] == other[1]["posted"])
    return not same_syntax and bool(texts[0])
