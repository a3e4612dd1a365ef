"""The message that tests a channel: clearly marked, and with nothing of any review."""

from datetime import datetime

from alerts.calendar import zone_of
from alerts.wording.catalogue import catalogue
from alerts.wording.inert import inert
from alerts.wording.message import Block, Message
from core.settings import Settings
from core.watchlist import Person


def probe(person: Person, settings: Settings, now: datetime) -> Message:
    """Return a test message in the person's language."""
    words = catalogue(person.language or settings.language)
    moment = words.moment(now, zone_of(person, settings), now)
    lines = (words.say("test_body", person=inert(person.name)), words.say("test_sent_at", moment=moment))
    payload: dict[str, object] = {
        "title": words.say("test_title"),
        "language": words.locale.language,
        "rules": ["test"],
        "level": 0,
        "possible_repeat": False,
        "cases": [],
        "notes": list(lines),
    }
    return Message(words.say("test_title"), (Block(lines),), words.say("cut"), payload)
