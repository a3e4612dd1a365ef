"""Drafts with the help of a language model: it writes the middle part, and our own draft stands in where it must not.

The greeting, the way to reach the firm, a promised call and the signature stay ours. The model gets the redacted review
as quoted data, what may be promised and the branch's redacted answer: no names, no address, no contact, no author.
"""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from alerts.replies.check import check
from alerts.replies.drafts import (
    Draft,
    NoCleanDraftError,
    draft,
    framed,
    is_secret,
    learn_address_form,
)
from alerts.replies.endpoint import Endpoint, EndpointError, ask
from alerts.replies.history import History
from alerts.replies.limits import refusal
from alerts.replies.phrasing import Picker, phrases
from alerts.replies.words import LANGUAGES
from core.aspects import Aspect
from core.redaction import redact
from core.watchlist import Voice

_LONGEST_REVIEW = 4000
_LONGEST_DETAIL = 80
_NEEDED = ("thanks", "apology")
_THINKING = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_GREETING = re.compile(
    r"\A(?:\{[^{}\n]{1,20}\}[,!. ]{1,2})?(?:здравствуйте|добрый день|добрый вечер|вітаємо|вітаю|добрий день|доброго дня"
    r"|hello|hi|good (?:day|morning|afternoon|evening))(?: \{[^{}\n]{1,20}\})?\s*[!.,]\s*",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def suggest(
    review: str,
    *,
    endpoint: Endpoint,
    language: str,
    severity: str = "ordinary",
    aspects: Sequence[Aspect | str] = (),
    hurts: str | None = None,
    name: str | None = None,
    voice: Voice | None = None,
    vertical: str | None = None,
    replies: Sequence[str] = (),
    rating: float | None = None,
    branch: str | None = None,
) -> Draft:
    """Write a draft with the model behind `endpoint`, or our own one that says why not; see `draft` for the rest.

    Raises:
        NoCleanDraftError: neither the model's text nor any wording of ours passes the check.
        ConfigurationError: the endpoint's address cannot be used.
    """
    voice = voice or Voice()
    spoken: Literal["ru", "uk", "en"] = language if language in LANGUAGES else "en"  # type: ignore[assignment]
    own: Draft | None = None
    failed: NoCleanDraftError | None = None
    try:
        own = draft(
            review,
            language=language,
            severity=severity,
            aspects=aspects,
            hurts=hurts,
            name=name,
            voice=voice,
            vertical=vertical,
            replies=replies,
            rating=rating,
            branch=branch,
        )
    except NoCleanDraftError as error:
        failed = error
    say = phrases(spoken)["llm"]
    try:
        if is_secret(vertical) and not endpoint.is_own:
            raise _RefusedError("foreign", "")
        form = voice.address_form or learn_address_form(replies)
        told = redact(branch) if branch and not is_secret(vertical) else None
        facts = _facts(review, spoken, severity, aspects, voice, vertical, told, form)
        body = _body(ask(endpoint, _instruction(), json.dumps(facts, ensure_ascii=False)))
        found = refusal(
            body,
            language=spoken,
            review=str(facts["review"]),
            branch=told,
            promises=voice.promises,
            is_secret=is_secret(vertical),
        )
        if found is not None:
            raise _RefusedError(found.limit, found.words)
        history = History(replies)
        picker = Picker(history, review)
        text = framed(body, spoken, severity, name, voice, vertical, form, picker)
        judged = check(review, text, history=history, rating=rating, vertical=vertical)
        missing = [step for step in _NEEDED if step not in judged.steps]
        if judged.faults or missing:
            raise _RefusedError("check", ", ".join([*judged.faults, *(f"no {step}" for step in missing)]))
    except (_RefusedError, EndpointError) as error:
        limit = error.limit if isinstance(error, _RefusedError) else error.trouble
        if own is None:
            raise NoCleanDraftError(f"{failed}; and of the language model: {limit} {error}") from error
        # The words of a model are a stranger's words: what they name is redacted before somebody reads it.
        detail = redact(" ".join(str(error).split()))[:_LONGEST_DETAIL]
        reason = str(say[limit]).replace("{detail}", detail)
        return own.model_copy(update={"llm": limit, "notice": str(say["refused"]).replace("{reason}", reason)})
    return Draft(
        text=text,
        mark=str(phrases(spoken)["mark"]),
        language=spoken,
        found=judged,
        branch=own.branch if own else None,
        llm="used",
        notice=str(say["used"]).replace("{model}", endpoint.model),
    )


class _RefusedError(Exception):
    """The model's text may not stand; `limit` says which limit it broke."""

    def __init__(self, limit: str, words: str) -> None:
        super().__init__(words)
        self.limit = limit


def _facts(
    review: str,
    language: str,
    severity: str,
    aspects: Sequence[Aspect | str],
    voice: Voice,
    vertical: str | None,
    branch: str | None,
    form: str,
) -> dict[str, Any]:
    """Return what the model is told: nothing here identifies anybody."""
    facts: dict[str, Any] = {
        "language": {"ru": "Russian", "uk": "Ukrainian", "en": "English"}[language],
        "address": {"ru": form, "uk": "Ви" if form == "Вы" else "ви", "en": "you"}[language],
        "severity": severity,
        "about": [Aspect(aspect).value for aspect in aspects[:3]],
        "may_promise": [promise for promise in voice.promises if promise == "look_into"],
        "secret": is_secret(vertical),
        "branch_answer": branch,
        "review": _CONTROL.sub("", redact(review))[:_LONGEST_REVIEW],
    }
    return {name: value for name, value in facts.items() if value is not None}


def _body(text: str) -> str:
    """Return the model's text without its thoughts, a greeting of its own, and line breaks."""
    text = _CONTROL.sub("", _THINKING.sub("", text)).strip().strip('"“”«»').strip()
    return " ".join(_GREETING.sub("", text).split())


@lru_cache(maxsize=1)
def _instruction() -> str:
    return files(__package__).joinpath("prompt.txt").read_text("utf-8")
