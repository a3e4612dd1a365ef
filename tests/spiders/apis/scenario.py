"""A small language for what happens on a review platform in a month, and the truth that follows from it.

A line is `DAY HH:MM WHAT REVIEW ...` (times in UTC, day 1 is `START`), and one moment holds one line at most:

    1 10:00 writes anna 1 Ждала два часа                 a review with one star; `Title | text` gives it a title
    2 09:00 edits anna 2 Ждала два часа, но извинились    other words, and perhaps other stars
    2 12:00 deletes anna / restores anna                  by the author or the platform
    3 09:00 replies anna pending Здравствуйте!            the owner's reply and its state on the platform
    3 15:00 becomes anna published                        pending, published or rejected
    4 09:00 rewords anna Здравствуйте, мы всё исправили   the owner's reply in other words
    5 09:00 unreplies anna                                the owner takes it back
    6 03:00 fails 500 x2                                  the next two calls from then on
    7 03:00 refuses expired until 9                       every call: expired, plan, scope, clock, quota
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 1, tzinfo=UTC)
_LINE = re.compile(r"(\d+) (\d\d):(\d\d) (\w+) ?(.*)")


@dataclass(frozen=True)
class State:
    """One review as the platform holds it at a moment."""

    id: str
    stars: int
    text: str
    title: str | None
    posted_at: datetime
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    reply: str | None = None
    reply_state: str = "none"
    replied_at: datetime | None = None

    @property
    def changed_at(self) -> datetime:
        """When the author last touched it."""
        return self.edited_at or self.posted_at

    @property
    def author(self) -> str:
        return f"Автор {self.id}"


@dataclass(frozen=True)
class Trouble:
    """What the platform answers instead."""

    since: datetime
    kind: str
    """A status, or a kind of refusal."""
    times: int = 0
    until: datetime | None = None


@dataclass(frozen=True)
class Fact:
    """One event as the warehouse must tell it; `seen_at` is the reading that shows it first."""

    review_id: str
    event: str
    seen_at: datetime
    old: str | None = None
    new: str | None = None


class Month:
    """What happens, in order."""

    def __init__(self, steps: Sequence[tuple[datetime, str, list[str]]], start: datetime) -> None:
        self.start = start
        self._steps = sorted(steps, key=lambda step: step[0])

    @classmethod
    def read(cls, *texts: str, start: datetime = START) -> "Month":
        """Read lines; one that is not understood is an error that shows it."""
        steps = []
        for line in (line.strip() for text in texts for line in text.splitlines()):
            if not line or line.startswith("#"):
                continue
            found = _LINE.fullmatch(line)
            if found is None or found[4] not in _VERBS:
                raise ValueError(f"no line of a scenario: {line}")
            moment = start + timedelta(days=int(found[1]) - 1, hours=int(found[2]), minutes=int(found[3]))
            steps.append((moment, found[4], found[5].split(" ")))
        month = cls(steps, start)
        month.at(start + timedelta(days=400))  # every line must make sense
        return month

    def at(self, moment: datetime) -> dict[str, State]:
        """Return all reviews as they are at a moment, also deleted ones, in the order of writing."""
        held: dict[str, State] = {}
        for when, verb, words in self._steps:
            if when <= moment and (act := _ACTS.get(verb)):
                held[words[0]] = act(held.get(words[0]), when, words)
        return held

    @property
    def troubles(self) -> list[Trouble]:
        """Return what the platform answers instead of reviews."""
        found = []
        for when, verb, words in self._steps:
            if verb == "fails":
                found.append(Trouble(when, words[0], times=int(words[1].removeprefix("x"))))
            if verb == "refuses":
                until = self.start + timedelta(days=int(words[2]) - 1) if len(words) > 2 else None
                found.append(Trouble(when, words[0], until=until))
        return found

    def events(
        self,
        looks: Iterable[tuple[datetime, Iterable[str]]],
        *,
        shows: Callable[[State], State] = lambda state: state,
    ) -> set[Fact]:
        """Return what must be known after looks, each a time and the ids of the reviews that were shown then.

        `shows` leaves out what the platform never tells. Deletions are apart: see `deletions`.
        """
        facts: set[Fact] = set()
        seen: dict[str, State] = {}
        replies: dict[str, tuple[str | None, int]] = {}
        for moment, ids in sorted(looks, key=lambda look: look[0]):
            held = self.at(moment)
            for one in ids:
                state = shows(held[one])
                facts |= _changes(seen.get(one), state, moment, *replies.get(one, (None, 0)))
                facts |= _reply(replies, state, moment)
                seen[one] = state
        return facts

    def waiting(self, moment: datetime) -> set[str]:
        """Return the complaints (one or two stars, when written) that stand without a published reply."""
        return {
            one
            for one, state in self.at(moment).items()
            if state.deleted_at is None and state.stars <= 2 and state.reply_state != "published"
        }

    def gone(self, moment: datetime) -> set[str]:
        """Return which reviews are deleted at a moment."""
        return {one for one, state in self.at(moment).items() if state.deleted_at is not None}

    def deletions(self) -> dict[str, datetime]:
        """Return which reviews are deleted for good, and when."""
        last = self.at(self.start + timedelta(days=400))
        return {one: state.deleted_at for one, state in last.items() if state.deleted_at is not None}


def _changes(before: State | None, now: State, at: datetime, known: str | None, missing: int) -> set[Fact]:
    if before is None:
        return {Fact(now.id, "seen", at)}
    facts = set()
    is_edited = (before.title, before.text) != (now.title, now.text)
    if is_edited:
        words = (before.text, now.text) if before.text != now.text else (before.title, now.title)
        facts.add(Fact(now.id, "edited", at, *words))
    if before.stars != now.stars:
        facts.add(Fact(now.id, "rating_changed", at, _share(before.stars), _share(now.stars)))
    # A reply that is missing for the first time may only be missing for once.
    stands = now.reply_state == "published" or (not missing and now.reply_state in ("none", "pending"))
    if facts and known is not None and stands:
        if is_edited:
            facts.add(Fact(now.id, "edited_after_reply", at, *words))
        else:
            facts.add(Fact(now.id, "edited_after_reply", at, _share(before.stars), _share(now.stars)))
    return facts


def _reply(replies: dict[str, tuple[str | None, int]], now: State, at: datetime) -> set[Fact]:
    """Advance the reply that is known to stand: a text, and in how many looks it was missing since."""
    known, missing = replies.get(now.id, (None, 0))
    if now.reply_state == "published":
        replies[now.id] = (now.reply, 0)
        if known is None:
            return {Fact(now.id, "reply_seen", at, None, now.reply)}
        return {Fact(now.id, "reply_edited", at, known, now.reply)} if known != now.reply else set()
    if known is None:
        return set()
    if now.reply_state in ("rejected", "removed") or missing:
        replies[now.id] = (None, 0)
        return {Fact(now.id, "reply_removed", at, known, now.reply_state)}
    replies[now.id] = (known, 1)
    return set()


def _share(stars: int) -> str:
    return str((stars - 1) / 4)


def _text(words: list[str]) -> tuple[str | None, str]:
    title, bar, text = " ".join(words).partition(" | ")
    return (title, text) if bar else (None, title)


def _writes(before: State | None, when: datetime, words: list[str]) -> State:
    if before is not None:
        raise ValueError(f"{words[0]} is written twice")
    title, text = _text(words[2:])
    return State(words[0], int(words[1]), text, title, when)


def _edits(state: State | None, when: datetime, words: list[str]) -> State:
    state = _there(state, words)
    stars, rest = (int(words[1]), words[2:]) if words[1].isdigit() else (state.stars, words[1:])
    title, text = _text(rest) if rest else (state.title, state.text)
    return replace(state, stars=stars, title=title or state.title, text=text, edited_at=when)


def _replies(state: State | None, when: datetime, words: list[str]) -> State:
    return replace(_there(state, words), reply_state=words[1], reply=" ".join(words[2:]), replied_at=when)


def _rewords(state: State | None, when: datetime, words: list[str]) -> State:
    return replace(_there(state, words), reply=" ".join(words[1:]), replied_at=when)


def _unreplies(state: State | None, when: datetime, words: list[str]) -> State:
    return replace(_there(state, words), reply=None, reply_state="none", replied_at=None)


def _there(state: State | None, words: list[str]) -> State:
    if state is None:
        raise ValueError(f"{words[0]} was never written")
    return state


_ACTS: dict[str, Callable[[State | None, datetime, list[str]], State]] = {
    "writes": _writes,
    "edits": _edits,
    "deletes": lambda state, when, words: replace(_there(state, words), deleted_at=when),
    "restores": lambda state, when, words: replace(_there(state, words), deleted_at=None),
    "replies": _replies,
    "becomes": lambda state, when, words: replace(_there(state, words), reply_state=words[1]),
    "rewords": _rewords,
    "unreplies": _unreplies,
}
_VERBS = {*_ACTS, "fails", "refuses"}

STORY = """
# What stands there when we begin.
1 08:00 writes old-praise 5 Давно хожу сюда, всё отлично
1 09:00 writes old-blame 2 Долго ждали счёт
1 10:00 replies old-blame published Простите нас, приходите ещё

2 10:00 writes anna 1 Заказ везли три часа, курьер нагрубил
2 18:30 writes boris 5 Быстро и вкусно, спасибо
3 09:00 replies anna pending Анна, нам жаль. Разберёмся сегодня.
4 12:00 becomes anna published
5 20:00 edits anna 3 Заказ везли три часа, но деньги вернули
6 10:00 rewords anna Анна, спасибо, что рассказали!

4 07:00 writes vera 1 Списали деньги дважды, поддержка молчит
5 11:00 replies vera pending Вера, напишите номер договора
6 12:00 becomes vera rejected
9 10:00 replies vera published Вера, деньги вернём завтра
12 10:00 unreplies vera
16 10:00 replies vera published Вера, деньги вернули

5 13:00 writes gleb 4 Неплохо, но шумно
6 13:00 edits gleb 4 Неплохо, но шумно и душно
7 08:00 writes dasha 2 Хамство на входе
8 08:00 edits dasha 1
9 21:00 deletes dasha
10 09:00 writes egor 1 Отравились салатом
20 09:00 replies egor published Егор, нам очень жаль, позвоните нам

11 09:00 writes zhanna 5 Лучшее место в городе
12 09:00 replies zhanna published Спасибо, Жанна!
13 10:00 writes ivan 1 Не дозвониться
14 11:00 edits ivan 1 Не дозвониться третий день
14 12:00 replies ivan published Иван, мы перезвонили
15 12:00 edits ivan 5 Перезвонили и всё решили
17 09:00 writes kira 3 Обычное место
18 09:00 writes lev 2 Остывший кофе
21 09:00 writes maria 1 Грубый ответ менеджера на мою просьбу вернуть деньги
22 09:00 replies maria rejected Сами виноваты
23 09:00 replies maria published Мария, простите нас, деньги вернём
25 09:00 writes nikita 5 Спасибо бариста!
26 09:00 writes olga 1 Обсчитали на кассе
27 09:00 deletes lev
28 09:00 edits olga 1 Обсчитали на кассе, чек приложила
29 09:00 writes pavel 4 Хорошо
"""
"""Every way in which a review and its reply can change."""

MONTH = (
    STORY
    + """
# What goes wrong on the way.
8 03:00 fails 500 x1
11 03:00 fails 429 x1
19 03:00 refuses expired until 20
"""
)
"""The story, and what an API may do in between."""


def published_only(state: State) -> State:
    """What a platform shows that shows a reply when it is published, and nothing before."""
    return state if state.reply_state == "published" else replace(state, reply=None, reply_state="none")


def faults_labelled(state: State) -> State:
    """What is told where complaints stand in a field for faults: the text under its label."""
    return replace(state, text=f"Недостатки: {state.text}") if state.stars <= 2 else state
