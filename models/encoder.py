"""The text model: from texts to the log-probabilities of the three classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from core.errors import ConfigurationError
from models.checkpoint import Checkpoint, meaning_of
from models.devices import has_fast_bf16, processor_count
from models.text import encode

if TYPE_CHECKING:
    import torch

Floats = npt.NDArray[np.float64]
_FLOOR = 1e-6


class TextModel:
    """A sequence classifier of transformers with its tokenizer, ready to score texts.

    Args:
        tokenizer: turns text into ids.
        model: a `...ForSequenceClassification` in eval mode, on its device and in its dtype.
        meanings: for each output of the model, NEGATIVE, NEUTRAL or POSITIVE.
        max_tokens: tokens read of a text, head and tail.
        batch_size: texts at once, of the full length; of shorter texts so many that the tokens are as many.
    """

    def __init__(
        self, tokenizer: Any, model: Any, meanings: Sequence[int], *, max_tokens: int = 128, batch_size: int = 32
    ) -> None:
        self.tokenizer = tokenizer
        self.model = model
        self.meanings = list(meanings)
        self.max_tokens = max_tokens
        self.batch_size = batch_size

    @classmethod
    def load(
        cls,
        checkpoint: Checkpoint,
        *,
        max_tokens: int = 128,
        batch_size: int = 32,
        threads: int = 0,
        dtype: Literal["auto", "fp32", "bf16"] = "auto",
    ) -> TextModel:
        """Load a checkpoint onto the GPU where there is one, else onto the processor.

        `auto` computes in bf16 where the processor or the GPU does so natively, else in fp32. `threads` is 0 for all
        processors that this process may use.

        Raises:
            ConfigurationError: the folder cannot be read as a classifier, or its labels cannot be understood.
        """
        import torch
        import transformers

        # A bar in the log of a nightly run helps nobody.
        transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        torch.set_num_threads(threads or processor_count())
        where: dict[str, Any] = {"revision": checkpoint.commit} if checkpoint.commit else {"local_files_only": True}
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint.source, **where)
            model, report = transformers.AutoModelForSequenceClassification.from_pretrained(
                checkpoint.source, dtype=torch.float32, output_loading_info=True, **where
            )
        except (OSError, ValueError, KeyError) as error:
            raise ConfigurationError(f"{checkpoint.source}: not a text classifier: {error}") from error
        if report["missing_keys"]:
            missing = ", ".join(sorted(report["missing_keys"]))
            raise ConfigurationError(f"{checkpoint.source}: weights are missing, no classifier yet: {missing}")
        meanings = meaning_of(model.config.id2label, checkpoint.source)
        longest = int(getattr(model.config, "max_position_embeddings", max_tokens))
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        model.to(device=device, dtype=_arithmetic(dtype, device)).eval()
        return cls(tokenizer, model, meanings, max_tokens=min(max_tokens, longest), batch_size=batch_size)

    def logits(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        """Return the model's own outputs, shape (len(texts), outputs), in the order of `texts`.

        Args:
            texts: any strings; an empty one is scored as the model scores nothing.
            progress: called with the number of texts done after each batch.
        """
        import torch

        ids = encode(self.tokenizer, texts, self.max_tokens)
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        found = np.zeros((len(ids), len(self.meanings)))
        with torch.inference_mode():
            for start, stop in self._batches([len(ids[index]) for index in order]):
                batch = order[start:stop]
                found[batch] = self._run([ids[index] for index in batch])
                if progress is not None:
                    progress(stop)
        return found

    def log_probabilities(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        """Return the uncalibrated log p of (negative, neutral, positive), shape (len(texts), 3).

        Outputs of one meaning (one and two stars) are added up; a meaning without output gets 1e-6.
        """
        logits = self.logits(texts, progress)
        if not len(logits):
            return np.zeros((0, 3))
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        three = np.zeros((len(p), 3))
        for output, meaning in enumerate(self.meanings):
            three[:, meaning] += p[:, output]
        log_p: Floats = np.log(np.maximum(three, _FLOOR))
        return log_p

    def _batches(self, lengths: Sequence[int]) -> list[tuple[int, int]]:
        """Cut ascending lengths into batches of at most batch_size * max_tokens padded tokens."""
        room, start = self.batch_size * self.max_tokens, 0
        batches = []
        for stop in range(1, len(lengths) + 1):
            if stop == len(lengths) or (stop + 1 - start) * lengths[stop] > room:
                batches.append((start, stop))
                start = stop
        return batches

    def _run(self, ids: Sequence[Sequence[int]]) -> Floats:
        import torch

        width = max(len(one) for one in ids)
        padding = self.tokenizer.pad_token_id or 0
        device = self.model.device
        input_ids = torch.tensor([[*one, *[padding] * (width - len(one))] for one in ids], device=device)
        lengths = torch.tensor([len(one) for one in ids], device=device)
        mask = (torch.arange(width, device=device) < lengths[:, None]).long()
        logits = self.model(input_ids=input_ids, attention_mask=mask).logits
        scores: Floats = logits.float().cpu().numpy().astype(np.float64)
        return scores


def _arithmetic(dtype: str, device: torch.device) -> torch.dtype:
    import torch

    if dtype == "auto":
        fast = torch.cuda.is_bf16_supported() if device.type == "cuda" else has_fast_bf16()
        return torch.bfloat16 if fast else torch.float32
    return torch.bfloat16 if dtype == "bf16" else torch.float32
