"""What a training step sees: texts cut into sentences, with targets for the review, its sentences, their aspects."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.heads import ASPECTS
from models.segments import segments
from models.sentences import Span, pieces
from models.training.augment import spoil
from models.training.data import LABELS, Row
from models.training.written import SOURCE, Case

Floats = npt.NDArray[np.float32]
_UNKNOWN = np.full(len(ASPECTS), -1.0, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Example:
    """One text with its targets.

    `parts` are consecutive (text, sentence index) as `segments` gives them; `target` (3,) is the review's distribution,
    `sentences` (n, 3) that of each sentence, a row of zeros where nothing is known, `aspects` (n, 14) 0 or 1, or -1
    where nothing is known. `offset` (3,) is the log of its source's class shares times three: added to the outputs
    while training, it explains the base rate, so that the encoder learns what a text says and not which site it is
    from (Menon et al. 2021, arXiv:2007.07314).
    """

    parts: tuple[tuple[str, int], ...]
    target: Floats
    sentences: Floats
    aspects: Floats
    offset: Floats

    @property
    def characters(self) -> int:
        """How long the text is: what batches are sorted by."""
        return sum(len(text) for text, _ in self.parts)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a teacher says of a text: p of the whole (3,), and of some of its sentences, spans and p (n, 3)."""

    whole: Floats
    spans: Sequence[Span] = ()
    sentences: Floats | None = None


def one_hot(label: int, smoothing: float = 0.0) -> Floats:
    """Return the distribution (3,) of a label, `smoothing` of it spread evenly."""
    target = np.full(len(LABELS), smoothing / len(LABELS), dtype=np.float32)
    target[label] += 1.0 - smoothing
    return target


def offsets(sources: Sequence[str], labels: Sequence[int]) -> dict[str, Floats]:
    """Return for each source the log of its class shares times three, smoothed by five rows a class."""
    counts: dict[str, Floats] = {}
    for source, label in zip(sources, labels, strict=True):
        counts.setdefault(source, np.full(len(LABELS), 5.0, dtype=np.float32))[label] += 1
    return {source: np.log(of * len(LABELS) / of.sum()) for source, of in counts.items()}


def of_row(row: Row, opinion: Opinion | None, offset: Floats, *, trust: float, smoothing: float) -> Example:
    """Return the example of a review with stars.

    Stars are noisy, so the target is moved by `trust` towards what a teacher says of the text. Where nobody has looked
    into its sentences, a review of a single sentence is its own sentence, and a longer one teaches none.
    """
    target = one_hot(row.label, smoothing)
    if opinion is not None:
        target = (1 - trust) * target + trust * opinion.whole
    spans: Sequence[Span] = ()
    known = np.zeros((0, len(LABELS)), dtype=np.float32)
    if opinion is not None and opinion.sentences is not None and len(opinion.spans) > 1:
        spans, known = opinion.spans, opinion.sentences
    elif len(row.text) < 2_000:
        alone = pieces(row.text)
        if len(alone) == 1:
            spans, known = alone, target[None]
    unknown = np.repeat(_UNKNOWN[None], len(spans), axis=0)
    parts = tuple(segments("", row.text, spans))
    return Example(parts, target.astype(np.float32), known.astype(np.float32), unknown, offset)


def of_case(case: Case, offset: Floats, *, smoothing: float) -> Example:
    """Return the example of a written case."""
    last = len(case.sentences) - 1
    parts = tuple((one.text + (" " if at < last else ""), at) for at, one in enumerate(case.sentences))
    sentences = np.array([one_hot(one.label, smoothing) for one in case.sentences])
    aspects = np.array([[float(name in one.aspects) for name in ASPECTS] for one in case.sentences], dtype=np.float32)
    return Example(parts, one_hot(case.label, smoothing), sentences, aspects, offset)


def spoilt(example: Example, draw: random.Random) -> Example:
    """Return the example in careless spelling."""
    texts = spoil([text for text, _ in example.parts], draw)
    parts = tuple((text, index) for text, (_, index) in zip(texts, example.parts, strict=True))
    return replace(example, parts=parts)


def mixture(
    rows: Sequence[Row],
    cases: Sequence[Case],
    opinions: Mapping[int, Opinion],
    *,
    trust: float,
    smoothing: float,
    written_times: int,
    spoilt_share: float,
    seed: int,
) -> list[Example]:
    """Return all examples of a run: every row once, every written case `written_times`, the later copies spoilt.

    Args:
        rows: reviews with stars.
        cases: written cases of the training split.
        opinions: of a teacher, by index into `rows`; may be empty.
        trust: see `of_row`.
        smoothing: of the labels.
        written_times: how often a written case is seen.
        spoilt_share: share of the rows, and of the repeated cases, in careless spelling.
        seed: of all draws.
    """
    draw = random.Random(seed)
    examples = []
    offset = offsets([row.source for row in rows], [row.label for row in rows])
    for index, row in enumerate(rows):
        example = of_row(row, opinions.get(index), offset[row.source], trust=trust, smoothing=smoothing)
        examples.append(spoilt(example, draw) if draw.random() < spoilt_share else example)
    of_written = offsets([SOURCE] * len(cases), [case.label for case in cases])
    for case in cases:
        example = of_case(case, of_written[SOURCE], smoothing=smoothing)
        for copy in range(written_times):
            examples.append(spoilt(example, draw) if copy and draw.random() < 3 * spoilt_share else example)
    return examples


def read_opinions(folder: Path) -> dict[int, Opinion]:
    """Return what `models.training.teacher` has written into a folder, by index of the row."""
    found: dict[int, Opinion] = {}
    for path in sorted(folder.glob("[0-9]*.npz")):
        if ".tmp" in path.name:
            continue
        with np.load(path) as of:
            whole = _softmax(of["whole"])
            ends = np.cumsum(of["counts"])
            inside = _softmax(of["sl"]) if len(of["sl"]) else of["sl"]
            for row, p, count, end in zip(of["at"], whole, of["counts"], ends, strict=True):
                spans = [(int(a), int(b)) for a, b in of["spans"][end - count : end]]
                found[int(row)] = Opinion(p, spans, inside[end - count : end] if count else None)
    return found


def _softmax(log_p: npt.NDArray[np.float32]) -> Floats:
    p = np.exp(log_p - log_p.max(axis=-1, keepdims=True))
    normalised: Floats = (p / p.sum(axis=-1, keepdims=True)).astype(np.float32)
    return normalised
