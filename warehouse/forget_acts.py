"""Erasing what people wrote about somebody into other cases: the state stays, the words go."""

import json
from collections.abc import Callable
from typing import Any

from warehouse.store import Store

ERASED = "[erased]"
_CASE_TEXTS = ("branch_question", "branch_answer", "remedy")
_ACT_TEXTS = ("text", "remedy")


def erase_words(store: Store, is_theirs: Callable[[str], bool]) -> int:
    """Erase mentions from notes, questions, answers and steps of all cases; return the rows that changed.

    Part of the transaction that the caller has open.
    """
    said = store.rows("forget/event_words")
    events = [{**row, "reason": ERASED} for row in said if row["reason"] and is_theirs(row["reason"])]
    acts = [
        {"act_id": row["act_id"], "args": cleaned}
        for row in store.rows("forget/act_words")
        if (cleaned := _without(row["args"], is_theirs)) != row["args"]
    ]
    found = store.rows("forget/case_words")
    states = [after for row in found if (after := _cleaned(row, is_theirs)) != row]
    if events:
        store.load("forget/clean_event_words", store.arrow(events, like="case_events"))
    if acts:
        store.load("forget/clean_act_words", store.arrow(acts, like="case_acts"))
    if states:
        store.load("forget/clean_case_words", store.arrow(states, like="cases"))
    return len(events) + len(acts) + len(states)


def _without(args: str, is_theirs: Callable[[str], bool]) -> str:
    values = json.loads(args)
    theirs = {name: ERASED for name in _ACT_TEXTS if isinstance(values.get(name), str) and is_theirs(values[name])}
    return json.dumps({**values, **theirs}, ensure_ascii=False, separators=(",", ":")) if theirs else args


def _cleaned(row: dict[str, Any], is_theirs: Callable[[str], bool]) -> dict[str, Any]:
    texts = {name: ERASED for name in _CASE_TEXTS if row[name] is not None and is_theirs(row[name])}
    steps = [{**step, "words": ERASED} if step["words"] and is_theirs(step["words"]) else step for step in row["steps"]]
    return {**row, **texts, "steps": steps}
