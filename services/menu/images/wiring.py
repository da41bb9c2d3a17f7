"""How pictures are put together."""

from __future__ import annotations

from orderbuddy.menu.v1 import image_service_pb2, image_service_pb2_grpc

from services.kit.editing import Editing
from services.kit.server import Runtime
from services.menu.adapters.blobs import AzureBlobs, Blobs, FolderBlobs
from services.menu.images.servicer import ImageServicer
from services.menu.images.settings import ImageSettings
from services.menu.images.storing import Images
from services.menu.restaurants.repository import RestaurantRepository


def build_images(runtime: Runtime, settings: ImageSettings) -> None:
    """Add pictures to the service."""
    blobs = _blobs(settings)
    restaurants = RestaurantRepository(runtime.db, Editing(runtime.db, runtime.clock), runtime.clock)
    runtime.serve(
        image_service_pb2.DESCRIPTOR,
        image_service_pb2_grpc.add_ImageServiceServicer_to_server,
        ImageServicer(Images(blobs, restaurants)),
    )
    runtime.closing.append(blobs.close)


def _blobs(settings: ImageSettings) -> Blobs:
    if settings.azure_storage_connection_string is not None:
        return AzureBlobs(settings.azure_storage_connection_string.get_secret_value())
    return FolderBlobs(settings.assets_folder, settings.api_endpoint)
