"""Recordings and their expected outputs: what has changed, and writing it down."""

import difflib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from core.errors import InputError
from spiders.engine.replay import recorded_output


class Renewal(NamedTuple):
    """What a recording's output is now."""

    output: Path
    text: str
    diff: str
    """From what is written to what it is now; empty where they are the same."""

    def write(self) -> None:
        """Write it down."""
        self.output.write_text(self.text, encoding="utf-8")


def renewals(name: str, root: Path, case: str | None = None) -> Iterator[Renewal]:
    """Yield each recording of a source with what its parser makes of it today.

    Raises:
        InputError: there is none, or it cannot be read at all.
    """
    folders = sorted(path.parent for path in (root / "tests" / "recorded" / name).glob("*/meta.json"))
    chosen = [folder for folder in folders if case in (None, folder.name)]
    if not chosen:
        known = ", ".join(folder.name for folder in folders)
        raise InputError(
            f"{name}: no recording {case!r}; there are: {known}" if known else
            f"{root / 'tests' / 'recorded' / name}: no recording; `otklik new-source {name} URL` writes one"
        )  # fmt: skip
    for folder in chosen:
        output, text = folder / "output.json", as_json(recorded(folder))
        before = output.read_text(encoding="utf-8") if output.exists() else ""
        where = str(output.relative_to(root))
        lines = difflib.unified_diff(before.splitlines(), text.splitlines(), where, where, lineterm="", n=2)
        yield Renewal(output, text, "\n".join(lines))


def recorded(folder: Path) -> dict[str, Any]:
    """Return what a source makes of one recording.

    Raises:
        InputError: its file is known as that of another source.
    """
    output = recorded_output(folder)
    if output.get("format", folder.parent.name) != folder.parent.name:
        raise InputError(f"{folder}: read as {output['format']}, not as {folder.parent.name}; make `find` know it")
    return output


def as_json(value: object) -> str:
    """Return a value as recordings are written."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def write_json(path: Path, value: object) -> None:
    """Write a value as recordings are written."""
    path.write_text(as_json(value), encoding="utf-8")
