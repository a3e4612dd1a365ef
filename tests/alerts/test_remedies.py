"""Remedies: within a person's limits, and never in exchange for the review."""

import pytest

from alerts.acts import RefusedError
from core.remedies import RemedyLimit


@pytest.fixture
def limited(world):
    limits = {"ordinary": RemedyLimit(amount=500, offers=("десерт",)), "severe": RemedyLimit(amount=3000)}
    people = tuple(
        one.model_copy(update={"remedies": limits}) if one.id == "anna" else one for one in world.watchlist.people
    )
    world.watchlist = world.watchlist.model_copy(update={"people": people})
    return world


def test_remedies_stay_within_the_limits_of_the_person(limited):
    with pytest.raises(RefusedError, match="700 is more than anna may offer: the limit is 500"):
        limited.do("step", step="solve", remedy="сертификат", amount=700)
    limited.do("step", step="solve", remedy="сертификат", amount=400)
    with pytest.raises(RefusedError, match="400 was offered in this case before"):
        limited.do("step", step="courtesy", remedy="ещё один", amount=200)
    with pytest.raises(RefusedError, match="without an amount anna may offer: десерт"):
        limited.do("step", step="courtesy", remedy="ужин на двоих")
    limited.do("step", step="courtesy", remedy="Десерт")
    assert (limited.case.remedy, limited.case.remedy_amount) == ("сертификат; Десерт", 400)
    with pytest.raises(RefusedError, match="boss may offer no remedy in a case that is ordinary"):
        limited.do("step", by="boss", step="solve", is_done=False).do("step", by="boss", step="solve", amount=1)
    with pytest.raises(RefusedError, match="'guest' is no person of the watchlist"):
        limited.do("step", by="guest", step="solve", amount=1)
    with pytest.raises(RefusedError, match="takes no remedy"):
        limited.do("step", step="verify", amount=1)


@pytest.mark.parametrize(
    "offer",
    [
        "скидка 10 %, если удалите отзыв",
        "Вернём деньги после того, как вы измените оценку",
        "десерт за хороший отзыв",
        "за исправление отзыва подарим сертификат",
        "поднимете оценку до пяти звёзд — кофе за наш счёт",
        "знижка, якщо видалите відгук",
        "подарунок за гарний відгук",
        "змініть оцінку, і ми повернемо кошти",
        "a voucher if you remove your review",
        "a free dessert for a better rating",
        "we refund you once the review is deleted",
        "change your rating and get 20% off",
    ],
)
def test_nothing_is_offered_for_the_review(limited, offer):
    with pytest.raises(RefusedError, match="nothing is offered for changing"):
        limited.do("step", step="solve", remedy=offer, amount=10)
    with pytest.raises(RefusedError, match="nothing is offered for changing"):
        limited.do("step", step="courtesy", text=offer)


@pytest.mark.parametrize(
    "offer",
    ["вернули деньги за доставку", "замена блюда и извинения", "повернули кошти", "a full refund", "новый чехол"],
)
def test_what_leaves_the_review_out_of_it_may_be_offered(limited, offer):
    assert limited.do("step", step="solve", remedy=offer, amount=10).case.remedy == offer
