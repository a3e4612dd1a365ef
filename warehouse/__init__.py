"""The only door to DuckDB: what was seen, what happened, what was judged, decided and sent."""

from warehouse.collecting import CrawlState, OpenReview
from warehouse.forgetting import Found, compact
from warehouse.ingest import IngestReport, ListingIngest
from warehouse.ledger import CoverageRow, RunKind, RunState, Waiting
from warehouse.warehouse import Warehouse
from warehouse.watching import Window

__all__ = [
    "CoverageRow",
    "CrawlState",
    "Found",
    "IngestReport",
    "ListingIngest",
    "OpenReview",
    "RunKind",
    "RunState",
    "Waiting",
    "Warehouse",
    "Window",
    "compact",
]
