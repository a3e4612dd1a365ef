"""The cases that we wrote for training: situations that stars and scraped pages do not teach.

`models/training/written/*.jsonl`: a review a line, with its label and, for each sentence, what it says of the service
and which aspects it speaks of. They are split like every text (`data.split_of`); `models/behaviour/`
is never read here.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.aspects import Aspect
from models.training.data import LABELS, Row, Split, split_of

FOLDER = Path(__file__).parent / "written"
SOURCE = "written"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a written case: `label` indexes LABELS."""

    text: str
    label: int
    aspects: frozenset[Aspect]


@dataclass(frozen=True, slots=True)
class Case:
    """One written review. Its text is its sentences with spaces between them."""

    id: str
    language: str
    domain: str
    capability: str
    label: int
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """The whole review."""
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def split(self) -> Split:
        """Where its text belongs."""
        return split_of(self.text)


def as_rows(cases: Sequence[Case]) -> list[Row]:
    """Return written cases as rows, for a model that knows no sentences."""
    return [Row(case.text, case.label, None, SOURCE, case.language, case.split) for case in cases]


def read_written(folder: Path = FOLDER) -> Iterator[Case]:
    """Yield all written cases, file by file.

    Raises:
        ValueError: a line cannot be understood; the message names file and line.
    """
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                yield _case(json.loads(line))
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path.name}:{number}: not a written case: {error!r}") from error


def _case(values: dict[str, object]) -> Case:
    sentences = values["sentences"]
    if not isinstance(sentences, list) or not sentences:
        raise ValueError("no sentences")
    parsed = tuple(
        Sentence(str(text), LABELS.index(label), frozenset(Aspect(name) for name in aspects))
        for text, label, aspects in sentences
    )
    names = {name: str(values[name]) for name in ("id", "language", "domain", "capability")}
    return Case(**names, label=LABELS.index(str(values["label"])), sentences=parsed)
