"""Certificates for tests, as files, of an authority that nobody else knows."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass

from tools import certificates


@dataclass(frozen=True)
class Files:
    """Where a certificate and its key are."""

    ca: pathlib.Path
    cert: pathlib.Path
    key: pathlib.Path

    @property
    def env(self) -> dict[str, str]:
        return {
            "ORDERBUDDY_TLS_CA": str(self.ca),
            "ORDERBUDDY_TLS_CERT": str(self.cert),
            "ORDERBUDDY_TLS_KEY": str(self.key),
        }


class Authority:
    """Signs certificates and writes them to a folder."""

    def __init__(self, folder: pathlib.Path, name: str = "ca") -> None:
        self._folder = folder
        self._authority = certificates.Authority(name, days=1)
        self.path = folder / f"{name}.pem"
        self.path.write_bytes(self._authority.pem)

    def sign(self, name: str, *hosts: str) -> Files:
        """Make a key and a certificate that names hosts."""
        files = Files(self.path, self._folder / f"{name}.pem", self._folder / f"{name}-key.pem")
        cert, key = self._authority.sign(name, *hosts)
        files.cert.write_bytes(cert)
        files.key.write_bytes(key)
        return files
