"""What each channel takes in one message, as its documentation says, and how that is counted."""

from dataclasses import dataclass
from typing import Final

from alerts.wording.message import units


@dataclass(frozen=True, slots=True)
class Limit:
    """A documented limit of one channel."""

    most: int
    unit: str
    """What is counted: UTF-16 units, characters or bytes."""
    source: str
    """Where it is documented."""

    def takes(self, text: str) -> bool:
        """Tell whether `text` is short enough."""
        if self.unit == "bytes":
            return len(text.encode()) <= self.most
        return (units(text) if self.unit == "UTF-16 units" else len(text)) <= self.most


TELEGRAM: Final = Limit(4096, "UTF-16 units", "https://core.telegram.org/bots/api#sendmessage")
SLACK_TEXT: Final = Limit(
    40_000, "characters", "https://api.slack.com/changelog/2018-04-truncating-really-long-messages"
)
SLACK_SECTION: Final = Limit(3_000, "characters", "https://api.slack.com/reference/block-kit/blocks#section")
SLACK_HEADER: Final = Limit(150, "characters", "https://api.slack.com/reference/block-kit/blocks#header")
SLACK_BLOCKS: Final = 50
"""Blocks in one message: https://api.slack.com/reference/block-kit/blocks."""
MATTERMOST: Final = Limit(16_383, "characters", "https://developers.mattermost.com/integrate/webhooks/incoming/")
TEAMS: Final = Limit(
    28 * 1024,
    "bytes",
    "https://learn.microsoft.com/en-us/microsoftteams/limits-specifications-teams",
)
MAIL: Final = Limit(100_000, "bytes", "https://support.google.com/mail/thread/6187016: Gmail clips HTML over 102 kB")
WEBHOOK: Final = Limit(256 * 1024, "bytes", "our own: docs/webhook.md")
MAX: Final = Limit(4_000, "characters", "https://dev.max.ru/docs-api/methods/POST/messages")

APPRISE: Final[dict[str, Limit]] = {
    "Mattermost": MATTERMOST,
    "Discord": Limit(2_000, "characters", "https://discord.com/developers/docs/resources/message#create-message"),
}
"""Limits of channels that go through apprise alone, where its own number is not the documented one."""
