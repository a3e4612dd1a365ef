"""The one list of aspects: what a complaint can be about, and which family each aspect belongs to."""

from enum import StrEnum


class Family(StrEnum):
    """Clients judge the process and the result against what they expected (Grönroos 1984)."""

    process = "process"
    result = "result"
    expectation = "expectation"
    other = "other"


class Aspect(StrEnum):
    """What a review speaks about. The value is the stable name in the warehouse."""

    staff_attitude = "staff_attitude"
    waiting = "waiting"
    delivery = "delivery"
    communication_and_promises = "communication_and_promises"
    complaint_handling = "complaint_handling"
    refunds = "refunds"
    app_and_website = "app_and_website"
    staff_competence = "staff_competence"
    product_or_result = "product_or_result"
    cleanliness_and_comfort = "cleanliness_and_comfort"
    safety_and_health = "safety_and_health"
    price_and_charges = "price_and_charges"
    expectation_gap = "expectation_gap"
    other = "other"


FAMILY_OF: dict[Aspect, Family] = {
    Aspect.staff_attitude: Family.process,
    Aspect.waiting: Family.process,
    Aspect.delivery: Family.process,
    Aspect.communication_and_promises: Family.process,
    Aspect.complaint_handling: Family.process,
    Aspect.refunds: Family.process,
    Aspect.app_and_website: Family.process,
    Aspect.staff_competence: Family.result,
    Aspect.product_or_result: Family.result,
    Aspect.cleanliness_and_comfort: Family.result,
    Aspect.safety_and_health: Family.result,
    Aspect.price_and_charges: Family.expectation,
    Aspect.expectation_gap: Family.expectation,
    Aspect.other: Family.other,
}
