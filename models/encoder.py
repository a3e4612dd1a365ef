"""The text model: from reviews to the log-probabilities of their sentiment, sentence by sentence, and to aspects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.errors import ConfigurationError
from models.checkpoint import Checkpoint, meaning_of, revision_of
from models.devices import keep_freed_memory, processor_count
from models.engines import Dtype, Engine, Ids, Name, start
from models.graphs import Store
from models.segments import OUTSIDE, Tokens, encode_segments

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from models.heads import Heads, Size

Floats = npt.NDArray[np.float64]
Parts = Sequence[tuple[str, int]]
"""A review as `models.segments.segments` gives it: consecutive (text, sentence index or OUTSIDE)."""
Progress = Callable[[float], None]
_FLOOR = 1e-6
PADDED_TO = 16
"""Sequences are padded to a multiple of this many tokens."""


@dataclass(slots=True)
class Scores:
    """What the model says of n reviews that have m sentences in all.

    `whole` (n, 3) and `sentences` (m, 3) are uncalibrated log p of (negative, neutral, positive), `early` (n, 3) is
    that of the early exit, None where there is none before the end; `aspects` (m, 14) are logits in the order of
    `core.aspects.Aspect`. The sentences of review i are rows first[i] to first[i + 1]. Where the checkpoint has no
    heads, `aspects` is None and sentences were scored as texts of their own. A sentence that lies so deep in a text
    that it was not read has the log p of certainty that it is not negative.
    """

    whole: Floats
    sentences: Floats
    aspects: Floats | None
    first: list[int]
    early: Floats | None = None


@dataclass(slots=True)
class _Read:
    """What the encoder says: logits of n reviews, of the early exit (log p), and of m sentences the mean states.

    `means` has the shape (layers, m, width); `unread` (m,) says which sentences lie too deep in their text.
    """

    logits: Floats
    early: Floats | None
    means: npt.NDArray[np.float32]
    unread: npt.NDArray[np.bool_]


class TextModel:
    """A sequence classifier of transformers with its tokenizer and heads, ready to score reviews.

    Args:
        tokenizer: turns text into ids.
        engine: runs the encoder.
        meanings: for each output of the model, NEGATIVE, NEUTRAL or POSITIVE.
        heads: of sentences and aspects, on the engine's device in fp32; None for a model that has none.
        size: which of the heads are meant; `fast` also takes the sentiment from its own early exit.
        max_tokens: tokens of one sequence: head and tail of a text, or a window of its middle.
        batch_size: texts at once, of the full length; of shorter texts so many that the tokens are as many.
    """

    def __init__(
        self,
        tokenizer: Any,
        engine: Engine,
        meanings: Sequence[int],
        *,
        heads: Heads | None = None,
        size: Size = "quality",
        max_tokens: int = 256,
        batch_size: int = 4,
    ) -> None:
        self.tokenizer = tokenizer
        self.engine = engine
        self.meanings = list(meanings)
        self.heads = heads
        self.size = size
        self.max_tokens = max_tokens
        self.batch_size = batch_size

    @classmethod
    def load(
        cls,
        checkpoint: Checkpoint,
        *,
        size: Size = "quality",
        max_tokens: int = 256,
        batch_size: int = 4,
        threads: int = 0,
        dtype: Dtype = "auto",
        engine: Name = "auto",
        graphs: Path | None = None,
    ) -> TextModel:
        """Load a checkpoint onto the GPU where there is one, else onto the processor.

        `auto` computes in bf16 where the processor or the GPU does so natively, else in fp32, and on a processor by
        OpenVINO where it is installed. `threads` is 0 for all processors that this process may use. OpenVINO's graph is
        kept in the folder `graphs`, and then read from there without the weights of the checkpoint.

        Raises:
            ConfigurationError: the folder cannot be read as a classifier, its labels cannot be understood, or it has no
                early exit and the size `fast` is asked for.
        """
        import torch
        import transformers

        from models.heads import Heads, exit_after

        # A bar in the log of a nightly run helps nobody, and the layers that `fast` leaves out are no mistake.
        transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        transformers.utils.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        torch.set_num_threads(threads or processor_count())
        keep_freed_memory()
        where: dict[str, Any] = {"revision": checkpoint.commit} if checkpoint.commit else {"local_files_only": True}
        heads = Heads.read(checkpoint.folder)
        if size == "fast" and heads is None:
            raise ConfigurationError(f"{checkpoint.source}: has no size fast (no heads.safetensors)")
        try:
            config = transformers.AutoConfig.from_pretrained(checkpoint.source, **where)
            depth = int(config.num_hidden_layers)
            if size == "fast":
                depth = where["num_hidden_layers"] = exit_after(depth)
            tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint.source, **where)
        except (OSError, ValueError, KeyError) as error:
            raise ConfigurationError(f"{checkpoint.source}: not a text classifier: {error}") from error
        meanings = meaning_of(config.id2label, checkpoint.source)
        longest = int(getattr(config, "max_position_embeddings", max_tokens))
        layers = (exit_after(depth), depth) if size == "quality" and heads is not None else (depth,)

        def weights() -> Any:
            return _weights(checkpoint.source, where)

        store = None if graphs is None else Store(graphs, f"{revision_of(checkpoint, size)}-{size}")
        runner = start(weights, layers, name=engine, dtype=dtype, threads=threads, store=store)
        if heads is not None:
            heads.to(runner.device)
        limits = {"max_tokens": min(max_tokens, longest), "batch_size": batch_size}
        return cls(tokenizer, runner, meanings, heads=heads, size=size, **limits)

    def score(self, reviews: Sequence[Parts], progress: Progress | None = None) -> Scores:
        """Score reviews and the sentences in them.

        With heads each text runs once and its sentences are judged where they stand; texts longer than `max_tokens` run
        in further windows. Without heads the sentences run again, each for itself.

        Args:
            reviews: as `segments` gives them.
            progress: called with the share done, after each batch.
        """
        first = _first_of(reviews)
        if self.heads is None:
            return self._score_apart(reviews, first, progress)
        read = self._read(reviews, first, progress)
        sentences, aspects = self._of_sentences(read)
        early = None if read.early is None else np.maximum(read.early, np.log(_FLOOR))
        return Scores(self._three(read.logits), sentences, aspects, first, early)

    def sentence_states(self, reviews: Sequence[Parts]) -> npt.NDArray[np.float32]:
        """Return the mean of the last states over each sentence's tokens, shape (sentences in all, width)."""
        means: npt.NDArray[np.float32] = self._read(reviews, _first_of(reviews), None).means[-1]
        return means

    def _read(self, reviews: Sequence[Parts], first: list[int], progress: Progress | None) -> _Read:
        """Run reviews through the encoder."""
        encoded = encode_segments(self.tokenizer, reviews, self.max_tokens)
        sequences = [(i, True, one.main) for i, one in enumerate(encoded)]
        sequences += [(i, False, window) for i, one in enumerate(encoded) for window in one.windows]
        logits = np.zeros((len(reviews), len(self.meanings)))
        width = 0 if self.heads is None else self.heads.exit_pooler.in_features
        has_early = self.heads is not None and self.size == "quality"
        sums, sizes = (
            np.zeros((1 + has_early, first[-1], width), dtype=np.float32),
            np.zeros(first[-1], dtype=np.float32),
        )
        early = np.zeros((len(reviews), 3)) if has_early else None
        for batch, share in self._in_batches([tokens for _, _, tokens in sequences]):
            rows = [sequences[i] for i in batch]
            out, states = self._run([tokens.ids for _, _, tokens in rows])
            main = [at for at, (_, is_main, _) in enumerate(rows) if is_main]
            logits[[rows[at][0] for at in main]] = out[main]
            if early is not None:
                early[[rows[at][0] for at in main]] = self._exit(states[0])[main]
            segment = [[first[i] + s if s >= 0 else s for s in tokens.segment] for i, _, tokens in rows]
            self._add_up(states, segment, sums, sizes)
            if progress is not None:
                progress(share)
        means: npt.NDArray[np.float32] = (sums / np.maximum(sizes, 1.0)[:, None]).astype(np.float32)
        return _Read(logits, early, means, sizes == 0)

    def log_probabilities(self, texts: Sequence[str], progress: Progress | None = None) -> Floats:
        """Return the uncalibrated log p of (negative, neutral, positive) of bare texts, shape (len(texts), 3).

        Outputs of one meaning (one and two stars) are added up; a meaning without output gets 1e-6.
        """
        encoded = encode_segments(self.tokenizer, [[(text, OUTSIDE)] for text in texts], self.max_tokens, windows=False)
        logits = np.zeros((len(texts), len(self.meanings)))
        for batch, share in self._in_batches([one.main for one in encoded]):
            logits[batch] = self._run([encoded[i].main.ids for i in batch])[0]
            if progress is not None:
                progress(share)
        return self._three(logits)

    def _score_apart(self, reviews: Sequence[Parts], first: list[int], progress: Progress | None) -> Scores:
        whole = ["".join(text for text, _ in parts) for parts in reviews]
        sentences = [text.strip() for parts in reviews for text, index in parts if index >= 0]
        distinct = list(dict.fromkeys([*whole, *sentences]))
        at = {text: row for row, text in enumerate(distinct)}
        found = self.log_probabilities(distinct, progress)
        return Scores(found[[at[text] for text in whole]], found[[at[text] for text in sentences]], None, first)

    def _of_sentences(self, read: _Read) -> tuple[Floats, Floats]:
        """Return log p (m, 3) of the sentences and the logits (m, 14) of their aspects."""
        import torch

        if self.heads is None:
            raise RuntimeError("no heads")
        vectors = [torch.from_numpy(one).to(self.engine.device) for one in read.means]
        with torch.inference_mode():
            # Half-way through, a sentence is still its own; at the end the review has coloured it: both are asked.
            said = [self.heads.of_sentences(*one) for one in zip(self._heads_in_use(), vectors, strict=True)]
            sentiment = torch.stack([torch.log_softmax(one.double(), -1) for one, _ in said]).mean(0)
            log_p = torch.log_softmax(sentiment, -1).cpu().numpy()
            aspects = torch.stack([one for _, one in said]).mean(0)
        log_p[read.unread] = np.log([_FLOOR, 1 - 2 * _FLOOR, _FLOOR])
        about: Floats = aspects.double().cpu().numpy()
        about[read.unread] = np.log(_FLOOR)
        return np.maximum(log_p, np.log(_FLOOR)), about

    def _heads_in_use(self) -> tuple[Size, ...]:
        return ("fast", "quality") if self.size == "quality" else ("fast",)

    def _three(self, logits: Floats) -> Floats:
        if not len(logits):
            return np.zeros((0, 3))
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        three = np.zeros((len(p), 3))
        for output, meaning in enumerate(self.meanings):
            three[:, meaning] += p[:, output]
        log_p: Floats = np.log(np.maximum(three, _FLOOR))
        return log_p

    def _in_batches(self, sequences: Sequence[Tokens]) -> list[tuple[list[int], float]]:
        """Return batches of the same padded length, at most batch_size * max_tokens tokens each, with the share done.

        What a text gets then does not depend on its neighbours in a batch, to the last bit: a run that was killed and
        went on with other neighbours ends equal.
        """
        lengths = [self._padded(len(one.ids)) for one in sequences]
        order = sorted(range(len(lengths)), key=lengths.__getitem__)
        room = self.batch_size * self.max_tokens
        batches = []
        for length, its in groupby(order, key=lengths.__getitem__):
            alike = list(its)
            size = max(1, room // length)
            batches += [alike[at : at + size] for at in range(0, len(alike), size)]
        done = accumulate(map(len, batches))
        return [(batch, stop / len(order)) for batch, stop in zip(batches, done, strict=True)]

    def _padded(self, length: int) -> int:
        return min(-(-length // PADDED_TO) * PADDED_TO, self.max_tokens)

    def _run(self, ids: Sequence[Sequence[int]]) -> tuple[Floats, list[torch.Tensor]]:
        """Return the logits (n, outputs) of sequences of token ids and the states (n, length, width) that are asked."""
        shape = (len(ids), self._padded(max(len(one) for one in ids)))
        padded: Ids = np.full(shape, self.tokenizer.pad_token_id or 0, dtype=np.int64)
        mask: Ids = np.zeros(shape, dtype=np.int64)
        for row, one in enumerate(ids):
            padded[row, : len(one)] = one
            mask[row, : len(one)] = 1
        logits, states = self.engine(padded, mask)
        if self.size == "fast" and self.heads is not None:
            logits = self._exit(states[-1])
        return logits, states

    def _exit(self, states: torch.Tensor) -> Floats:
        """Return log p (n, 3) of the early exit."""
        import torch

        if self.heads is None:
            raise RuntimeError("no heads")
        with torch.inference_mode():
            log_p: Floats = torch.log_softmax(self.heads.exit(states.float()).double(), -1).cpu().numpy()
        return log_p

    @staticmethod
    def _add_up(states: Sequence[torch.Tensor], segment: Sequence[Sequence[int]], sums: Any, sizes: Any) -> None:
        """Add the states of each sentence's tokens to its row of `sums`, and their number to `sizes`."""
        width = states[0].shape[1]
        number = np.array([[*one, *[OUTSIDE] * (width - len(one))] for one in segment], dtype=np.int64).reshape(-1)
        # The tokens of a sentence stand together: what is added up are runs.
        start = np.flatnonzero(np.diff(number, prepend=number[0] - 1))
        count = np.diff(start, append=len(number))
        inside = number[start] >= 0
        for layer, its in enumerate(states):
            of_run = np.add.reduceat(its.float().cpu().numpy().reshape(len(number), -1), start, axis=0)
            np.add.at(sums[layer], number[start][inside], of_run[inside])
        np.add.at(sizes, number[start][inside], count[inside])


def _first_of(reviews: Sequence[Parts]) -> list[int]:
    """Return for each review the number of its first sentence, all sentences numbered through, and their count."""
    first = [0]
    for parts in reviews:
        first.append(first[-1] + 1 + max((index for _, index in parts), default=OUTSIDE))
    return first


def _weights(source: str, where: dict[str, Any]) -> Any:
    """Return the classifier of transformers with its weights, in fp32.

    Raises:
        ConfigurationError: the weights cannot be read, or are those of an encoder without a classifier.
    """
    import torch
    import transformers

    try:
        model, report = transformers.AutoModelForSequenceClassification.from_pretrained(
            source, dtype=torch.float32, output_loading_info=True, **where
        )
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(f"{source}: not a text classifier: {error}") from error
    if report["missing_keys"]:
        missing = ", ".join(sorted(report["missing_keys"]))
        raise ConfigurationError(f"{source}: weights are missing, no classifier yet: {missing}")
    return model
