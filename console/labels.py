"""What a person said of reviews: a plan of what to ask, and an append-only file of answers, without any texts.

`data/labels/<name>.plan.json` holds the scores of the pool and the reviews drawn from it; `<name>.jsonl` a line an
answer, written through to the disk at once, the last one for a review counting.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import BusyError, InputError, describe_validation
from core.home import Home
from models.evaluation.guarantee import Labels

Answer = Literal["complaint", "other", "skip"]
VALUES: Mapping[Answer, float] = {"complaint": 1.0, "other": 0.0, "skip": float("nan")}


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Item(_Record):
    """One review to ask about; `p_negative` is 1 where its stars alone make it a complaint."""

    source: str
    review_id: str
    content_hash: str
    p_negative: float
    chance: float

    @property
    def key(self) -> str:
        """What its answers name."""
        return self.content_hash


class Plan(_Record):
    """What was drawn, from what, and how: scores below `cut` `ratio` times as densely as the others.

    `days` is how many days the pool spans, None where nobody knows.
    """

    origin: Literal["file", "listing"]
    where: str
    model: str
    made_at: datetime
    cut: float | None
    ratio: float
    days: float | None
    scores: tuple[float, ...]
    items: tuple[Item, ...]


class _Line(_Record):
    content_hash: str
    review_id: str
    answer: Answer
    at: datetime


class LabelStore:
    """The plan and the answers of one name."""

    def __init__(self, home: Home, name: str) -> None:
        if not re.fullmatch(r"\w[\w.-]*", name):
            raise InputError(f"--name {name!r}: expected letters, digits, dots and dashes")
        self.name = name
        self.folder = home.data / "labels"
        self.plan_path = self.folder / f"{name}.plan.json"
        self.path = self.folder / f"{name}.jsonl"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the name: two people never label the same reviews at once.

        Raises:
            BusyError: somebody else is at it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / f"{self.name}.lock", timeout=0):
                yield
        except Timeout as error:
            raise BusyError(f"{self.path}: somebody is labelling there already") from error

    def plan(self) -> Plan:
        """Read the plan.

        Raises:
            InputError: there is none, or it cannot be understood.
        """
        if not self.plan_path.exists():
            known = ", ".join(sorted(path.name.removesuffix(".plan.json") for path in self.folder.glob("*.plan.json")))
            raise InputError(f"{self.plan_path}: no such labels; known are: {known or 'none (run `otklik label`)'}")
        try:
            return Plan.model_validate_json(self.plan_path.read_bytes())
        except ValidationError as error:
            raise InputError(describe_validation(error, str(self.plan_path))) from error

    def begin(self, plan: Plan) -> None:
        """Write the plan, whole or not at all."""
        new = self.plan_path.with_suffix(".new")
        with new.open("w", encoding="utf-8") as file:
            file.write(plan.model_dump_json(indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.plan_path)

    def answers(self) -> dict[str, Answer]:
        """Return the answers by content hash; a last line that was cut off by a crash is no answer.

        Raises:
            InputError: another line cannot be understood.
        """
        if not self.path.exists():
            return {}
        found: dict[str, Answer] = {}
        lines = self.path.read_bytes().split(b"\n")
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                one = _Line.model_validate_json(line)
            except ValidationError as error:
                if number == len(lines):
                    break
                raise InputError(describe_validation(error, f"{self.path}:{number}")) from error
            found[one.content_hash] = one.answer
        return found

    def add(self, item: Item, answer: Answer, at: datetime) -> None:
        """Append an answer and see it on the disk before returning."""
        line = _Line(content_hash=item.content_hash, review_id=item.review_id, answer=answer, at=at)
        with self.path.open("ab+") as file:
            whole = _ends_with_a_line(file.seek(0, os.SEEK_END), self.path)
            if not whole:
                _drop_torn_line(self.path)
            file.write(json.dumps(line.model_dump(mode="json"), ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _ends_with_a_line(size: int, path: Path) -> bool:
    if not size:
        return True
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _drop_torn_line(path: Path) -> None:
    """Cut off what a crash left of a line that nobody was told is kept."""
    whole = path.read_bytes().rfind(b"\n") + 1
    os.truncate(path, whole)


def as_labels(plan: Plan, answers: Mapping[str, Answer]) -> tuple[Labels, list[Item]]:
    """Return the labels of a plan and the items that they belong to, in the order of asking.

    Items were asked in random order, so those up to the last answer are a sample of their own; one among them without
    an answer (the review was gone by then) counts as skipped.
    """
    asked = [number for number, item in enumerate(plan.items, 1) if item.key in answers]
    items = list(plan.items[: max(asked, default=0)])
    labels = Labels(
        score=np.array([item.p_negative for item in items], dtype=np.float64),
        is_complaint=np.array([VALUES[answers.get(item.key, "skip")] for item in items], dtype=np.float64),
        cut=np.inf if plan.cut is None else plan.cut,
        ratio=plan.ratio,
        chance=np.array([item.chance for item in items], dtype=np.float64),
    )
    return labels, items
