"""`otklik redact` and `otklik forget` as a person types them."""

import json
import subprocess
import sys
from pathlib import Path

LINE = {
    "source": "shop", "listing_id": "s", "review_id": "r-1", "text": "Позвоните мне: +7 900 000-00-00, заказ 123456",
    "reply_state": "none", "seen_at": "2026-11-20T03:00:00Z", "url": "https://shop/1",
}  # fmt: skip


def otklik(*arguments: object, given: str | bytes = b"") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "console.main", *map(str, arguments)],
        input=given.encode() if isinstance(given, str) else given,
        capture_output=True,
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_redact_text_from_standard_input() -> None:
    done = otklik(
        "redact", "-", given="Здравствуйте, Анна!\nЖду звонка: 8 (900) 000-00-00, заказ 123456, 12.03.2024, 990 руб.\n"
    )
    assert done.stdout == "Здравствуйте, [name]!\nЖду звонка: [phone], заказ 123456, 12.03.2024, 990 руб.\n"
    assert done.returncode == 0


def test_redact_json_lines_leaves_other_fields(tmp_path: Path) -> None:
    rows = [{"id": 7, "text": "пишите a.b@example.com", "phone": "+79000000000"}, {"text": None, "x": [1.5]}]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = otklik("redact", file)
    assert [json.loads(line) for line in done.stdout.splitlines()] == [{**rows[0], "text": "пишите [email]"}, rows[1]]


def test_redact_names_the_line_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "a"}\n{"text": 5}\n')
    done = otklik("redact", file)
    assert done.returncode == 1
    assert f"{file}:2: expected an object with a string `text`" in done.stderr
    assert "not UTF-8" in otklik("redact", "-", given=b"\xff\xfe\xfa").stderr
    assert "cannot be read" in otklik("redact", tmp_path / "none").stderr


def test_forget_asks_shows_and_erases(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(LINE) + "\n")
    home = tmp_path / "home"
    home.mkdir()
    assert otklik("import", file, "--home", home).returncode == 0
    asked = otklik("forget", "--url", LINE["url"], "--home", home, given="n\n")
    assert asked.returncode == 1
    assert "shop/r-1" in asked.stdout
    assert "1 reviews go" in asked.stdout
    assert "Позвоните" not in asked.stdout
    assert not (home / "data" / "forgotten.jsonl").exists()
    done = otklik("forget", "--url", LINE["url"], "--home", home, "--yes")
    assert done.returncode == 0, done.stderr
    assert "erased: " in done.stdout
    again = otklik("forget", "--url", LINE["url"], "--home", home, "--yes")
    assert "no stored review has this address" in again.stderr
    told = otklik("import", file, "--home", home)
    assert "1 left out, of people who were erased on request" in told.stdout + told.stderr


def test_forget_needs_a_home_with_a_warehouse(tmp_path: Path) -> None:
    assert "there is no warehouse here" in otklik("forget", "--source", "a", "--review", "b", "--home", tmp_path).stderr
