"""The ``sources`` section of a configuration: where camera URLs may lead."""

from __future__ import annotations

import ipaddress
import ssl
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from monitor.domain.errors import WrongValueError
from monitor.domain.text import Text
from monitor.streams.reach import Reach


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError:
        raise WrongValueError(
            Text(
                f"“{value}”不是网段，应如 10.1.0.0/16",
                f"'{value}' is not a network such as 10.1.0.0/16",
            )
        ) from None


NetworkText = Annotated[str, AfterValidator(_network)]


class Sources(BaseModel):
    """Where camera URLs may lead. This machine, link-local and metadata addresses need naming."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    networks: tuple[NetworkText, ...] = Field(
        (), description="Networks with cameras, e.g. 10.1.0.0/16; empty: all but special ones"
    )
    folders: tuple[Path, ...] = Field(
        (), description="Folders that `file:` may read (from this file); empty: none"
    )

    certificates: Path | None = Field(
        None,
        description="PEM file of what `rtsps:` cameras must show: their own certificates, or those "
        "of authorities; none: any will do",
    )

    def anchored(self, folder: Path) -> Sources:
        """Return the same with relative paths taken from ``folder``."""
        changes: dict[str, object] = {
            "folders": tuple((folder / item).resolve() for item in self.folders)
        }
        if self.certificates is not None:
            changes["certificates"] = (folder / self.certificates).resolve()
        return self.model_copy(update=changes)

    def unreadable_certificates(self, folder: Path) -> bool:
        """Say whether the file of certificates is missing, or holds none."""
        if self.certificates is None:
            return False
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(
                folder / self.certificates
            )
        except OSError:
            return True
        return False

    def reach(self) -> Reach:
        """Return what sources are told."""
        networks = tuple(map(ipaddress.ip_network, self.networks))
        return Reach(networks, self.folders, self.certificates)
