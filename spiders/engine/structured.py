"""What a page says for machines: schema.org in JSON-LD and in microdata, as plain nodes of one form.

A node is an object with `@type` (a list of names without their vocabulary), perhaps `@id`, and properties. Only the two
syntaxes are read in which reviews are published: all that extruct knows cost 38 ms a page.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from spiders.engine.beside import shown_rating
from spiders.engine.document import Document
from spiders.engine.markup import visible
from spiders.engine.parsing import warn_unknown
from spiders.engine.values import count_of, rating_of

Node = dict[str, Any]

_DEPTH = 24
_FAULTS = 200
_SCRIPTS = "//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]"
_WRAPPING = re.compile(
    r"^\s*(?:/[/*]\s*)?(?:<!\[CDATA\[|<!--)(?:\s*\*/)?|(?://\s*|/\*\s*)?(?:\]\]>|-->)(?:\s*\*/)?\s*$"
)
_VOCABULARY = re.compile(r"^(?:https?:)?//(?:www\.)?schema\.org/|^schema:", re.IGNORECASE)
_IS_REVIEW = "@itemscope and (contains(@itemtype, 'Review') or @itemprop = 'review' or @itemprop = 'reviews')"
_OUTER_REVIEWS = f"//*[{_IS_REVIEW}][not(ancestor::*[{_IS_REVIEW}])]"
_NESTED = 12
_UNMARKED_RATINGS = (
    "//*[@itemscope and (@itemprop='reviewRating' or contains(@itemtype, '/Rating')) and (@title or @aria-label)"
    " and not(.//*[contains(@itemprop, 'ratingValue')])]"
)
_RATED = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:out of|of|из|із|з|/)\s*(\d+)", re.IGNORECASE)
_DECODER = json.JSONDecoder(strict=False)
_WORDS = {"name", "author", "creator", "reviewBody", "description", "headline", "text", "commentText"}


class Block(NamedTuple):
    """The nodes of one script, or of a page's microdata."""

    syntax: str
    """json-ld or microdata."""
    nodes: list[Node]
    broken: str | None = None
    """Why a part of it could not be read."""


def blocks(document: Document) -> list[Block]:
    """Return what a page (or a JSON-LD file) marks up, a block a script, the microdata last.

    A script that is no JSON gives the whole objects that it holds all the same, and says in `broken` what is wrong.
    """
    if document.kind == "json":
        return [Block("json-ld", _nodes(document.json))]
    found = [_script(script) for script in document.html.xpath(_SCRIPTS)]
    if "itemscope" in document.text.casefold():
        found.append(Block("microdata", _microdata(document)))
    return [block for block in found if block.nodes or block.broken]


def _script(script: Any) -> Block:
    from extruct.jsonld import JsonLdExtractor

    try:
        items = JsonLdExtractor().extract_items(script)
        if items or script.get("type") == "application/ld+json":
            return Block("json-ld", _nodes(items))
    except (ValueError, RecursionError):
        pass
    text = _WRAPPING.sub("", script.text_content()).strip()
    if "&quot;" in text:
        text = html.unescape(text)
    items, broken = _salvaged(text)
    return Block("json-ld", _nodes(items), broken if "eview" in text else None)


def _salvaged(text: str) -> tuple[list[Any], str | None]:
    """Return the whole objects of a text that is broken JSON, or several JSONs in a row, and the first fault."""
    items, broken, faults, start = [], None, 0, 0
    while (start := text.find("{", start)) >= 0 and faults < _FAULTS:
        try:
            item, start = _DECODER.raw_decode(text, start)
            items.append(item)
        except ValueError as error:
            broken, faults, start = broken or f"not valid JSON-LD: {error!s:.80}", faults + 1, start + 1
        except RecursionError:
            return items, "JSON-LD nested too deeply"
    return items, broken


def _nodes(value: Any) -> list[Node]:
    items = value if isinstance(value, list) else [value]
    return [node for item in items if isinstance(node := _plain(item), dict)]


def _plain(value: Any, depth: int = 0) -> Any:
    if depth > _DEPTH:
        return None
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    node = {_VOCABULARY.sub("", str(key)): _plain(item, depth + 1) for key, item in value.items()}
    if "@type" in node or "type" in node:
        node["@type"] = _types(node.pop("type", None) if "@type" not in node else node["@type"])
    return node


def _types(value: Any) -> list[str]:
    names = value if isinstance(value, list) else [value]
    return [_VOCABULARY.sub("", name.strip()) for name in names if isinstance(name, str)]


def _microdata(document: Document) -> list[Node]:
    from extruct.w3cmicrodata import MicrodataExtractor

    tree = deepcopy(document.html)
    for element in tree.xpath(f"//*[@itemscope and count(ancestor::*[@itemscope]) > {_NESTED}]"):
        del element.attrib["itemscope"]
    for element in tree.xpath("//*[@itemprop and not(@itemscope)]"):
        _settle(element)
    for element in tree.xpath(_UNMARKED_RATINGS):
        _say(element)
    extract = MicrodataExtractor().extract_items
    reviews: dict[str, Any] = {}
    if not tree.xpath("boolean(//*[@itemref])"):
        for number, element in enumerate(tree.xpath(_OUTER_REVIEWS)):
            reviews[f"_:{number}"] = next(iter(extract(_cut_out(element, f"_:{number}"), document.url or "")), None)
    items = extract(tree, document.url or "")
    return [_item(item, reviews) for item in items if isinstance(item, dict)]


def _say(rating: Any) -> None:
    """Put down the value of a rating that is marked but says it only to the reader, as `title="Rated 2 out of 5"`."""
    told = (_RATED.search(rating.get(name) or "") for name in ("title", "aria-label"))
    if (found := next((one for one in told if one), None)) is not None:
        for name, value in (("ratingValue", found[1]), ("bestRating", found[2])):
            rating.append(rating.makeelement("meta", itemprop=name, content=value))


def _cut_out(element: Any, name: str) -> Any:
    """Take an item out of the page and leave its name there: extruct's time grows with the square of the items."""
    place = element.makeelement("span", itemscope="", itemid=name, itemtype="Review")
    if element.get("itemprop"):
        place.set("itemprop", element.get("itemprop"))
    place.tail, element.tail = element.tail, None
    element.getparent().replace(element, place)
    return deepcopy(element)  # a document of its own


def _settle(element: Any) -> None:
    """Put the value of a property where extruct reads it: pages do not always put it where the standard wants it."""
    given = next(filter(None, (element.get(name, "").strip() for name in ("content", "datetime"))), None)
    match element.tag:
        case "meta":
            element.set("content", given or element.get("value", ""))
            return
        case "time":
            element.set("datetime", given or visible(element))
            return
        case "data" | "meter" if element.get("value"):
            return
        case "a" if given is None and not _WORDS & set(element.get("itemprop").split()):
            return
        case "a" | "data" | "meter":
            element.tag = "span"
        case "audio" | "embed" | "iframe" | "img" | "source" | "track" | "video" | "area" | "link" | "object":
            return
    element.set("content", given or visible(element))


def _item(item: Any, reviews: Mapping[str, Any], depth: int = 0) -> Any:
    if isinstance(item, list):
        return [part for value in item if (part := _item(value, reviews, depth)) is not None]
    if not isinstance(item, dict) or depth > _DEPTH:
        return item if not isinstance(item, dict) else None
    if item.get("id") in reviews:
        return _item(reviews[item["id"]], {}, depth)
    node = {"@type": _types(item.get("type"))}
    if item.get("id"):
        node["@id"] = item["id"]
    if "value" in item and "properties" not in item:
        node["name"] = item["value"]
    for name, value in item.get("properties", {}).items():
        node[_VOCABULARY.sub("", name)] = _item(value, reviews, depth + 1)
    return node


def by_id(found: list[Block]) -> dict[str, Node]:
    """Return the nodes of all blocks that say more than their `@id`, by it; the fullest of an id counts."""
    known: dict[str, Node] = {}

    def walk(value: Any, depth: int = 0) -> None:
        if depth > _DEPTH:
            return
        if isinstance(value, list):
            for item in value:
                walk(item, depth + 1)
        elif isinstance(value, dict):
            name = value.get("@id")
            if isinstance(name, str) and len(value) > max(1, len(known.get(name, {}))):
                known[name] = value
            for item in value.values():
                walk(item, depth + 1)

    for block in found:
        walk(block.nodes)
    return known


def resolved(value: Any, known: dict[str, Node]) -> Any:
    """Return the node that a mere reference (`{"@id": ...}`) means, anything else as it is."""
    if isinstance(value, dict) and isinstance(value.get("@id"), str):
        meant = known.get(value["@id"], value)
        return meant if value.keys() & meant.keys() <= {"@id", "@type"} else value
    return value


def values(node: Any, names: str, known: dict[str, Node]) -> Iterator[Any]:
    """Yield the values of the first property (of those separated by `|`) that has any, references followed."""
    if not isinstance(node, dict):
        return
    for name in names.split("|"):
        value = node.get(name)
        some = False
        for given in value if isinstance(value, list) else [value]:
            item = resolved(given, known)
            if isinstance(item, dict) and "@list" in item:
                yield from values(item, "@list", known)
                some = True
            elif item is not None and item != "" and item != {}:
                yield item.get("@value", item) if isinstance(item, dict) else item
                some = True
        if some:
            return


def number(value: Any) -> float | None:
    """Return a number, whole ones as int, of what may be a text with a comma; None where it is none."""
    try:
        found = float(str(value).strip().replace(",", "."))
    except ValueError:
        return None
    return int(found) if found.is_integer() else found


def shown(item: Node) -> dict[str, Any]:
    """Return what the `aggregateRating` of an item says of it, as a batch takes it: total, rating and count."""
    told: Any = next(values(item, "aggregateRating", {}), None)

    def first(names: str) -> float | None:
        return number(next(values(told, names, {}), None))

    worst = first("worstRating")
    return {
        "total": count_of(first("reviewCount")),
        "rating": shown_rating(first("ratingValue"), first("bestRating") or 5, worst if worst is not None else 1),
        "count": count_of(first("ratingCount|reviewCount")),
    }


def rating_on(value: Any, best: Any, worst: Any, *, source: str) -> float | None:
    """Return a rating in [0, 1] on the scale that is told beside it, else on 1..5; without both, 0 is no rating.

    One outside its scale, or on a scale that is not told, is warned about and left out.
    """
    mark, top, bottom = number(value), number(best), number(worst)
    if value is None or (mark == 0 and top is None and bottom is None):
        return None
    lowest = bottom if bottom is not None else min(1, mark) if top is not None and mark is not None else 1
    try:
        return rating_of(mark if mark is not None else value, top or 5, lowest)
    except ValueError:
        warn_unknown(source, "rating", f"{value} of {worst}..{best}")
        return None
