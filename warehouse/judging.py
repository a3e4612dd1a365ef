"""The queue of contents that wait for a model, and what models said."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from core.records import AspectScore, Evidence, Prediction, Review
from warehouse.store import Store

YEAR = timedelta(days=365)


def to_judge(store: Store, model: str, limit: int) -> list[Review]:
    """Return reviews whose content `model` has to judge, one for each content, newest first.

    That is content without any prediction, and content about which nothing was decided yet: a new model never judges
    again what was decided. Reviews whose content this model already judged elsewhere get that prediction at once.

    Args:
        store: the warehouse.
        model: name@revision.
        limit: most reviews to return.
    """
    with store.transaction():
        store.run("judging/find_wanting", {"model": model})
        store.run("judging/copy_known", {"model": model})
        return [Review(**row) for row in store.rows("judging/to_judge", {"model": model, "limit": limit})]


def base_rates(store: Store, before: datetime) -> dict[str, tuple[float, float, float]]:
    """Return for each source the expected numbers of negative, neutral and positive contents among those judged.

    Only what was judged in the year before `before` counts, so that a run which was killed and goes on finds the same
    numbers as one that was not.
    """
    rows = store.rows("judging/base_rates", {"before": before, "since": before - YEAR})
    return {row["source"]: (row["negative"], row["neutral"], row["positive"]) for row in rows}


def store_predictions(store: Store, predictions: Sequence[Prediction], now: datetime) -> int:
    """Store predictions for all reviews of the same content, and return how many that were."""
    if not predictions:
        return 0
    rows = [_row(prediction) for prediction in predictions]
    with store.transaction():
        (before,) = store.tuples("judging/count_predictions")[0]
        store.load("judging/store_predictions", store.arrow(rows, like="predictions"))
        (after,) = store.tuples("judging/count_predictions")[0]
        counts = {"model": predictions[0].model, "now": now, "judged": len(rows), "stored": after - before}
        store.run("judging/note_model_run", counts)
    return int(after - before)


def prediction_of(row: dict[str, Any] | None) -> Prediction | None:
    """Turn a row of the table of predictions into the record."""
    if row is None:
        return None
    aspects = tuple(AspectScore(**aspect) for aspect in row["aspects"])
    evidence = tuple(
        Evidence(start=part["start_char"], end=part["end_char"], p_negative=part["p_negative"])
        for part in row["evidence"]
    )
    known = {name: row[name] for name in Prediction.model_fields if name in row}  # the view says more than the record
    return Prediction(**{**known, "aspects": aspects, "evidence": evidence})


def _row(prediction: Prediction) -> dict[str, Any]:
    row = prediction.model_dump(exclude={"aspects", "evidence", "label"})
    row["label"] = prediction.label.value
    row["aspects"] = [{"name": aspect.name.value, "p": aspect.p} for aspect in prediction.aspects]
    row["evidence"] = [
        {"start_char": part.start, "end_char": part.end, "p_negative": part.p_negative} for part in prediction.evidence
    ]
    return row
