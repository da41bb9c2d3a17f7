"""ImageService: RPCs in and out."""

from __future__ import annotations

from orderbuddy.menu.v1 import image_service_pb2 as rpc
from orderbuddy.menu.v1 import image_service_pb2_grpc as rpc_grpc

from services.kit.interceptor import Context
from services.menu.images.storing import Images


class ImageServicer(rpc_grpc.ImageServiceServicer):
    """Serves uploads."""

    def __init__(self, images: Images) -> None:
        self._images = images

    async def UploadLogo(self, request: rpc.UploadLogoRequest, context: Context) -> rpc.UploadLogoResponse:
        """Store a logo."""
        url = await self._images.change_logo(request.restaurant_id, request.file_name, request.content)
        return rpc.UploadLogoResponse(data=url, message="logo stored")

    async def UploadItemImage(
        self, request: rpc.UploadItemImageRequest, context: Context
    ) -> rpc.UploadItemImageResponse:
        """Store a picture for a menu."""
        url = await self._images.store(request.restaurant_id, request.folder, request.file_name, request.content)
        return rpc.UploadItemImageResponse(image_url=url)
