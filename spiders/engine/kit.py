"""What a source's file is written with, in one import; `ReviewSpider`'s recipe says how."""

from dataclasses import replace

from spiders.engine.beside import beside, shown_rating
from spiders.engine.blocking import BlockedError
from spiders.engine.cards import Cards
from spiders.engine.document import Batch, Document, by, has
from spiders.engine.lists import Lists, by_shape, first_of, refusing
from spiders.engine.mapping import Fields, at, first
from spiders.engine.markup import cut, outermost, select, split_at, under_headings, visible
from spiders.engine.parsing import Raw, Sighting, warn_unknown
from spiders.engine.source import SourceInfo
from spiders.engine.values import Moment, count_of, made_id, rating_of, rating_told

__all__ = [
    "Batch",
    "BlockedError",
    "Cards",
    "Document",
    "Fields",
    "Lists",
    "Moment",
    "Raw",
    "Sighting",
    "SourceInfo",
    "at",
    "beside",
    "by",
    "by_shape",
    "count_of",
    "cut",
    "first",
    "first_of",
    "has",
    "made_id",
    "outermost",
    "rating_of",
    "rating_told",
    "refusing",
    "replace",
    "select",
    "shown_rating",
    "split_at",
    "under_headings",
    "visible",
    "warn_unknown",
]
