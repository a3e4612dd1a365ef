"""The command line as a user meets it: answers, errors in one line, exit codes, inert texts."""

import csv
import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.home import Home
from warehouse import Warehouse

ROOT = Path(__file__).resolve().parents[2]


def otklik(*arguments: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    extra = ["--home", str(home)] if home else []
    command = [sys.executable, "-m", "console.main", *arguments, *extra]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def sighting(number: int, **fields: Any) -> str:
    row = {
        "source": "shop",
        "listing_id": "shop-kyiv",
        "review_id": str(number),
        "text": "Чекав дві години, ніхто не вибачився.",
        "rating": 0.0,
        "reply_state": "none",
        "seen_at": "2026-11-21T03:30:00+02:00",
        **fields,
    }
    return json.dumps(row, ensure_ascii=False)


def test_import_landing_makes_a_home_and_answers_questions(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    nights = [tmp_path / "b.jsonl", tmp_path / "a.jsonl"]
    nights[1].write_text(sighting(1) + "\n" + sighting(2, text="\x1b[31m=CMD()\u202e") + "\n", encoding="utf-8")
    nights[0].write_text(
        sighting(1, reply_state="published", reply_text="Вибачте!", seen_at="2026-11-22T03:30:00Z") + "\n",
        encoding="utf-8",
    )
    done = otklik("import", "landing", *map(str, nights), home=home)
    assert done.returncode == 0, done.stderr
    assert "2 new reviews" in done.stdout
    events = json.loads(otklik("ask", "events", "--format", "json", home=home).stdout)
    assert sorted(row["event"] for row in events) == ["reply_seen", "seen", "seen"]
    table = otklik("ask", "unanswered", home=home)
    assert table.returncode == 0, table.stderr
    assert "\x1b[31m" not in table.stdout
    assert "\u202e" not in table.stdout
    cells = list(csv.reader(io.StringIO(otklik("ask", "unanswered", "--format", "csv", home=home).stdout)))
    assert len(cells) == 2
    assert not any(cell.startswith(("=", "@")) for row in cells for cell in row)


@pytest.mark.parametrize("style", ["table", "json", "csv"])
def test_answers_hide_personal_data_unless_all_is_asked_for(style: str, tmp_path: Path) -> None:
    night, home = tmp_path / "night.jsonl", tmp_path / "home"
    told = "Нахамила кассир Светлана, тел. +7 916 123-45-67, a@example.org, заказ 4411"
    night.write_text(sighting(1, text=told) + "\n", encoding="utf-8")
    assert otklik("import", "landing", str(night), home=home).returncode == 0
    shown = otklik("ask", "unanswered", "--format", style, home=home).stdout
    assert not [secret for secret in ("Светлана", "123-45-67", "a@example.org") if secret in shown]
    assert "4411" in shown or style == "table"
    assert "a@example.org" in otklik("ask", "unanswered", "--format", "json", "--full", home=home).stdout


def test_a_file_that_is_not_what_it_says_is_named_and_leaves_the_others_alone(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_text(sighting(1) + "\n", encoding="utf-8")
    bad.write_text("module.exports = [{ id: 1 }]\n", encoding="utf-8")
    done = otklik("import", "landing", str(bad), str(good), home=tmp_path / "home")
    assert done.returncode == 1
    assert str(bad) in done.stderr
    assert "Traceback" not in done.stderr
    assert "1 new reviews" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("nightly", "--no-prefect", "--only", "nobody"), "no listing 'nobody'"),
        (("ask", "the-weather"), "no question 'the-weather'"),
        (("ask", "unanswered"), "there is nothing to ask yet"),
        (("cases", "show", "42"), "there is nothing to ask yet"),
        (("cases", "note", "42", "text"), "there is no warehouse yet"),
        (("import", "landing", "absent.jsonl"), "absent.jsonl"),
        (("publish",), "there is no warehouse yet"),
        (("nightly", "--now", "yesterday"), "2026-11-22T03:30:00+03:00"),
    ],
)
def test_a_mistake_is_one_clear_line(tmp_path: Path, arguments: tuple[str, ...], expected: str) -> None:
    done = otklik(*arguments, home=tmp_path)
    assert done.returncode != 0
    assert expected in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_init_writes_a_watchlist_that_the_doctor_accepts(tmp_path: Path) -> None:
    assert otklik("init", home=tmp_path).returncode == 0
    done = otklik("doctor", "--format", "json", home=tmp_path)
    findings = json.loads(done.stdout)
    assert done.returncode == 0, findings
    assert {row["what"] for row in findings} >= {"watchlist.toml", "listing my-forum", "person anna", "model", "disk"}
    again = otklik("init", home=tmp_path)
    assert again.returncode == 1
    assert "--force" in again.stderr


def test_the_doctor_names_what_must_be_mended(tmp_path: Path) -> None:
    otklik("init", home=tmp_path)
    path = tmp_path / "watchlist.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('"terminal://"', '"tgram://${NO_SUCH_TOKEN}/1"').replace('"amo"', '"amoo"'), encoding="utf-8"
    )
    done = otklik("doctor", home=tmp_path)
    assert done.returncode == 1
    assert "NO_SUCH_TOKEN" in done.stdout
    assert "amoo" in done.stdout


def test_the_doctor_names_dead_runs_bad_schedules_and_settings_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    otklik("init", home=tmp_path)
    (tmp_path / "otklik.toml").unlink()

    def look() -> dict[str, tuple[str, str]]:
        found = json.loads(otklik("doctor", "--format", "json", home=tmp_path).stdout)
        return {row["what"]: (row["verdict"], row["advice"]) for row in found}

    assert look()["otklik.toml"] == ("fine", "no file: all defaults")
    monkeypatch.setenv("OTKLIK_SECRET", "hush")
    monkeypatch.setenv("OTKLIK_RUN__PULSE_CRON", "61 * * * *")
    with Warehouse.open(Home(tmp_path).warehouse) as warehouse:
        warehouse.start_run("import", "import-lost", None, datetime(2026, 11, 22, 1, tzinfo=UTC))
    found = look()
    assert found["otklik.toml"] == ("fine", "no file; the environment sets OTKLIK_RUN__PULSE_CRON, OTKLIK_SECRET")
    assert found["schedule"][0] == "mend"
    assert "run.pulse_cron: '61 * * * *' is no cron expression" in found["schedule"][1]
    assert "nightly" not in found["schedule"][1]
    assert found["runs"][0] == "mend"
    assert "import-lost (no sign of life since 2026-11-22 01:00 UTC)" in found["runs"][1]


def test_classify_prints_a_line_a_row_in_order_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text(
        'id,text,rating\nx,Ужасный сервис! Нахамили и не извинились.,1\ny,"Всё понравилось, спасибо!",5\nz,,\n',
        encoding="utf-8",
    )
    done = otklik("classify", str(path), "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    judged = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in judged] == ["x", "y", "z"]
    assert list(judged[0]) == ["id", "label", "p_negative", "p_neutral", "p_positive"]
    assert [judged[0]["label"], judged[1]["label"]] == ["negative", "positive"]
    for row in judged:
        assert row["p_negative"] + row["p_neutral"] + row["p_positive"] == pytest.approx(1, abs=1e-4)


def test_classify_explains_itself_and_owns_to_a_language_it_does_not_know(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    german = "Die Bedienung war unfreundlich und das Essen kam nach zwei Stunden kalt auf den Tisch."
    rows = [{"text": "Ждали два часа. Официант нахамил и ушёл."}, {"text": german}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = otklik("classify", str(path), "--explain", "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    russian, foreign = (json.loads(line) for line in done.stdout.splitlines())
    assert (russian["language"], russian["low_confidence"]) == ("ru", False)
    assert (foreign["language"], foreign["low_confidence"]) == ("de", True)
    assert any(one["text"].startswith("Официант нахамил") for one in russian["evidence"])


def test_classify_names_the_line_it_cannot_read(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "ok"}\n{"text": 5}\n', encoding="utf-8")
    done = otklik("classify", str(path), "--format", "jsonl")
    assert done.returncode == 1
    assert f"{path}:2" in done.stderr
    assert done.stdout == ""


def test_every_knob_is_shown_with_its_value(tmp_path: Path) -> None:
    (tmp_path / "otklik.toml").write_text("[judging]\nnegative_weight = 4\n")
    shown = {row["knob"]: row for row in json.loads(otklik("settings", "--format", "json", home=tmp_path).stdout)}
    assert shown["judging.negative_weight"]["value"] == "4.0"
    assert shown["judging.negative_weight"]["default"] == "10"
