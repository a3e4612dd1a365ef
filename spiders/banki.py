"""Banki.ru: reviews of a bank, as its lists answer and show them.

Only imported. Shapes seen: a stored page of a list (VikLear/RepMon: cards with a cut text, whole texts beside them as
JSON-LD), public code for the answers of `list/ajax` and for the data that older pages keep in `data-module-options`.
A card only says that the bank has answered, not what: that is `processed_flag`. Times are Moscow's. Not verified:
`agentAnswerText` on today's pages.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Unpack

from core.records import Review
from spiders.engine.document import Batch, Document, has
from spiders.engine.mapping import Fields, at, first
from spiders.engine.markup import cut, select
from spiders.engine.parsing import Raw, Sighting, tidy
from spiders.engine.source import SourceInfo
from spiders.engine.values import count_of

SOURCE = SourceInfo(
    name="banki", title="Банки.ру", access="none", live=False,
    legal_basis="Only imported: lists that the bank has saved itself.", shows_reply=True, incremental="none",
    limits="25 a page; cards show the beginning of the text and no answer", kinds=("html", "json", "rows"),
    marks=("responses__response", "dateCreate", "data-module-options", "is_bank_ans"),
)  # fmt: skip
FIELDS = Fields(
    source="banki", review_id="id|review_id", url="url", author="author|userName|user_name", rating="grade|rating",
    no_rating=(0, "0"), title="title|review_title", text="text|review_text", posted_at="dateCreate|review_date",
    reply_text="agentAnswerText", reply_known="agentAnswerText", processed_flag="answered|is_bank_ans",
    is_verified="checked", zone="Europe/Moscow",
)  # fmt: skip
_ANSWER = replace(FIELDS, html=True)
_CARD = {
    "grade": "@data-test-grade", "address": "h3 a@href", "title": "h3",
    "dateCreate": "span[class*=StyledItemSmallText]",
    "text": "[class*=StyledItemText]", "answered": "[data-test=responses__response-tag-answered]#",
    "checked": "[data-test=responses__response-tag-checked]#",
}  # fmt: skip
_is_answer = has("id", "dateCreate", "grade", any_of=("text", "title"))
_is_told = has("name", "description", "datePublished")
_is_row = has("review_text", "is_bank_ans")
_ADDRESS = "https://www.banki.ru/services/responses/bank/response/{}/"


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of a list, or nothing where it is none of banki.ru."""
    if document.kind == "html":
        yield from _of_page(document)
        return
    value = document.json if document.kind == "json" else None
    for batch in document.batches(lambda raw: _is_answer(raw) or _is_row(raw)):
        yield replace(batch, listing=_bank, total=count_of(first(value, "total")))


def _bank(raw: Raw) -> Any:
    return first(raw, "company.code|company.name|bank_name")


def _of_page(document: Document) -> Iterator[Batch]:
    bank = re.search(r"/responses/(?:bank|company)/([\w-]+)", document.url or "")
    listing = bank[1] if bank else None
    for element in select(document.html, "[data-module-options*=responses]"):
        options = _loaded(element.get("data-module-options"))
        for batch in document.batches(_is_answer, inside=at(options, "responses")) if options else ():
            yield replace(batch, listing=listing or _bank)
            return
    cards = [cut(card, _CARD) for card in select(document.html, "[data-test=responses__response]")]
    if cards:
        whole = {_key(told): told for told in _told(document)}
        yield Batch([_joined(card, whole.get(_key(card), {})) for card in cards], listing=listing)


def _told(document: Document) -> Iterator[Raw]:
    for script in document.html.xpath("//script[@type='application/ld+json']"):
        for batch in document.batches(_is_told, inside=_loaded(script.text)):
            for told in filter(_is_told, batch.raws):
                yield {
                    "title": told["name"],
                    "dateCreate": told["datePublished"],
                    "text": tidy(told["description"]) if isinstance(told["description"], str) else None,
                    "author": first(told, "author.name|author"),
                }


def _joined(card: Raw, told: Raw) -> Raw:
    number = re.search(r"/response/(\d+)", card.pop("address") or "")
    return {**card, **{name: value for name, value in told.items() if value}, "id": number[1] if number else None}


def _key(raw: Raw) -> tuple[str, str]:
    """Return title and minute, which a card and its whole text have in common."""
    numbers = re.findall(r"\d+", str(raw["dateCreate"]))[:5]
    day = numbers[:3] if len("".join(numbers[:1])) == 4 else numbers[2::-1]
    return " ".join(str(raw["title"]).split()), "-".join([*day, *numbers[3:5]])


def _loaded(text: str | None) -> Any:
    try:
        return json.loads(text or "null", strict=False)
    except ValueError:
        return None


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read a review of a card, an answer or a row."""
    number = first(raw, FIELDS.review_id)
    url = _ADDRESS.format(number) if re.fullmatch(r"\d+", str(number)) else None
    return (_ANSWER if "answered" not in raw and "dateCreate" in raw else FIELDS).review(raw, sighting, url=url)
