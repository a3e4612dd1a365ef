"""Language models that score reviews: which texts are complaints, and which of their sentences hurt.

    classifier = models.load(settings)
    predictions = classifier.classify(reviews, now=datetime.now(UTC))

Importing this package is cheap: torch and transformers are loaded by `load`, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.checkpoint import find, revision_of

if TYPE_CHECKING:
    from pathlib import Path

    from core.settings import Settings
    from models.classifier import Classifier

__all__ = ["load", "model_id"]


def model_id(settings: Settings) -> str:
    """Return `name@revision` of the model that `settings` chooses, without loading it.

    The revision is 12 hex digits over the weights, the calibration and the version of the scoring code, so that two
    predictions with the same `model` were made alike.

    Raises:
        ConfigurationError: the folder is no checkpoint, or the hub id is neither cached nor reachable.
    """
    checkpoint = find(settings.model.path)
    return f"{checkpoint.name}@{revision_of(checkpoint, settings.model.size)}"


def load(settings: Settings, *, graphs: Path | None = None) -> Classifier:
    """Return the classifier that `settings` chooses, its weights in memory (on a GPU where there is one).

    Args:
        settings: of one home folder.
        graphs: where a model that was converted for this machine is kept; None converts it at every start.

    Raises:
        ConfigurationError: there is no such checkpoint, or nobody can know what its labels mean.
    """
    from models.classifier import Classifier

    return Classifier.load(settings, graphs=graphs)
