"""`otklik cases` as a person types it: one home, the acts in their order, what is shown and what is refused."""

import json
import shutil
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from console.main import app
from core.errors import OtklikError
from core.home import Home
from core.journal import journal_file, read_journal
from flows.casework import handle_cases
from flows.imports import import_files
from flows.job import Job
from flows.ledger import Ledger

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
LATER = "2026-11-17T13:00:00Z"
WATCHLIST = """
[[companies]]
id = "cafe"
name = "Кофейня"
places = [{ id = "lenina", name = "На Ленина" }, { id = "mira", name = "На Мира" }]
[[people]]
id = "anna"
name = "Anna"
timezone = "UTC"
[[people]]
id = "boss"
name = "Boss"
timezone = "UTC"
[[listings]]
id = "one"
source = "shop"
company = "cafe"
place = "lenina"
responsible = "anna"
[[listings]]
id = "two"
source = "shop"
company = "cafe"
place = "mira"
responsible = "boss"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made")
    (root / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    texts = {"a": "Нагрубили на кассе, звоните +7 916 123-45-67", "b": "Суп был совсем холодный"}
    rows = [
        {
            "source": "shop", "listing_id": "one" if name == "a" else "two", "review_id": name, "rating": 0.0,
            "text": text, "url": f"https://shop.test/{name}", "reply_state": "none", "seen_at": NOON.isoformat(),
        }
        for name, text in texts.items()
    ]  # fmt: skip
    file = root / "night.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    job = Job.open(root, now=NOON)
    import_files(job, [file], format_name="landing")
    ledger = Ledger.begin(job, "pulse")
    handle_cases(job, ledger)
    ledger.finish()
    return root


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "home", symlinks=True)
    return tmp_path / "home"


def cases(home: Path, *arguments: str, by: str | None = "anna") -> Result:
    act = () if arguments[0] in ("list", "show", "draft") or by is None else ("--by", by)
    now = () if arguments[0] == "draft" or "--now" in arguments else ("--now", LATER)
    result = CliRunner().invoke(app, ["cases", *arguments, "--home", str(home), *now, *act])
    assert result.exception is None or isinstance(result.exception, OtklikError | SystemExit), result.exception
    return result


def listed(home: Path, *arguments: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(cases(home, "list", "--format", "json", *arguments).stdout)
    return rows


def test_the_queue_is_narrowed_by_what_a_person_asks_for(home: Path) -> None:
    def names(*arguments: str) -> list[str]:
        return [row["review_id"] for row in listed(home, *arguments)]

    assert sorted(names()) == ["a", "b"]
    assert names("--person", "anna") == ["a"]
    assert names("--place", "mira") == names("--place", "На Мира") == names("--listing", "two") == ["b"]
    assert names("--severity", "severe") == []
    assert names("--overdue") == []
    assert sorted(names("--overdue", "--now", "2026-12-01T00:00:00Z")) == ["a", "b"]
    cases(home, "claim", "a")
    assert names() == ["b"]
    assert names("--status", "claimed") == ["a"]
    cases(home, "ask-branch", "b", "--person", "boss", "--question", "Кто варил?", "--until", "2h")
    assert names("--waiting-for-branch") == ["b"]
    (late,) = listed(home, "--waiting-for-branch", "--now", "2026-11-17T16:00:00Z")
    assert late["standing"] == "waiting for branch, branch is late"
    assert "+7 916" not in cases(home, "list", "--all").stdout


def test_one_case_shows_all_that_was_done(home: Path) -> None:
    cases(home, "ask-branch", "shop/a", "--person", "boss", "-q", "Кто был на смене?")
    cases(home, "ask-branch", "shop/a", "-a", "Смена стояла без кассира", by="boss")
    cases(home, "step", "a", "solve", "-m", "перезвонили +7 916 123-45-67")
    (shown,) = json.loads(cases(home, "show", "a", "--format", "json").stdout)
    assert shown["case_work"][0]["branch_answer"] == "Смена стояла без кассира"
    assert shown["case_work"][0]["steps"][0]["words"] == "перезвонили [phone]"
    assert [row["what"] for row in shown["case_history"]][-3:] == [
        "case branch_asked", "case branch_answered", "case step_done"
    ]  # fmt: skip
    assert shown["waiting_acts"] == []
    said = cases(home, "show", "a").stdout
    assert "Смена стояла без кассира" in said
    assert "916" not in said


def test_whom_a_complaint_names_is_shown_where_somebody_asks_for_it(home: Path) -> None:
    assert "звоните [phone]" in cases(home, "show", "a").stdout
    assert "+7 916 123-45-67" in cases(home, "show", "a", "--full").stdout
    (shown,) = json.loads(cases(home, "show", "a", "--full", "--format", "json").stdout)
    assert shown["case_review"][0]["text"] == "Нагрубили на кассе, звоните +7 916 123-45-67"


def test_the_answer_of_the_branch_goes_into_the_draft(home: Path) -> None:
    cases(home, "ask-branch", "a", "--person", "boss", "-q", "?")
    cases(home, "ask-branch", "a", "-a", "Кассир осталась одна на две кассы, сменщица заболела")
    said = cases(home, "draft", "a").stdout
    assert "сменщица заболела" in said.splitlines()[1]


def test_a_rating_without_words_is_answered_in_the_language_of_the_firm(home: Path) -> None:
    row = {
        "source": "shop", "listing_id": "one", "review_id": "c", "rating": 0.0, "text": "", "reply_state": "none",
        "seen_at": NOON.isoformat(),
    }  # fmt: skip
    file = home / "stars.jsonl"
    file.write_text(json.dumps(row), encoding="utf-8")
    import_files(Job.open(home, now=NOON), [file], format_name="landing")
    assert "здравствуйте" in cases(home, "draft", "shop/c").stdout
    (home / "otklik.toml").write_text('language = "uk"\n', encoding="utf-8")
    assert "добрий день" in cases(home, "draft", "shop/c").stdout


def test_a_language_model_that_fails_leaves_our_own_draft_with_the_reason_and_is_counted(
    home: Path, monkeypatch: Any
) -> None:
    own = cases(home, "draft", "b").stdout
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}/v1"
        (home / "otklik.toml").write_text(f'[llm]\nbase_url = "{address}"\nmodel = "small"\n', encoding="utf-8")
        monkeypatch.setenv("LLM_API_KEY", "sk-invented-key")
        said = cases(home, "draft", "b").stdout
        assert said.splitlines()[1].startswith("[Языковая модель не использована, это наш шаблон: соединиться не")
        assert said.splitlines()[3:] == own.splitlines()[2:]
        assert cases(home, "draft", "b", "--plain").stdout == own
        doctor = CliRunner().invoke(app, ["doctor", "--home", str(home), "--format", "json", "--offline"])
        found = {row["what"]: row for row in json.loads(doctor.stdout)}
        assert found["llm"]["advice"] == "drafts of 30 days: connection 1"
    counted = (home / "data" / "llm_drafts.jsonl").read_text(encoding="utf-8")
    assert "sk-invented-key" not in counted + said + doctor.stdout
    assert set(json.loads(counted)) == {"at", "model", "outcome", "seconds"}


def test_what_waits_in_the_journal_is_shown(home: Path) -> None:
    cases(home, "note", "a", "раз")
    path = journal_file(Home(home))
    again = json.loads(path.read_text()) | {"act_id": "f" * 32, "args": {"text": "ждёт"}}
    path.write_text(path.read_text() + json.dumps(again) + "\n")
    (shown,) = json.loads(cases(home, "show", "a", "--format", "json").stdout)
    assert [(row["act"], row["with"]) for row in shown["waiting_acts"]] == [("note", '{"text":"ждёт"}')]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("snooze", "a"), "say until when"),
        (("snooze", "a", "someday"), "expected a span"),
        (("snooze", "a", "2020-01-01"), "over already"),
        (("ask-branch", "a"), "say either --question"),
        (("ask-branch", "a", "-q", "?", "--person", "nobody"), "known are: anna, boss"),
        (("dismiss", "a"), "needs a reason"),
        (("reopen", "a"), "not possible: it is open"),
        (("note", "a", "\udcff"), "not UTF-8"),
        (("note", "a", "x" * 7000), "at most 6000"),
        (("note", "zzz", "x"), "no case 'zzz'"),
    ],
)
def test_a_mistake_is_one_clear_line_and_leaves_no_trace(home: Path, arguments: tuple[str, ...], words: str) -> None:
    result = cases(home, *arguments)
    assert result.exit_code != 0
    assert words in str(result.exception)
    assert read_journal(Home(home)).acts == ()


def test_who_acts_is_asked_for_taken_from_the_environment_or_the_machine(home: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("OTKLIK_USER", "olga")
    assert "(by olga;" in cases(home, "acknowledge", "a", by=None).stdout
    with_none = cases(home, "note", "a", "x", by="  ")
    assert "expected a name" in str(with_none.exception)
    assert "say who you are" in str(cases(home, "note", "a", "x", by="otklik").exception)
    monkeypatch.delenv("OTKLIK_USER")
    monkeypatch.setenv("LOGNAME", "maria")
    assert "(by maria;" in cases(home, "note", "a", "x", by=None).stdout
