"""What may be offered to a customer: within a person's limits, and never in exchange for the review.

Sites forbid a reward for changing or deleting a review, and so do consumer laws; a reader who hears of one such offer
believes none of the other reviews.
"""

import re
from typing import Final

from core.errors import InputError
from core.records import Case
from core.watchlist import Watchlist

_REVIEW: Final = {
    "ru": r"(?:отзыв|оцен(?:к|ок)|звезд|звёзд|рейтинг|комментари|балл)\w*",
    "uk": r"(?:відгук|оцін(?:к|ок)|зір(?:к|ок)|рейтинг|коментар|бал)\w*",
    "en": r"(?:reviews?|ratings?|stars?|feedback|comments?|scores?)",
}
_CHANGE: Final = {
    "ru": r"(?:удал|убер|убра|убир|снят|сним|сня[лт]|скро|измен|исправ|отредакт|редактир|перепи|подн[яи]|повы[сш]|"
    r"дополн|обнов|смен|постав|став(?:ит|ят|ьте)|оставит|напи[сш])\w*",
    "uk": r"(?:видал|прибер|прибра|прибир|знят|знім|схова|змін|виправ|відредаг|редагув|перепи|підн[яі]м|підвищ|"
    r"доповн|онов|постав|став(?:ить|лять|те)|залиш|напи[сш])\w*",
    "en": r"(?:delet|remov|tak(?:e|ing) down|hid(?:e|ing)|chang|edit|updat|amend|revis|rais|improv|withdraw|retract|"
    r"leav|writ|giv|post|increas)\w*",
}
_GAP = r"[^.!?\n]{0,80}?"
_EXCHANGE: Final = re.compile(
    "|".join(
        rf"\b{first}{_GAP}\b{second}"
        for name in _REVIEW
        for first, second in ((_CHANGE[name], _REVIEW[name]), (_REVIEW[name], _CHANGE[name]))
    )
    + r"|\bза (?:хорош|положит|позитивн|нов|пять|5)\w*" + _GAP + _REVIEW["ru"]
    + r"|\bза (?:гарн|хорош|добр|позитивн|нов|п.ять|5)\w*" + _GAP + _REVIEW["uk"]
    + r"|\bfor an? (?:good|better|positive|new|5|five)\w*" + _GAP + _REVIEW["en"],
    re.IGNORECASE,
)  # fmt: skip


def exchange_in(text: str) -> str | None:
    """Return the words by which something is offered for changing, deleting or writing a review, or None."""
    found = _EXCHANGE.search(" ".join(text.split()))
    return found.group() if found else None


def refuse_exchange(text: str) -> None:
    """Refuse an offer in exchange for the review.

    Raises:
        InputError: quoting the words, and why.
    """
    words = exchange_in(text)
    if words is not None:
        raise InputError(
            f"«{words}»: nothing is offered for changing, deleting or writing a review: sites and consumer laws forbid"
            " it (say what the customer gets, and leave the review out of it)"
        )


def refuse_beyond_limit(case: Case, by: str, remedy: str | None, amount: float | None, watchlist: Watchlist) -> None:
    """Refuse a remedy that `by` may not offer in a case of this severity.

    Args:
        case: The case, with what was offered in it before.
        by: The person who offers.
        remedy: What the customer gets, in words.
        amount: What it is worth; None where no amount is named.
        watchlist: The limits, `people.<id>.remedies.<severity>`.

    Raises:
        InputError: saying what would be allowed.
    """
    if remedy is None and amount is None:
        return
    person = watchlist.person(by)
    where = f"people.{by}.remedies.{case.severity} in watchlist.toml"
    if person is None:
        names = ", ".join(sorted(one.id for one in watchlist.people)) or "none"
        raise InputError(f"{by!r} is no person of the watchlist, so no remedy may be offered; known are: {names}")
    limit = person.remedies.get(case.severity)
    if limit is None:
        raise InputError(f"{by} may offer no remedy in a case that is {case.severity}; see {where}")
    if amount is not None:
        before = case.remedy_amount or 0.0
        if before + amount > limit.amount:
            spent = f", and {before:g} was offered in this case before" if before else ""
            raise InputError(
                f"{amount:g} is more than {by} may offer: the limit is {limit.amount:g}{spent}; see {where}"
            )
    elif remedy is not None and remedy.strip().casefold() not in {one.strip().casefold() for one in limit.offers}:
        offers = ", ".join(limit.offers) or "nothing"
        raise InputError(f"without an amount {by} may offer: {offers}; see {where}")
