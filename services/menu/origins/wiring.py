"""How origins and campaigns are put together."""

from __future__ import annotations

from orderbuddy.menu.v1 import (
    campaign_service_pb2,
    campaign_service_pb2_grpc,
    origin_service_pb2,
    origin_service_pb2_grpc,
)

from services.kit.editing import Editing
from services.kit.server import Runtime
from services.menu.adapters.link_mails import LinkMails
from services.menu.adapters.short_links import OwnShortLinks, ShortLinks, SmartScanLinks
from services.menu.campaigns.repository import INDEXES as CAMPAIGN_INDEXES
from services.menu.campaigns.repository import CampaignRepository
from services.menu.campaigns.servicer import CampaignServicer
from services.menu.origins.making import OriginMaker
from services.menu.origins.repository import INDEXES, OriginRepository
from services.menu.origins.servicer import OriginServicer
from services.menu.origins.settings import OriginSettings


def build_origins(runtime: Runtime, settings: OriginSettings) -> None:
    """Add origins and campaigns to the service."""
    editing, links = Editing(runtime.db, runtime.clock), _links(settings)
    repository, maker = OriginRepository(runtime.db, editing), OriginMaker(links, settings.menu_endpoint)
    mails = LinkMails(runtime.connections, runtime.settings.notification_address, runtime.assertions)
    runtime.serve(
        origin_service_pb2.DESCRIPTOR,
        origin_service_pb2_grpc.add_OriginServiceServicer_to_server,
        OriginServicer(repository, maker, mails),
    )
    runtime.serve(
        campaign_service_pb2.DESCRIPTOR,
        campaign_service_pb2_grpc.add_CampaignServiceServicer_to_server,
        CampaignServicer(CampaignRepository(runtime.db, editing), repository, maker, runtime.clock),
    )
    runtime.indexes += [*INDEXES, *CAMPAIGN_INDEXES]
    runtime.closing.append(links.close)


def _links(settings: OriginSettings) -> ShortLinks:
    if settings.smart_scan_url:
        return SmartScanLinks(settings.smart_scan_url)
    return OwnShortLinks(settings.api_endpoint)
