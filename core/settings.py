"""Every knob of Otklik, one described and validated line each.

Read from `otklik.toml` in the home folder, overridden by `OTKLIK_<SECTION>__<KNOB>` in the environment
(for example `OTKLIK_JUDGING__NEGATIVE_WEIGHT=5`). A knob that nobody knows, or a value out of range, is an error
that names the file and the key.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from core.aspects import Aspect
from core.errors import ConfigurationError, describe_validation


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write an IANA name such as Europe/Moscow or Europe/Kyiv") from None
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]


class Section(BaseModel):
    """Base of a table of `otklik.toml`: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CrawlSettings(Section):
    """How spiders behave towards the sites."""

    contact: str = Field("", description="E-mail or URL in the user agent, so that a site's owner can reach you.")
    delay: float = Field(3.0, ge=0, description="Seconds between two requests to one host.")
    timeout: float = Field(900, gt=0, description="Seconds after which the crawl of one listing is stopped.")
    grace: float = Field(10, ge=0, description="Seconds between SIGTERM and SIGKILL for a crawl that is stopped.")
    max_pages: int = Field(20, ge=1, description="Pages read of one listing in one night.")
    overlap_days: float = Field(7, ge=0, description="Days re-read behind the watermark, to see edits.")
    overlap_pages: int = Field(3, ge=1, description="Pages of a listing re-read behind the watermark at most.")
    off: tuple[str, ...] = Field((), description="Sources that are asked for nothing, whatever the watchlist says.")
    stale_days: float = Field(2, gt=0, description="Days without a new file after which a drop folder is called stale.")
    parallel: int = Field(4, ge=1, description="Listings crawled at the same time, each on a host of its own.")
    retries: int = Field(3, ge=0, description="Times a failed request is tried again, with back-off.")
    raw_days: float = Field(3, ge=0, description="Days that raw responses are kept as WARC; 0 keeps none.")


class ModelSettings(Section):
    """The language model and how it runs."""

    path: str | None = Field(None, description="Checkpoint folder or hub id; the shipped checkpoint if not set.")
    size: Literal["quality", "fast"] = Field(
        "quality", description="`fast` stops half-way through the model: for archives, a little less exact."
    )
    batch_size: int = Field(4, ge=1, description="Texts of full length that run through the model at once.")
    max_tokens: int = Field(
        256, ge=16, le=512, description="Tokens of a text that judge the whole (head and tail), and of a window inside."
    )
    threads: int = Field(0, ge=0, description="Processor threads of the model; 0 takes all cores.")
    engine: Literal["auto", "openvino", "torch"] = Field(
        "auto",
        description="Runs the model; auto: OpenVINO where it is installed (its graph is kept in data/graphs).",
    )
    dtype: Literal["auto", "fp32", "bf16"] = Field("auto", description="Arithmetic; auto takes bf16 where it is fast.")


class JudgingSettings(Section):
    """What makes a review a complaint."""

    negative_weight: float = Field(
        10, ge=1, description="Cost of a missed complaint against a false alarm; the threshold is 1/(1+weight)."
    )
    complaint_threshold: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="Probability from which a review is a complaint, if not by its cost; "
        "`otklik evaluate --guarantee` finds one.",
    )
    evidence_threshold: float = Field(
        0.5, ge=0, le=1, description="Probability below which a sentence alone opens nothing."
    )
    low_rating: float = Field(
        0.25, ge=0, le=1, description="Rating (0 = one star, 1 = five) up to which a review is a complaint anyway."
    )
    check_below: float = Field(
        0.5,
        ge=0,
        le=1,
        description='Complaints judged less likely than this go to the digest as "please check".',
    )
    aspect_weight: dict[Aspect, Annotated[float, Field(gt=0)]] = Field(
        {Aspect.staff_attitude: 1.5, Aspect.complaint_handling: 1.5},
        description="Weight of an aspect in a case's risk; 1 where not named.",
    )

    @property
    def threshold(self) -> float:
        """The p_negative from which a review is a complaint: the given one, else 1/(1+negative_weight)."""
        return self.complaint_threshold or 1 / (1 + self.negative_weight)


class CasesSettings(Section):
    """The clocks of a case."""

    ordinary_days: float = Field(2, gt=0, description="Business days in which an ordinary case is answered.")
    severe_hours: float = Field(24, gt=0, description="Calendar hours in which a severe case is answered in public.")
    severe_acknowledge_hours: float = Field(
        4,
        gt=0,
        description="Hours of business time outside quiet hours in which somebody takes up a severe case, "
        "before the escalation person is told.",
    )
    near_miss: float = Field(0.75, gt=0, lt=1, description="Share of the SLA after which a near-miss is told.")
    escalate_after_days: float = Field(
        7, gt=0, description="Calendar days of the customer's wait after which the escalation person is told."
    )
    backlog_listed_days: float = Field(30, ge=0, description="Age up to which history at a first run becomes cases.")
    backlog_alerted_days: float = Field(7, ge=0, description="Age up to which that history is told, in one message.")
    claim_days: float = Field(
        3,
        gt=0,
        description="Days after which a case comes back whose reply a person claims and the source never shows.",
    )
    quiet_days: float = Field(
        14, gt=0, description="Days without news after which an answered case counts as resolved."
    )
    branch_days: float = Field(1, gt=0, description="Business days in which a branch answers a question about a case.")
    dispute_days: float = Field(7, gt=0, description="Days after which a disputed case is told again.")
    fresh_minutes: float = Field(
        90, ge=0, description="Minutes for which a look at a review counts as fresh before an alert of level >= 1."
    )


class CampaignSettings(Section):
    """What belongs together: copies of one review, one author, waves of alike texts."""

    least_words: int = Field(
        8, ge=4, description="Words from which alike texts belong together; shorter ones are written alike by chance."
    )
    similarity: float = Field(0.6, gt=0, le=1, description="Share of common word pairs from which two texts are alike.")
    days: float = Field(14, gt=0, description="Days between two alike texts of one campaign, at most.")
    author_days: float = Field(7, gt=0, description="Days between two complaints of one author, at most.")
    author_most: int = Field(
        10, ge=2, description="Reviews of an author above which it is rather a name that many share."
    )
    copy_days: int = Field(3, ge=0, description="Days between a review and its copy on another site of the same place.")
    burst_least: int = Field(
        10, ge=3, description="Reviews with one short text, or none, in `burst_hours` that are a wave..."
    )
    burst_hours: int = Field(24, ge=1, description="...within so many hours...")
    burst_factor: float = Field(5, ge=1, description="...where that is so many times what is usual there.")
    wave_least: int = Field(
        5, ge=2, description="Voices from which a wave is told at once, and alike praise is told to the operator."
    )
    growth: float = Field(3, gt=1, description="A campaign that was told is told again when it grew so many times.")


class AlertsSettings(Section):
    """How alerts reach people."""

    max_immediate: int = Field(5, ge=0, description="Single alerts a person gets in a day; the rest fold into one.")
    max_attempts: int = Field(12, ge=1, description="Tries to deliver one alert before it counts as failed.")
    retry_minutes: float = Field(10, gt=0, description="Wait before the second try; it doubles up to a day.")
    surge_factor: float = Field(
        3, ge=1, description="Planned alerts over this multiple of the 30-night maximum are held."
    )
    surge_minimum: int = Field(20, ge=1, description="Planned alerts that are never held.")
    operator: str | None = Field(None, description="Person of the watchlist who is told about held or failed work.")
    heartbeat_url: str | None = Field(None, description="URL fetched after each good night, for a missed-run alert.")
    missed_run_hours: float = Field(26, gt=0, description="Hours without the end of a night after which that is told.")
    all_clear: Literal["weekly", "daily", "never"] = Field(
        "weekly", description="How often a person is told that nothing waits, if all their listings were read."
    )
    spike_minimum: int = Field(5, ge=1, description="Complaints of one listing below which nothing is called a spike.")
    spike_false_alarms: float = Field(
        1, gt=0, description="False alarms of a spike that the whole network may have in a month."
    )
    console_url: str | None = Field(
        None, description="Address of your console: messages then also link to CONSOLE_URL/cases/SOURCE/ID."
    )


class PrivacySettings(Section):
    """How long words are kept."""

    text_days: float = Field(
        730,
        gt=0,
        description="Days after its last sighting that a text keeps its words, and what people wrote about its case.",
    )
    gone_text_days: float = Field(30, ge=0, description="Days that a review which its source deleted keeps its words.")


class LlmSettings(Section):
    """A language model that may help with drafts of replies; its key is LLM_API_KEY in the environment."""

    base_url: str | None = Field(
        None, description="OpenAI-compatible endpoint, as http://127.0.0.1:11434/v1; without it none is asked."
    )
    model: str = Field("", description="What the endpoint calls the model.")
    timeout: float = Field(60, gt=0, le=600, description="Seconds for its whole answer; then our own draft is shown.")
    private: bool = Field(False, description="The endpoint's name may lead to an address inside a private network.")

    @model_validator(mode="after")
    def _names_a_model(self) -> "LlmSettings":
        if self.base_url and not self.model:
            raise ValueError("model: name the model that is to be asked at base_url")
        return self


class RunSettings(Section):
    """The nightly, pulse and deliver flows."""

    nightly_cron: str = Field("30 3 * * *", description="When the nightly flow runs.")
    pulse_cron: str = Field("5 * * * *", description="When the pulse flow runs.")
    deliver_cron: str = Field("*/10 * * * *", description="When the deliver flow runs.")
    lease_minutes: float = Field(5, gt=0, description="A run without a heartbeat for so long counts as dead.")
    lock_wait: float = Field(120, ge=0, description="Seconds to wait for the warehouse while another run writes.")
    published_kept: int = Field(3, ge=1, description="Publications kept beside the newest one's symlink.")
    parquet: bool = Field(True, description="Write Parquet files beside each publication.")


class Settings(BaseSettings):
    """All settings of one home folder."""

    model_config = SettingsConfigDict(env_prefix="OTKLIK_", env_nested_delimiter="__", frozen=True, extra="forbid")

    language: Literal["ru", "uk", "en"] = Field("ru", description="Language of alerts and reports.")
    timezone: TimeZone = Field("Europe/Moscow", description="Time zone of schedules and of people who name none.")
    secret: str = Field(
        "", repr=False, description="Key of the authors' hashes; made at first use in data/secret if empty."
    )
    crawl: CrawlSettings = Field(default_factory=CrawlSettings, description="Collecting.")
    model: ModelSettings = Field(default_factory=ModelSettings, description="The language model.")
    judging: JudgingSettings = Field(default_factory=JudgingSettings, description="What is a complaint.")
    cases: CasesSettings = Field(default_factory=CasesSettings, description="Clocks of a case.")
    campaigns: CampaignSettings = Field(default_factory=CampaignSettings, description="What belongs together.")
    alerts: AlertsSettings = Field(default_factory=AlertsSettings, description="Messages to people.")
    privacy: PrivacySettings = Field(default_factory=PrivacySettings, description="How long words are kept.")
    llm: LlmSettings = Field(default_factory=LlmSettings, description="A language model for drafts.")
    run: RunSettings = Field(default_factory=RunSettings, description="Flows and the warehouse.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  the signature is the library's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the signature is the library's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: the environment wins over the file, which comes in as the init values."""
        return (env_settings, init_settings)


def load_settings(home: Path) -> Settings:
    """Read `otklik.toml` of `home` (its absence means all defaults) and the environment.

    Raises:
        ConfigurationError: with the file, the key and what was expected.
    """
    path = home / "otklik.toml"
    values: dict[str, Any] = {}
    if path.exists():
        try:
            values = TomlConfigSettingsSource(Settings, toml_file=path).toml_data
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{path}: not valid TOML: {error}") from error
    try:
        return Settings(**values)
    except ValidationError as error:
        raise ConfigurationError(describe_validation(error, f"{path} or OTKLIK_*")) from error
