"""An authority, and certificates that it signs, made by openssl for one test."""

import ssl
import subprocess
from pathlib import Path

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


class Authority:
    """Signs certificates in `folder`; `file` is its own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "authority.pem"
        self._folder = folder
        self._key = folder / "authority.key"
        _openssl(
            "req", "-x509", *_KEY, "-days", "2", "-subj", "/CN=The tests",
            "-keyout", str(self._key), "-out", str(self.file),
        )  # fmt: skip

    def server(self, name: str, *, days: int = 2) -> ssl.SSLContext:
        """A server's TLS for the host `name`, an IP address; with negative `days` it is expired."""
        stem = self._folder / f"{name}{days}"
        _openssl(
            "req", *_KEY, "-subj", f"/CN={name}", "-addext", f"subjectAltName=IP:{name}",
            "-keyout", f"{stem}.key", "-out", f"{stem}.csr",
        )  # fmt: skip
        _openssl(
            "x509", "-req", "-in", f"{stem}.csr", "-CA", str(self.file), "-CAkey", str(self._key),
            "-days", str(days), "-copy_extensions", "copy", "-out", f"{stem}.pem",
        )  # fmt: skip
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(f"{stem}.pem", f"{stem}.key")
        return context


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
