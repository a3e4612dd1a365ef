"""Finding what belongs together, between the cases and the alerts of a run."""

from alerts import campaigns
from alerts.sketches import sketch
from core.campaigns import Found
from flows.job import Job
from warehouse import Warehouse


def find_campaigns(job: Job, warehouse: Warehouse) -> Found:
    """Sketch the texts that are new, find all campaigns anew, keep and return them."""
    fresh = warehouse.to_sketch()
    warehouse.store_sketches([(key, content, sketch(title, text)) for key, content, title, text in fresh])
    found = campaigns.find(warehouse.campaign_marks(job.settings.campaigns), job.settings.campaigns)
    warehouse.keep_campaigns(found.members)
    return found
