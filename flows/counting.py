"""What planning must know beside the cases: what was told before, since when rules hold, and the network's signals."""

from datetime import datetime

from core.records import History
from core.signals import Signals
from flows.job import Job
from flows.ledger import Ledger
from warehouse import Warehouse


def history_of(job: Job, warehouse: Warehouse, now: datetime) -> History:
    """Return what planning must know about earlier planning, and activate the watchlist's new rules."""
    conditions = {rule.id: rule.conditions_hash for rule in job.watchlist.rules if rule.enabled}
    activations = warehouse.activate_rules(conditions, now)
    return warehouse.alert_history(now).model_copy(update={"activations": activations})


def signals_of(job: Job, ledger: Ledger, warehouse: Warehouse, now: datetime) -> Signals:
    """Count the network's signals; a delivery, which reads nothing new, leaves the reviews uncounted."""
    return warehouse.signals(now, job.settings.timezone, whole=ledger.kind != "deliver")
