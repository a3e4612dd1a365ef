"""Judging: classify what no model has judged yet. The model is loaded only when there is something to judge."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import models
from core.errors import ConfigurationError
from core.records import Prediction, Review
from flows.job import Job
from flows.ledger import Ledger
from warehouse import Warehouse

if TYPE_CHECKING:
    from models.classifier import Classifier

BATCH = 512
"""Reviews between two commits: what a kill -9 can cost."""


class Judge:
    """The model of the settings, loaded at its first use; what was judged before says how often a source complains."""

    def __init__(self, job: Job, base_rates: Mapping[str, tuple[float, float, float]]) -> None:
        self._job = job
        self._base_rates = base_rates
        self._classifier: Classifier | None = None

    def classify(self, reviews: Sequence[Review]) -> list[Prediction]:
        """Return one prediction for each review, in order."""
        if self._classifier is None:
            self._job.listener.stage("judge", f"loading {models.model_id(self._job.settings)}")
            self._classifier = models.load(self._job.settings, graphs=self._job.home.graphs)
        priors = self._classifier.priors_from(self._base_rates)
        return self._classifier.classify(reviews, now=self._job.clock(), priors=priors)


def judge(job: Job, ledger: Ledger) -> None:
    """Classify all contents that wait for it, in batches that are stored one by one.

    Without a usable model the run goes on, so that what is late is still told; its report says what is wrong.
    """
    try:
        name = models.model_id(job.settings)
    except ConfigurationError as error:
        ledger.problems.append(f"nothing was judged: {error}")
        return
    judging: Judge | None = None
    done = 0
    while True:
        with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
            reviews = warehouse.to_judge(name, BATCH)
            if reviews and judging is None:
                judging = Judge(job, warehouse.base_rates(ledger.started))
        if judging is None or not reviews:
            break
        predictions = judging.classify(reviews)
        with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
            warehouse.store_predictions(predictions, now=job.clock())
        ledger.beat()
        done += len(reviews)
        job.listener.progress("judge", done, None)
    ledger.note("judge", judged=done)
