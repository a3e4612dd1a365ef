"""Banki.ru: reviews of a bank, as its lists answer and show them.

Only imported. Shapes seen: a stored page of a list (VikLear/RepMon: cards with a cut text, whole texts beside them as
JSON-LD), public code for the answers of `list/ajax` and for the data that older pages keep in `data-module-options`.
A card only says that the bank has answered, not what: `processed_flag`. Not verified: `agentAnswerText` today.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Unpack

from core.records import Review
from spiders.engine.embedded import completed, embedded
from spiders.engine.kit import Batch, Cards, Document, Fields, Lists, Raw, Sighting, SourceInfo, at, first_of, has

SOURCE = SourceInfo(
    name="banki", title="Банки.ру", access="none", live=False,
    legal_basis="Only imported: lists that the bank has saved itself.", shows_reply=True, incremental="none",
    limits="25 a page; cards show the beginning of the text and no answer", kinds=("html", "json", "rows"),
    marks=("responses__response", "dateCreate", "data-module-options", "is_bank_ans"),
)  # fmt: skip
FIELDS = Fields(
    source="banki", review_id="id|review_id", link="https://www.banki.ru/services/responses/bank/response/{}/",
    author="author|userName|user_name", rating="grade|rating", no_rating=(0, "0"), title="title|review_title",
    text="text|review_text", posted_at="dateCreate|review_date", reply_text="agentAnswerText",
    reply_known="agentAnswerText", processed_flag="answered|is_bank_ans", is_verified="checked", zone="Europe/Moscow",
)  # fmt: skip
_ANSWER = replace(FIELDS, html=True)
_BANK = r"/responses/(?:bank|company)/([\w-]+)"
_LISTS = Lists(
    shapes=((has("id", "dateCreate", "grade", any_of=("text", "title")), _ANSWER),
            (has("review_text", "is_bank_ans"), FIELDS)),
    listing="company.code|company.name|bank_name", total="total", address=_BANK,
    inside=lambda page: [at(options, "responses")
                         for options in embedded(page, "[data-module-options*=responses]@data-module-options")],
)  # fmt: skip
_CARDS = Cards(
    items=("[data-test=responses__response]",), listing=_BANK,
    parts={
        "id": r"h3 a@href ~ /response/(\d+)", "grade": "@data-test-grade", "title": "h3",
        "dateCreate": "span[class*=StyledItemSmallText]", "text": "[class*=StyledItemText]",
        "answered": "[data-test=responses__response-tag-answered]#",
        "checked": "[data-test=responses__response-tag-checked]#",
    },
)  # fmt: skip


def _cards(document: Document) -> Iterator[Batch]:
    names = {"dateCreate": "posted", "title": "title", "text": "text", "author": "author"}
    for batch in _CARDS.find(document):
        yield replace(batch, raws=completed(batch.raws, document, title="title", time="dateCreate", names=names))


find = first_of(_LISTS.find, _cards)


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read a review of a card, an answer or a row."""
    return (_ANSWER if "answered" not in raw and "dateCreate" in raw else FIELDS).review(raw, sighting)
