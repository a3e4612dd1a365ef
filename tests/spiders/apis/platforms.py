"""The platforms whose APIs are spoken: the server of each, and what a listing calls what it holds."""

from tests.spiders.apis.app_store_connect_server import APP, AppStoreConnect
from tests.spiders.apis.google_business_server import PLACE, GoogleBusiness
from tests.spiders.apis.google_play_console_server import PACKAGE, GooglePlayConsole
from tests.spiders.apis.ozon_server import Ozon
from tests.spiders.apis.server import ApiServer
from tests.spiders.apis.trustpilot_server import UNIT, Trustpilot
from tests.spiders.apis.wildberries_server import Wildberries
from tests.spiders.apis.yandex_market_server import CABINET, YandexMarket

PLATFORMS: dict[str, tuple[type[ApiServer], str]] = {
    "wildberries": (Wildberries, "all"),
    "google_business": (GoogleBusiness, PLACE),
    "google_play_console": (GooglePlayConsole, PACKAGE),
    "app_store_connect": (AppStoreConnect, APP),
    "yandex_market": (YandexMarket, CABINET),
    "trustpilot": (Trustpilot, UNIT),
    "ozon": (Ozon, "all"),
}
