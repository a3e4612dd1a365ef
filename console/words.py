"""What somebody wrote, as the console shows it: without personal data unless somebody asks for all of it."""

from typing import Any, Final

WORDS: Final = frozenset(
    {
        "hurts", "title", "text", "reply_text", "reply_quotes", "branch_question", "branch_answer", "remedy", "words",
        "how", "answer", "question", "args", "example", "worst_sentence", "old_value", "new_value", "sample", "what",
        "reason", "replies",
    }
)  # fmt: skip
"""Columns that hold what somebody wrote."""


def redacted(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with phones, cards, names and the like replaced in all that somebody wrote."""
    shown = {name: _hidden(value) if name in WORDS else value for name, value in row.items()}
    if isinstance(row.get("steps"), list):
        shown["steps"] = [redacted(dict(step)) for step in row["steps"]]
    return shown


def _hidden(value: Any) -> Any:
    from core.redaction import redact  # half a second that a command without texts need not spend

    if isinstance(value, str):
        return redact(value)
    return [_hidden(one) for one in value] if isinstance(value, list | tuple) else value
