"""The four sources of the demo, each answering in the URL and payload shapes of the real one."""

from collections.abc import Mapping

from console.demo.apps.amo import AmoApp
from console.demo.apps.app_store import AppStoreApp
from console.demo.apps.base import Answer, SourceApp
from console.demo.apps.discourse import DiscourseApp
from console.demo.apps.steam import SteamApp

APPS: Mapping[str, type[SourceApp]] = {app.source: app for app in (SteamApp, AppStoreApp, AmoApp, DiscourseApp)}

__all__ = ["APPS", "Answer", "SourceApp"]
