"""`otklik reply`: shown with its verdict, confirmed, posted once; and what a person is told where it is not."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from console.main import app
from core.errors import OtklikError
from tests.spiders.apis.nights import Nights
from tests.spiders.apis.scenario import Month
from tests.spiders.apis.wildberries_server import TOKEN, Wildberries

GOOD = "Спасибо, что написали о ночнике. Простите нас за поломку. Разберёмся сегодня, напишите нам: help@shop.test"
TELLS = "Вы лежали у нас с гастритом, и операция прошла по протоколу, диагноз Вам поставили верно."


@dataclass
class Desk:
    """A home folder with one case on a shop of Wildberries."""

    home: Path
    server: Wildberries

    def call(self, *words: str, answers: str | None = None) -> Result:
        now = f"{self.server.now:%Y-%m-%dT%H:%M:%SZ}"
        return CliRunner().invoke(app, [*words, "--home", str(self.home), "--now", now], input=answers)

    def text(self, text: str) -> str:
        path = self.home / "reply.txt"
        path.write_text(text, encoding="utf-8")
        return str(path)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("WILDBERRIES_TOKEN", TOKEN)
    story = ("1 08:00 writes old 5 Ура", "2 10:00 writes anna 1 Ночник сломался", "3 10:00 edits anna 1 И воняет")
    with Wildberries(Month.read(*story)) as server:
        nights = Nights(tmp_path / "home", server, "wildberries", "all")
        nights.night(3)
        path = nights.home / "watchlist.toml"
        path.write_text(path.read_text(encoding="utf-8") + "replies = true\n", encoding="utf-8")
        yield Desk(nights.home, server)


@pytest.mark.slow
def test_a_reply_is_shown_confirmed_posted_and_told(desk: Desk) -> None:
    words = ("reply", "wildberries/anna", "--text-file", desk.text(GOOD), "--by", "ann")
    declined = desk.call(*words, answers="n\n")
    assert declined.exit_code == 0, declined.output
    assert desk.server.posted == []
    assert "Nothing was posted." in declined.stdout
    assert "> Недостатки: Ночник сломался" in declined.stderr
    assert "has changed the review" not in declined.stderr
    silent = desk.call(*words, answers="")
    assert "nobody said yes: nothing was posted" in str(silent.exception)
    desk.server.now += timedelta(hours=12)
    done = desk.call(*words, "--yes", "--format", "json")
    assert done.exit_code == 0, done.output
    assert "has changed the review since it was read last; it now says:\n  > Недостатки: И воняет" in done.stderr
    assert f"| {GOOD}" in done.stderr
    assert "The reply check says: ok" in done.stderr
    (row,) = json.loads(done.stdout)
    assert (row["outcome"], row["status"], row["by"]) == ("posted", "claimed", "ann")
    assert desk.server.posted == [("anna", GOOD)]
    shown = desk.call("cases", "show", "wildberries/anna")
    assert "reply_intended" in shown.output


@pytest.mark.slow
def test_what_discloses_is_never_posted_by_a_flag(desk: Desk) -> None:
    path = desk.home / "watchlist.toml"
    text = path.read_text(encoding="utf-8").replace('name = "Firm"', 'name = "Firm"\nvertical = "clinic"')
    path.write_text(text, encoding="utf-8")
    done = desk.call("reply", "wildberries/anna", "--text-file", desk.text(TELLS), "--yes")
    assert isinstance(done.exception, OtklikError)
    assert "discloses what is nobody's business" in str(done.exception)
    assert desk.server.posted == []
