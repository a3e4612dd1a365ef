"""The house rules that a machine can check."""

import importlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel
from typer.main import get_command

from core.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("core", "spiders", "models", "warehouse", "alerts", "flows", "console")
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_the_one_of_this_checkout(room: str) -> None:
    module = importlib.import_module(room)
    assert Path(str(module.__file__)).parent == ROOT / room


def _commands() -> dict[str, Any]:
    from console.main import app

    found: dict[str, Any] = {}

    def walk(name: str, command: Any) -> None:
        if hasattr(command, "commands"):
            for part, sub in command.commands.items():
                walk(f"{name} {part}".strip(), sub)
        else:
            found[name] = command

    walk("", get_command(app))
    return found


@pytest.mark.parametrize("name", sorted(_commands()))
def test_every_command_has_help_with_an_example_and_stands_in_the_readme(name: str) -> None:
    command = _commands()[name]
    assert "Example" in (command.help or ""), f"otklik {name}: the help has no example"
    assert f"otklik {name}" in (ROOT / "README.md").read_text(encoding="utf-8"), f"otklik {name} is not in README.md"
    for parameter in command.params:
        if isinstance(parameter, typer.core.TyperOption) and parameter.name != "help":
            assert parameter.help or parameter.metavar, f"otklik {name} --{parameter.name} has no help"


def _knobs(section: type[BaseModel], prefix: str = "") -> dict[str, str | None]:
    knobs: dict[str, str | None] = {}
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            knobs |= _knobs(field.annotation, f"{prefix}{name}.")
        else:
            knobs[prefix + name] = field.description
    return knobs


@pytest.mark.parametrize(("knob", "description"), sorted(_knobs(Settings).items()))
def test_every_knob_is_described_and_stands_in_the_readme(knob: str, description: str | None) -> None:
    assert description
    assert f"`{knob}`" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_shows_the_sources_as_they_declare_themselves() -> None:
    from console.readme import README, source_table
    from spiders.engine.source import sources

    assert source_table(sources()) in README.read_text(encoding="utf-8"), "run `make docs`"


def test_help_is_quick_because_no_heavy_library_is_imported() -> None:
    code = (
        "import sys, console.main\n"
        "heavy = {'torch', 'transformers', 'prefect', 'scrapy', 'duckdb', 'pyarrow', 'apprise', 'lingua'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"


def test_no_lock_file_with_addresses_and_no_hashes() -> None:
    assert "uv.lock" not in TRACKED
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert not re.search(r"--hash|https?://|--index|--find-links", text)
    pins = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[\w.!]+", pin) for pin in pins)


def test_no_python_file_is_longer_than_400_lines() -> None:
    long = {name: n for name in TRACKED if name.endswith(".py") and (n := _length(ROOT / name)) > 400}
    assert not long


def _length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0


def test_sql_stands_in_named_files_that_open_with_a_sentence() -> None:
    files = [ROOT / name for name in TRACKED if name.endswith(".sql")]
    assert files
    for path in files:
        first = path.read_text(encoding="utf-8").lstrip().splitlines()[0]
        assert re.match(r"-- \w.*[.:]$|-- [A-Z].*", first), f"{path.name} does not open with a sentence"
