"""The classifier: reviews in, one Prediction each out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from core.aspects import Aspect
from core.records import AspectScore, Evidence, Label, Prediction, Review
from models.calibration import Calibration, Floats
from models.checkpoint import NEGATIVE, NEUTRAL, find, revision_of
from models.encoder import TextModel
from models.language import detect
from models.ngrams import NGrams
from models.priors import Prior, Priors, estimate, from_counts
from models.segments import segments
from models.sentences import Span, pieces
from models.severity import JudgedSentence, severity_of
from models.text import says_something

if TYPE_CHECKING:
    from pathlib import Path

    from core.settings import JudgingSettings, Settings

Progress = Callable[[int, int], None]
Content = tuple[str, str]
AT_ONCE = 512
"""Reviews whose texts are sorted by length together: memory stays bounded, padding small."""
DOUBT = 0.02
"""p_negative of a sentence below which nobody need look at it."""
SAMPLE = 20_000
"""Reviews from which the shares of their sources are estimated."""
MOST_EVIDENCE = 5
LEAST_ASPECT = 0.5
"""Probability from which an aspect is named."""
ASPECTS = tuple(Aspect)


@dataclass(slots=True)
class Scored:
    """What the model says of one distinct text.

    `even` (3,) are its probabilities at even class shares; of its n sentences `spans` are the places, `hurts` (n,) the
    p_negative, `about` (n, 14) the probability of each aspect, None for a model that knows none.
    """

    language: str
    even: Floats
    spans: list[Span]
    hurts: Floats
    about: Floats | None


class Classifier:
    """Judges reviews with one checkpoint. Make it with `models.load(settings)`; `name` is its name@revision."""

    def __init__(
        self,
        model: TextModel,
        calibration: Calibration,
        judging: JudgingSettings,
        name: str,
        ngrams: NGrams | None = None,
    ) -> None:
        self.model = model
        self.calibration = calibration
        self.judging = judging
        self.name = name
        self.ngrams = ngrams

    @classmethod
    def load(cls, settings: Settings, *, graphs: Path | None = None) -> Classifier:
        """Load the checkpoint that the settings choose; see `models.load`."""
        chosen = settings.model
        checkpoint = find(chosen.path)
        model = TextModel.load(
            checkpoint,
            size=chosen.size,
            max_tokens=chosen.max_tokens,
            batch_size=chosen.batch_size,
            threads=chosen.threads,
            dtype=chosen.dtype,
            engine=chosen.engine,
            graphs=graphs,
        )
        name = f"{checkpoint.name}@{revision_of(checkpoint, chosen.size)}"
        calibration, ngrams = Calibration.read(checkpoint.folder, chosen.size), NGrams.read(checkpoint.folder)
        return cls(model, calibration, settings.judging, name, ngrams)

    def classify(
        self,
        reviews: Sequence[Review],
        *,
        now: datetime,
        priors: Priors | Literal["estimate"] | None = None,
        progress: Progress | None = None,
    ) -> list[Prediction]:
        """Judge reviews.

        Identical texts run through the model once a call. Text is title and body; every sentence is judged in its
        place; stars are fused where they are known. A review without words is judged by its stars alone, and one with
        neither is never negative.

        Args:
            reviews: any number, also none; texts of any content and length.
            now: written into `scored_at`; aware.
            priors: shares of negative, neutral and positive reviews by source; a source without one has the usual ones.
                `estimate` takes them from the texts of these very reviews (`models.priors.estimate`): right for an
                archive, not for the few reviews of a night.
            progress: called with (reviews done, reviews in all) after each batch of the model.

        Returns:
            One Prediction for each review, in the same order.
        """
        known: dict[Content, Scored] = {}
        shares = self._estimated(reviews[:SAMPLE], known, progress) if priors == "estimate" else priors or {}
        predictions: list[Prediction] = []
        for batch, tell in self._batches(reviews, progress, len(reviews)):
            self._score(batch, known, tell)
            predictions += [
                self._judge(review, known.get(content_of(review)), shares.get(review.source), now) for review in batch
            ]
            tell(1.0)
        return predictions

    def priors_from(self, expected: Mapping[str, tuple[float, float, float]]) -> Priors:
        """Return the shares of each source from its expected numbers of reviews of each class, judged before.

        A source of few reviews stays near the usual shares; a model whose probabilities already hold base rates has
        no use for any.
        """
        usual = self.calibration.usual
        if usual is None:
            return {}
        return {source: from_counts(np.array(counts), usual) for source, counts in expected.items()}

    @staticmethod
    def _batches(
        reviews: Sequence[Review], progress: Progress | None, whole: int
    ) -> Iterator[tuple[Sequence[Review], Callable[[float], None]]]:
        """Yield the reviews in batches, each with a function that takes the share of it that is done."""
        for start in range(0, len(reviews), AT_ONCE):
            batch = reviews[start : start + AT_ONCE]

            def tell(share: float, start: int = start, size: int = len(batch)) -> None:
                if progress is not None:
                    progress(start + int(share * size), whole)

            yield batch, tell

    def _estimated(
        self, reviews: Sequence[Review], known: dict[Content, Scored], progress: Progress | None
    ) -> dict[str, Prior]:
        """Score reviews into `known` and return each source's shares, every distinct text of it counting once."""
        usual = self.calibration.usual
        if usual is None:
            return {}
        for batch, tell in self._batches(reviews, progress, len(reviews)):
            self._score(batch, known, tell)
        texts: defaultdict[str, dict[Content, Floats]] = defaultdict(dict)
        for review in reviews:
            content = content_of(review)
            if content in known:
                texts[review.source][content] = known[content].even
        return {source: estimate(np.array(list(its.values())), usual) for source, its in texts.items()}

    def _score(self, reviews: Sequence[Review], known: dict[Content, Scored], tell: Callable[[float], None]) -> None:
        """Add to `known` what the model says of every text of `reviews` that is not there yet."""
        new: dict[Content, Review] = {}
        for review in reviews:
            content = content_of(review)
            if content not in known and says_something(judged_text(review)):
                new.setdefault(content, review)
        spans = [pieces(review.text) for review in new.values()]
        parts = [
            segments(f"{review.title}\n" if review.title else "", review.text, its)
            for review, its in zip(new.values(), spans, strict=True)
        ]
        found = self.model.score(parts, tell)
        hurts = self.calibration.of_sentences(found.sentences)[:, NEGATIVE]
        about = None if found.aspects is None else 1 / (1 + np.exp(-found.aspects))
        whole = self.calibration.of_layers(found.whole, found.early)
        whole = self.calibration.pooled(whole, found.sentences, found.first)
        if self.ngrams is not None and self.calibration.wide and new:
            wide = self.ngrams.log_probabilities([judged_text(review) for review in new.values()])
            whole = self.calibration.fused(whole, wide)
        rows = zip(new.items(), spans, whole, pairwise(found.first), strict=True)
        for (content, review), its, log_p, (start, stop) in rows:
            language = detect(judged_text(review), review.language_hint)
            known[content] = Scored(
                language,
                self.calibration.of_text(log_p[None], language)[0],
                its,
                hurts[start:stop],
                None if about is None else about[start:stop],
            )

    def _judge(self, review: Review, scored: Scored | None, prior: Prior | None, now: datetime) -> Prediction:
        evidence: tuple[Evidence, ...] = ()
        aspects: tuple[AspectScore, ...] = ()
        severity: Literal["ordinary", "severe"] = "ordinary"
        if scored is None:
            p, language = self.calibration.of_rating(review.rating), detect(judged_text(review), review.language_hint)
        else:
            p, evidence = self._weigh(review, scored, prior)
            language = scored.language
            is_complaint = float(p[NEGATIVE]) >= self.judging.threshold
            aspects = tuple(aspects_of(scored, is_complaint=is_complaint))
            if is_complaint:
                told = list(told_by(review.text, scored))
                severity = severity_of(told, language, evidence_threshold=self.judging.evidence_threshold).level
        p_negative, p_neutral = round(float(p[NEGATIVE]), 6), round(float(p[NEUTRAL]), 6)
        p_positive = max(0.0, round(1.0 - p_negative - p_neutral, 6))
        weight = self.judging.aspect_weight
        return Prediction(
            source=review.source,
            review_id=review.review_id,
            content_hash=review.content_hash,
            p_negative=p_negative,
            p_neutral=p_neutral,
            p_positive=p_positive,
            label=cheapest_label(p_negative, p_neutral, p_positive, self.judging.threshold),
            language=language,
            aspects=aspects,
            evidence=evidence,
            severity=severity,
            risk=p_negative * max((weight.get(one.name, 1.0) for one in aspects), default=1.0),
            model=self.name,
            scored_at=now,
        )

    def _weigh(self, review: Review, scored: Scored, prior: Prior | None) -> tuple[Floats, tuple[Evidence, ...]]:
        """Return the probabilities (3,) of text, stars and worst sentence together, and the sentences that hurt.

        Those are the sentences from the evidence threshold on; where there is none, the one that comes nearest to a
        complaint, so that it can be seen of a silence, too, what was weighed; of praise without a doubt there is none.
        """
        p = self.calibration.with_rating(self.calibration.at_source(scored.even, prior), review.rating)
        least = self.judging.evidence_threshold
        if len(scored.spans) > 1:
            p = self.calibration.with_sentence(p, float(scored.hurts.max()), least)
        worst = sorted(zip(scored.hurts.tolist(), scored.spans, strict=True), key=lambda one: (-one[0], one[1]))
        shown = [one for one in worst if one[0] >= least][:MOST_EVIDENCE]
        if not shown and (worst[0][0] >= DOUBT or p[NEGATIVE] >= self.judging.threshold):
            shown = worst[:1]
        return p, tuple(Evidence(start=start, end=end, p_negative=round(hurt, 6)) for hurt, (start, end) in shown)


def aspects_of(scored: Scored, *, is_complaint: bool) -> Iterator[AspectScore]:
    """Yield the aspects of a text in their order: what its sentences speak of, in a complaint those that hurt.

    The probability is that of the sentence that says it most clearly, in a complaint times how much it hurts beside the
    sentence that hurts most.
    """
    if scored.about is None or not len(scored.spans):
        return
    weight = scored.hurts / max(float(scored.hurts.max()), 1e-9) if is_complaint else np.ones(len(scored.spans))
    strongest = (scored.about * weight[:, None]).max(axis=0)
    for aspect, p in zip(ASPECTS, strongest.tolist(), strict=True):
        if p >= LEAST_ASPECT:
            yield AspectScore(name=aspect, p=round(p, 6))


def told_by(text: str, scored: Scored) -> Iterator[JudgedSentence]:
    """Yield the sentences of a text as the rules of severity see them."""
    for at, (start, end) in enumerate(scored.spans):
        about = {} if scored.about is None else dict(zip(ASPECTS, scored.about[at].tolist(), strict=True))
        yield JudgedSentence(text[start:end], float(scored.hurts[at]), about)


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
