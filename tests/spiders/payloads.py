"""Real payloads beside the project: where they lie, and how a test imports one as a person would."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.records import ReplyState, Review
from spiders.imports import Imported, read

SHARED = Path(os.environ.get("OTKLIK_SHARED") or Path(__file__).resolve().parents[2].parent / "shared")
FIXTURES = SHARED / "fixtures"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

needs_payloads = pytest.mark.skipif(not FIXTURES.is_dir(), reason=f"the real payloads are not at {FIXTURES}")


def imported(path: Path, **told: Any) -> tuple[list[Review], Imported]:
    """Return the reviews of a file and what else its import says; `told` is what the command may be told."""
    asked = {"format": None, "listing_id": None, "seen_at": None, "now": NOW, "secret": b"key", "tz": None, **told}
    done = read(path, **asked)
    return list(done.reviews), done


def states(reviews: list[Review]) -> dict[str, int]:
    """Count the reviews by reply state; a published reply has its words, and nothing else has."""
    assert all((review.reply_state is ReplyState.published) == bool(review.reply_text) for review in reviews)
    return {state: count for state in ReplyState if (count := sum(one.reply_state is state for one in reviews))}
