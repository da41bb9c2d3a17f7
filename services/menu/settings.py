"""Settings of the Menu service."""

from __future__ import annotations

from services.kit.settings import ServiceSettings
from services.menu.assistant.settings import AssistantSettings
from services.menu.images.settings import ImageSettings
from services.menu.origins.settings import OriginSettings

SETTINGS = (ServiceSettings, AssistantSettings, ImageSettings, OriginSettings)
"""All that the Menu service reads, the process's own first."""
