"""What a page holds for programs beside what it shows: JSON in attributes and scripts, and whole texts of cut cards."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from html import unescape
from typing import Any

from spiders.engine.document import Document
from spiders.engine.marked_reviews import marked_reviews
from spiders.engine.markup import select
from spiders.engine.parsing import Raw
from spiders.engine.states import dereferenced
from spiders.engine.structured import blocks

_COMMENT = re.compile(r"^\s*<!--|-->\s*$")


def loaded(text: str | None) -> Any:
    """Return the JSON of a text, also inside an HTML comment or escaped for one; None where it is none."""
    text = _COMMENT.sub("", text or "").strip()
    try:
        return json.loads(unescape(text) if text.startswith("{&quot;") else text, strict=False)
    except (ValueError, RecursionError):
        return None


def embedded(document: Document, css: str, *, is_cache: bool = False) -> Iterator[Any]:
    """Yield the JSON that elements hold: `css@attribute` in an attribute, else as their content.

    Of a cache of Apollo's the references are put in their places.
    """
    css, _, attribute = css.partition("@")
    for element in select(document.html, css):
        value = loaded(element.get(attribute) if attribute else element.text_content())
        if value is not None:
            yield dereferenced(value, value, depth=3) if is_cache else value


def after(document: Document, mark: str) -> Iterator[Any]:
    """Yield each JSON object that follows a mark in a page's text; one that was cut off is left out."""
    for found in re.finditer(re.escape(mark) + r"\s*(?=\{)", document.text):
        with suppress(ValueError, RecursionError):
            yield json.JSONDecoder(strict=False).raw_decode(document.text, found.end())[0]


def completed(
    cards: Iterable[Raw], document: Document, *, title: str, time: str, names: Mapping[str, str]
) -> list[Raw]:
    """Return cards with what the page's schema.org markup says of the same review in whole.

    Args:
        cards: each with a `title` and a `time` (of day, in digits), by which its whole is found.
        document: the page.
        title: the key of a card's title.
        time: the key of its time.
        names: keys of a card, with what `marked_reviews` calls the same.
    """
    whole = {
        _minute(one["title"], one["posted"]): one
        for marked in marked_reviews(blocks(document))
        for one in marked.reviews
        if "broken" not in one
    }
    told = [(card, whole.get(_minute(card[title], card[time]), {})) for card in cards]
    return [{**card, **{key: one[name] for key, name in names.items() if one.get(name)}} for card, one in told]


def _minute(title: Any, time: Any) -> tuple[str, str]:
    """Return the title and the minute, its day written either way round."""
    numbers = re.findall(r"\d+", str(time))[:5]
    day = numbers[:3] if len("".join(numbers[:1])) == 4 else numbers[2::-1]
    return " ".join(str(title).split()), "-".join([*day, *numbers[3:5]])
