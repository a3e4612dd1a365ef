"""Drafts of replies with a language model: whose key it is asked with, and how often it was of use."""

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from alerts.replies.assisted import suggest
from alerts.replies.drafts import Draft
from alerts.replies.endpoint import Endpoint, EndpointError, ask
from core.clock import Clock, system_clock
from core.home import Home
from core.settings import LlmSettings
from core.watchlist import Listing
from flows.credentials import stored_credentials
from spiders.engine.credentials import Keys
from spiders.engine.source import SourceInfo

KEY = "LLM_API_KEY"
_SOURCE = SourceInfo(name="llm", title="Language model", secret={KEY: "key of the language model's endpoint"})


def endpoint_of(settings: LlmSettings, home: Path) -> Endpoint | None:
    """Return the endpoint that the settings name, with its key if there is one, or None where none is to be asked.

    The key stands in the environment, in a file outside the home folder that LLM_API_KEY_FILE names, or in Prefect's
    Secret block llm-api-key.

    Raises:
        ConfigurationError: the address cannot be used.
        CredentialsError: the key's file cannot be read, or lies in the home folder.
    """
    if not settings.base_url:
        return None
    stored = asyncio.run(stored_credentials(_SOURCE, Listing(id="llm", source="llm", company="llm")))
    keys = Keys(_SOURCE, {**stored, **os.environ}, home=home)
    return Endpoint(
        base_url=settings.base_url,
        model=settings.model,
        key="" if keys.missing() else keys.get(KEY),
        timeout=settings.timeout,
        private=settings.private,
    ).verified()


def problem_with(endpoint: Endpoint) -> str | None:
    """Ask the model for one word and return why none came, or None."""
    try:
        ask(endpoint, "Answer with one word.", "Ready?")
    except EndpointError as error:
        return f"{endpoint.base_url}: {error.trouble}: {error}"
    return None


def assisted_draft(review: str, *, endpoint: Endpoint, home: Home, clock: Clock = system_clock, **facts: Any) -> Draft:
    """Return a draft by the model or, with the reason, by us; what became of it is counted, without any words.

    Raises:
        NoCleanDraftError: neither passes the reply check.
    """
    begin = time.monotonic()
    outcome: str | None = "no_draft"
    try:
        written = suggest(review, endpoint=endpoint, **facts)
        outcome = written.llm
    finally:
        line = {
            "at": clock().isoformat(timespec="seconds"),
            "model": endpoint.model,
            "outcome": outcome,
            "seconds": round(time.monotonic() - begin, 1),
        }
        home.data.mkdir(parents=True, exist_ok=True)
        with _counts(home).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return written


def outcomes(home: Home, *, since: datetime) -> Counter[str]:
    """Return how often the model was of use, and why not, since then: `used`, or one word a reason."""
    found: Counter[str] = Counter()
    if _counts(home).exists():
        for line in _counts(home).read_text(encoding="utf-8", errors="replace").splitlines():
            outcome = _outcome(line, since)
            if outcome:
                found[outcome] += 1
    return found


def told(home: Home, *, clock: Callable[[], datetime] = system_clock) -> str:
    """Return the outcomes of thirty days in one line."""
    found = outcomes(home, since=clock() - timedelta(days=30))
    parts = [f"{name} {count}" for name, count in found.most_common()]
    return f"drafts of 30 days: {', '.join(parts)}" if parts else "no draft asked for in 30 days"


def _counts(home: Home) -> Path:
    return home.data / "llm_drafts.jsonl"


def _outcome(line: str, since: datetime) -> str | None:
    """Return what a line counts, "unreadable" where it was cut by a kill, None where it is older."""
    try:
        row = json.loads(line)
        return str(row["outcome"]) if datetime.fromisoformat(row["at"]) >= since else None
    except (ValueError, KeyError, TypeError):
        return "unreadable"
