"""What a person may offer to a customer, by the severity of the case: limits of the watchlist."""

from typing import Annotated

from pydantic import Field

from core.entries import Entry


class RemedyLimit(Entry):
    """What one person may offer in one case."""

    amount: float = Field(0, ge=0, allow_inf_nan=False, description="Worth of all remedies of a case at most.")
    offers: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        (), description='What may be offered without naming an amount: "a dessert", "a second appointment".'
    )
