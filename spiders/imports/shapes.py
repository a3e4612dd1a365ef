"""What is kept of a record that could not be read."""

import re

_PERSONAL = re.compile(r"author|user|name|nick|reviewer", re.IGNORECASE)


def without_names(raw: object) -> object:
    """Return a bad record as it may be kept: without the fields that name a person, however deep they lie."""
    if isinstance(raw, list):
        return [without_names(part) for part in raw]
    if not isinstance(raw, dict):
        return raw
    return {key: without_names(part) for key, part in raw.items() if not _PERSONAL.search(str(key))}
