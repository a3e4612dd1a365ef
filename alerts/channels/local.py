"""Channels on this machine: the terminal, and a file to which each message is added."""

import os
from pathlib import Path
from typing import Final, TextIO

from alerts.channels.delivery import Delivery
from alerts.channels.outcome import Result
from alerts.channels.web import as_json
from alerts.channels.webhook import document

FILE: Final = "file://"


def write_terminal(delivery: Delivery, stream: TextIO) -> Result:
    """Write plain text without control characters, in whatever encoding the terminal has."""
    encoding = stream.encoding or "utf-8"
    stream.write(f"{delivery.message.text}\n\n".encode(encoding, "replace").decode(encoding))
    stream.flush()
    return Result()


def path_of(url: str) -> Path | None:
    """Return the file that `file:///absolute/path` names, or None for anything else."""
    path = Path(url.removeprefix(FILE))
    return path if url.startswith(FILE) and path.is_absolute() and path.name else None


def append(delivery: Delivery, path: Path) -> Result:
    """Add the message to a file in one write: a JSON line where its name ends in .jsonl, else plain text."""
    if path.suffix == ".jsonl":
        content = as_json(document(delivery)) + b"\n"
    else:
        content = f"{delivery.message.text}\n\n".encode()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            written = os.write(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        return Result(f"cannot be written: {error.strerror or type(error).__name__}")
    return Result() if written == len(content) else Result("written in part", is_unknown=True)
