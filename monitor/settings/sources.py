"""The ``sources`` section of a configuration: where camera URLs may lead."""

from __future__ import annotations

import ipaddress
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

    def reach(self) -> Reach:
        """Return what sources are told."""
        return Reach(tuple(map(ipaddress.ip_network, self.networks)), self.folders)
