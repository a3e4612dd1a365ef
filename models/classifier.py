"""The classifier: reviews in, one Prediction each out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from core.aspects import Aspect
from core.records import Evidence, Label, Prediction, Review
from models.calibration import Calibration, Floats
from models.checkpoint import NEGATIVE, NEUTRAL, find, revision_of
from models.encoder import TextModel
from models.language import detect
from models.sentences import Span, pieces
from models.text import says_something

if TYPE_CHECKING:
    from core.settings import JudgingSettings, Settings

Progress = Callable[[int, int], None]
Content = tuple[str, str]
AT_ONCE = 512
"""Reviews whose texts are sorted by length together: memory stays bounded, padding small."""
MOST_EVIDENCE = 5


@dataclass(slots=True)
class Scored:
    """What the model says of one distinct text: log p (3,), and log p of its pieces (n, 3) where they were scored."""

    language: str
    log_p: Floats
    spans: list[Span] = field(default_factory=list)
    span_log_p: Floats = field(default_factory=lambda: np.zeros((0, 3)))


class Classifier:
    """Judges reviews with one checkpoint. Make it with `models.load(settings)`; `name` is its name@revision."""

    def __init__(self, model: TextModel, calibration: Calibration, judging: JudgingSettings, name: str) -> None:
        self.model = model
        self.calibration = calibration
        self.judging = judging
        self.name = name

    @classmethod
    def load(cls, settings: Settings) -> Classifier:
        """Load the checkpoint that the settings choose; see `models.load`."""
        chosen = settings.model
        checkpoint = find(chosen.path)
        model = TextModel.load(
            checkpoint,
            max_tokens=chosen.max_tokens,
            batch_size=chosen.batch_size,
            threads=chosen.threads,
            dtype=chosen.dtype,
        )
        name = f"{checkpoint.name}@{revision_of(checkpoint)}"
        return cls(model, Calibration.read(checkpoint.folder), settings.judging, name)

    def classify(
        self, reviews: Sequence[Review], *, now: datetime, progress: Progress | None = None
    ) -> list[Prediction]:
        """Judge reviews.

        The sentences of every text of more than one are scored too, whatever the whole says: a gate at 2 % of
        p_negative would save a tenth of the time and miss a third of the complaints inside praise.

        Identical texts run through the model once a call. Text is title and body; stars are fused where they are
        known. A review without words is judged by its stars alone, and one with neither is never negative.

        Args:
            reviews: any number, also none; texts of any content and length.
            now: written into `scored_at`; aware.
            progress: called with (reviews done, reviews in all) after each batch of the model.

        Returns:
            One Prediction for each review, in the same order.
        """
        known: dict[Content, Scored] = {}
        predictions: list[Prediction] = []
        for start in range(0, len(reviews), AT_ONCE):
            batch = reviews[start : start + AT_ONCE]

            def tell(share: float, start: int = start, size: int = len(batch)) -> None:
                if progress is not None:
                    progress(start + int(share * size), len(reviews))

            self._score(batch, known, tell)
            predictions += [self._judge(review, known.get(content_of(review)), now) for review in batch]
            tell(1.0)
        return predictions

    def _score(self, reviews: Sequence[Review], known: dict[Content, Scored], tell: Callable[[float], None]) -> None:
        """Add to `known` what the model says of every text of `reviews` that is not there yet."""
        new: dict[Content, Review] = {}
        for review in reviews:
            content = content_of(review)
            if content not in known and says_something(judged_text(review)):
                new.setdefault(content, review)
        texts = [judged_text(review) for review in new.values()]
        log_p = self.model.log_probabilities(texts, lambda done: tell(0.5 * done / len(texts)))
        inside: list[tuple[Scored, str]] = []
        for (content, review), text, row in zip(new.items(), texts, log_p, strict=True):
            scored = known[content] = Scored(detect(text, review.language_hint), row)
            scored.spans = pieces(review.text)
            if len(scored.spans) > 1:
                inside.append((scored, review.text))
        self._score_pieces(inside, lambda share: tell(0.5 + 0.5 * share))

    def _score_pieces(self, inside: Sequence[tuple[Scored, str]], tell: Callable[[float], None]) -> None:
        texts = list({text[start:end]: None for scored, text in inside for start, end in scored.spans})
        log_p = self.model.log_probabilities(texts, lambda done: tell(done / len(texts)))
        at = {text: index for index, text in enumerate(texts)}
        for scored, text in inside:
            scored.span_log_p = log_p[[at[text[start:end]] for start, end in scored.spans]]

    def _of_text(self, scored: Scored) -> Floats:
        p: Floats = self.calibration.of_text(scored.log_p[None], scored.language)[0]
        return p

    def _judge(self, review: Review, scored: Scored | None, now: datetime) -> Prediction:
        if scored is None:
            evidence: tuple[Evidence, ...] = ()
            p, language = self.calibration.of_rating(review.rating), detect(judged_text(review), review.language_hint)
        else:
            p, evidence = self._weigh(review, scored)
            language = scored.language
        p_negative, p_neutral = round(float(p[NEGATIVE]), 6), round(float(p[NEUTRAL]), 6)
        p_positive = max(0.0, round(1.0 - p_negative - p_neutral, 6))
        return Prediction(
            source=review.source,
            review_id=review.review_id,
            content_hash=review.content_hash,
            p_negative=p_negative,
            p_neutral=p_neutral,
            p_positive=p_positive,
            label=cheapest_label(p_negative, p_neutral, p_positive, self.judging.threshold),
            language=language,
            evidence=evidence,
            risk=p_negative * self.judging.aspect_weight.get(Aspect.other, 1.0),
            model=self.name,
            scored_at=now,
        )

    def _weigh(self, review: Review, scored: Scored) -> tuple[Floats, tuple[Evidence, ...]]:
        """Return the probabilities (3,) of text, stars and worst sentence together, and the sentences that hurt.

        Those are the sentences from the evidence threshold on; a complaint without such a one shows its worst.
        """
        of_text = self._of_text(scored)
        p = self.calibration.with_rating(of_text, review.rating)
        spans = scored.spans
        if len(spans) > 1:
            hurts = self.calibration.of_text(scored.span_log_p, scored.language)[:, NEGATIVE]
            p = self.calibration.with_sentence(p, float(hurts.max()), self.judging.evidence_threshold)
        else:
            hurts = of_text[[NEGATIVE] * len(spans)]
        least, threshold = self.judging.evidence_threshold, self.judging.threshold
        worst = sorted(zip(hurts.tolist(), spans, strict=True), key=lambda one: (-one[0], one[1]))
        shown = [one for one in worst if one[0] >= least][:MOST_EVIDENCE]
        if not shown and p[NEGATIVE] >= threshold:
            shown = [one for one in worst[:1] if one[0] >= threshold]
        return p, tuple(Evidence(start=start, end=end, p_negative=round(hurt, 6)) for hurt, (start, end) in shown)


def content_of(review: Review) -> Content:
    """Return what two reviews must share to be judged once, but for their stars: title and body."""
    return review.title or "", review.text


def judged_text(review: Review) -> str:
    """Return the text that is judged: the title, where there is one, and the body below it."""
    return f"{review.title}\n{review.text}" if review.title else review.text


def cheapest_label(p_negative: float, p_neutral: float, p_positive: float, threshold: float) -> Label:
    """Return the class of lowest expected cost.

    A missed complaint costs `negative_weight` false alarms, so a review is negative from
    p_negative >= 1/(1+negative_weight) on (Elkan 2001); between the other two the likelier one is meant.
    """
    if p_negative >= threshold:
        return Label.negative
    return Label.neutral if p_neutral > p_positive else Label.positive
