"""A month of the partner API of Yandex Market: comments by calls of their own, in an order that nobody promises."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.records import Coverage
from tests.spiders.apis.month import crawl_month
from tests.spiders.apis.nights import Nights, check_month, leaks
from tests.spiders.apis.scenario import MONTH, Month, State
from tests.spiders.apis.yandex_market_server import CABINET, TOKEN, YandexMarket, number, numbered

SOURCE = "yandex_market"
BEFORE = "1 04:00 writes early 3 Как у всех"


def labelled(state: State) -> State:
    """What stands in the field for faults is told under its label."""
    return replace(state, text=f"Недостатки: {state.text}") if state.stars <= 2 else state


def open_server(monkeypatch: pytest.MonkeyPatch, *lines: str, **kind: object) -> YandexMarket:
    monkeypatch.setenv("YANDEX_MARKET_KEY", TOKEN)
    return YandexMarket(Month.read(*map(numbered, lines)), **kind)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Nights, dict[int, Coverage]]]:
    read = frozenset(map(number, ("kira", "olga")))
    discussed = frozenset(map(number, ("gleb", "ivan", "nikita")))
    with (
        pytest.MonkeyPatch.context() as patch,
        open_server(patch, MONTH, BEFORE, read=read, discussed=discussed) as server,
    ):
        nights = Nights(tmp_path_factory.mktemp("month"), server, SOURCE, CABINET)
        yield nights, crawl_month(nights, range(1, 31))


def test_every_event_of_a_month_is_the_truth(month: tuple[Nights, dict[int, Coverage]]) -> None:
    nights, coverage = month
    check_month(nights, coverage, shows=labelled, blocked={19: "the key was deleted: make a new one"})


def test_flags_and_the_talk_of_buyers_answer_nothing(month: tuple[Nights, dict[int, Coverage]]) -> None:
    nights, _ = month
    states, flags = nights.column("reply_state"), nights.column("processed_flag")
    assert (states[number("kira")], flags[number("kira")]) == ("none", True), "the platform's flag is no answer"
    assert (states[number("nikita")], flags[number("nikita")]) == ("none", False), "a buyer is not the shop"
    assert set(nights.column("reply_at").values()) == {None}, "the platform tells no time"


def test_no_key_is_written(month: tuple[Nights, dict[int, Coverage]]) -> None:
    assert leaks(month[0], TOKEN) == []
