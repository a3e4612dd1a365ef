"""Our own JSON Lines of reviews: any source, any listing, any offset; a bad line costs only itself."""

from collections.abc import Iterator

from pydantic import ValidationError

from core.records import Review
from spiders.engine.payload import LINE_BYTES, Sample
from spiders.imports.base import Imported, Reading

SOURCE = "landing"
"""Source of lines that are so bad that they name none."""
_NAMING = {"source", "listing_id", "review_id", "reply_state"}


def matches(sample: Sample) -> bool:
    """Whether the first lines hold JSON objects that name source, listing and review."""
    lines = sample.outline if sample.kind == "jsonl" else [sample.outline] if sample.kind == "json" else []
    return isinstance(lines, list) and any(isinstance(line, dict) and len(_NAMING & line.keys()) >= 3 for line in lines)


def read(sample: Sample, reading: Reading) -> Imported:
    """Read the lines lazily. Lines keep their own source, listing and time; the request fills what they leave out.

    Raises:
        InputError: no line is a JSON object with a field of ours (also while the reviews are walked).
    """
    reviews = _reviews(sample, reading)
    return Imported(
        path=reading.path,
        format="landing",
        source=reading.source or SOURCE,
        listing_id=reading.listing(),
        reviews=reviews,
        quarantined=reading.quarantined,
        notes=reading.notes,
    )


def _reviews(sample: Sample, reading: Reading) -> Iterator[Review]:
    is_ours = False
    first_problem = ""
    for number, line in sample.lines():
        if not line.strip():
            continue
        try:
            review = Review.model_validate_json(line)
        except ValidationError:
            looks_ours, outcome = _second_look(number, line, sample, reading)
            is_ours = is_ours or looks_ours
            if not isinstance(outcome, Review):
                first_problem = first_problem or outcome
                continue
            review = outcome
        is_ours = True
        yield review
    if not is_ours:
        raise reading.error(first_problem or "line 1: the file is empty")


def _second_look(number: int, line: bytes, sample: Sample, reading: Reading) -> tuple[bool, Review | str]:
    """Return whether the line is meant as a review, and that or what is wrong with it (which is then in quarantine)."""
    where, fragment = f"line {number}", line[:2000].decode("utf-8", "replace").strip()
    source, listing_id = reading.source or SOURCE, reading.listing()
    try:
        raw = sample.parse(line)
    except ValueError as error:
        cause = f"longer than {LINE_BYTES >> 20} MiB" if len(line) >= LINE_BYTES else f"not valid JSON: {error}"
        reading.reject(where, cause, fragment, source=source, listing_id=listing_id)
        return False, f"{where}: {cause}"
    if not isinstance(raw, dict):
        reading.reject(where, "not a JSON object", fragment, source=source, listing_id=listing_id)
        return False, f"{where}: not a JSON object"
    defaults = {"source": reading.source, "listing_id": reading.listing_id, "seen_at": reading.sighting()}
    try:
        return True, Review.model_validate({**{k: v for k, v in defaults.items() if v is not None}, **raw})
    except ValidationError as error:
        source = _key(raw.get("source")) or source
        listing_id = _key(raw.get("listing_id")) or listing_id
        reading.reject(where, error, fragment, source=source, listing_id=listing_id)
        return bool(
            _NAMING & raw.keys()
        ), f"{where}: none of the fields of a review ({', '.join(sorted(_NAMING))}, ...)"


def _key(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 512 else None
