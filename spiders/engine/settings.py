"""Scrapy's settings. `scrapy list` and `scrapy crawl` read this module; the engine adds a job's own values.

No spider overrides them: robots.txt, delays, concurrency and identity are the engine's.
"""

from typing import Any

from core.settings import CrawlSettings

BOT_NAME = "otklik"
SPIDER_MODULES = ["spiders"]
SPIDER_LOADER_CLASS = "spiders.engine.loader.SourceLoader"

_DEFAULTS = CrawlSettings()
USER_AGENT = "Otklik/0.1"
DEFAULT_REQUEST_HEADERS = {"Accept": "application/json, text/html;q=0.8, */*;q=0.5"}
COOKIES_ENABLED = False
REFERRER_POLICY = "no-referrer"

ROBOTSTXT_OBEY = True  # said for readers: AccessMiddleware asks no setting
# The whole lists instead of changes to Scrapy's own: what is only switched off is still imported, and a crawl's start
# would take a third longer. Scrapy's middlewares for robots.txt, offsite requests and retries have stricter successors.
DOWNLOADER_MIDDLEWARES_BASE = {
    "spiders.engine.access.AccessMiddleware": 100,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "spiders.engine.signing.SigningMiddleware": 545,
    "spiders.engine.unchanged.ConditionalMiddleware": 540,
    "spiders.engine.patience.PatientRetryMiddleware": 550,
    "spiders.engine.raw.RawMiddleware": 585,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": 600,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": 750,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
    "spiders.engine.guard.GuardMiddleware": 900,
}
# The rest would wrap every answer three times more: no referrer is ever sent, and the engine makes all addresses.
SPIDER_MIDDLEWARES_BASE = {"scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": 50}
_JOB_EXTENSIONS = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.throttle.AutoThrottle": 0,
}
EXTENSIONS_BASE = {**_JOB_EXTENSIONS, "scrapy.extensions.feedexport.FeedExporter": 0}

DOWNLOAD_DELAY = _DEFAULTS.delay
DOWNLOAD_DELAY_JITTER = 0.0  # half the delay would be less than we promise
CONCURRENT_REQUESTS = 1
CONCURRENT_REQUESTS_PER_DOMAIN = 1
OTKLIK_BACKOFF = DOWNLOAD_DELAY  # before a failed request is sent again; it doubles
AUTOTHROTTLE_ENABLED = True  # but where the operator asks for no delay at all
AUTOTHROTTLE_START_DELAY = 0.0
AUTOTHROTTLE_MAX_DELAY = 60.0

TWISTED_DNS_RESOLVER = "spiders.engine.guard.GuardedResolver"
DOWNLOAD_HANDLERS_BASE = dict.fromkeys(
    ("http", "https"), "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"
)
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True
DNS_TIMEOUT = 20
RETRY_TIMES = _DEFAULTS.retries
RETRY_HTTP_CODES = [408, 420, 429, 500, 502, 503, 504, 522, 524]  # 420: what Yandex says instead of 429
RETRY_GIVE_UP_LOG_LEVEL = "WARNING"
REDIRECT_MAX_TIMES = 5
METAREFRESH_ENABLED = False
HTTPCACHE_ENABLED = False

# The engine asks for the same page twice where an empty one came; it guards against loops itself.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
CONCURRENT_ITEMS = 2  # an answer gives a page and a request; with 100 Scrapy starts a hundred tasks for every response
ITEM_PIPELINES = {"spiders.engine.pipeline.LandingPipeline": 100}

TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
MEMUSAGE_ENABLED = False
LOG_LEVEL = "INFO"
LOG_FORMATTER = "spiders.engine.loader.DiscreetLogFormatter"
FEED_EXPORT_ENCODING = "utf-8"


def job_settings(crawl: CrawlSettings) -> dict[str, Any]:
    """Return what the settings of a job change."""
    return {
        "USER_AGENT": f"{USER_AGENT} (+{crawl.contact})" if crawl.contact else USER_AGENT,
        "DOWNLOAD_DELAY": crawl.delay,
        "OTKLIK_BACKOFF": crawl.delay,
        "AUTOTHROTTLE_ENABLED": crawl.delay > 0,
        "DOWNLOAD_TIMEOUT": min(DOWNLOAD_TIMEOUT, crawl.timeout),
        "RETRY_TIMES": crawl.retries,
        "EXTENSIONS_BASE": _JOB_EXTENSIONS,
        "LOG_VERSIONS": [],
    }
