"""Writes the demo's home folder: a watchlist of both firms at the running ports, and settings."""

from collections.abc import Mapping
from pathlib import Path
from string import Template

_WATCHLIST = Template(
    """\
# The demo's watchlist: two invented firms on four sources of a small local site.

[[companies]]
id = "polar-owl"
name = "Полярная сова"
places = [
    { id = "polar-owl-parcels", name = "Посылки и пункты выдачи", city = "Мурманск", brand = "Полярная сова" },
    { id = "polar-owl-courier", name = "Игра «Ночной курьер»", brand = "Полярная сова" },
]

[[companies]]
id = "zhyva-polytsia"
name = "Жива Полиця"
places = [
    { id = "zhyva-polytsia-store", name = "Крамниці", city = "Львів", brand = "Жива Полиця" },
    { id = "zhyva-polytsia-online", name = "Застосунок", brand = "Жива Полиця" },
    { id = "zhyva-polytsia-prices", name = "Додаток «Ціни»", brand = "Жива Полиця" },
]

[[people]]
id = "marina"
name = "Марина, репутация «Полярной совы»"
channels = ["terminal://"]
language = "ru"
timezone = "Europe/Moscow"
calendar = "russia"
quiet_from = "21:00:00"
quiet_until = "08:30:00"

[[people]]
id = "oksana"
name = "Оксана, репутація «Живої Полиці»"
channels = ["terminal://"]
language = "uk"
timezone = "Europe/Kyiv"
calendar = "ukraine"

# Told when nobody answers, and about the work itself: a source that broke, alerts that were held.
[[people]]
id = "anna"
name = "Анна, агентство"
channels = ["terminal://"]
language = "ru"
timezone = "Europe/Moscow"
calendar = "russia"

[calendars.russia]
country = "RU"

# The shop works on Saturdays, and chooses its free days itself: the public list of Ukraine is empty now.
[calendars.ukraine]
weekend = ["sun"]
free_days = [$free_days]

[[listings]]
id = "polar-owl-game"
source = "steam"
company = "polar-owl"
place = "polar-owl-courier"
target = "4100770"
base_url = "$steam"
responsible = "marina"
escalation = "anna"

[[listings]]
id = "polar-owl-app"
source = "app_store"
company = "polar-owl"
place = "polar-owl-parcels"
target = "ru/1660200301"
base_url = "$app_store"
responsible = "marina"
escalation = "anna"

[[listings]]
id = "zhyva-polytsia-app"
source = "app_store"
company = "zhyva-polytsia"
place = "zhyva-polytsia-online"
target = "ua/1660200402"
base_url = "$app_store"
responsible = "oksana"
escalation = "anna"

[[listings]]
id = "zhyva-polytsia-addon"
source = "amo"
company = "zhyva-polytsia"
place = "zhyva-polytsia-prices"
target = "zhyva-polytsia"
base_url = "$amo"
responsible = "oksana"
escalation = "anna"

[[listings]]
id = "zhyva-polytsia-forum"
source = "discourse"
company = "zhyva-polytsia"
place = "zhyva-polytsia-store"
target = "$discourse"
base_url = "$discourse"
options = { category = 5, staff_group = "team" }
responsible = "oksana"
escalation = "anna"
"""
)

_SETTINGS = """\
# The demo's settings. The site is our own and local: it needs no delay between requests and no raw copies.

language = "ru"
timezone = "Europe/Moscow"

[crawl]
contact = "https://otklik.example/demo"
delay = 0
timeout = 120
grace = 3
retries = 1
raw_days = 0

[alerts]
operator = "anna"
"""


def write_home(home: Path, base_urls: Mapping[str, str], *, year: int) -> None:
    """Write `watchlist.toml` and `otklik.toml` into `home`, over what an earlier demo left there.

    Args:
        home: The home folder; made where it is missing.
        base_urls: Address by source, as `DemoSite.base_urls` gives them.
        year: Year of night one, for the shop's own free days.
    """
    free_days = ", ".join([f"{year}-01-01", f"{year}-08-24", f"{year}-12-25", f"{year + 1}-01-01"])
    home.mkdir(parents=True, exist_ok=True)
    watchlist = _WATCHLIST.substitute(base_urls, free_days=free_days)
    (home / "watchlist.toml").write_text(watchlist, encoding="utf-8")
    (home / "otklik.toml").write_text(_SETTINGS, encoding="utf-8")
