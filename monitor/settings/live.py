"""The ``live`` section of a configuration: how browsers and phones reach the workers."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from monitor.domain.errors import WrongValueError
from monitor.domain.text import Text
from monitor.streams.live.ice import IceServer, signed_server

_STUN = re.compile(r"stun:[A-Za-z0-9.-]+(:\d{1,5})?")
_TURN = re.compile(r"turns?:[A-Za-z0-9.-]+(:\d{1,5})?(\?transport=(udp|tcp))?")


def _ice_url(value: str) -> str:
    if not (_STUN.fullmatch(value) or _TURN.fullmatch(value)):
        raise WrongValueError(
            Text(
                "请写 stun:主机:端口、turn:主机:端口 或 turns:主机:端口?transport=tcp",
                "write stun:HOST:PORT, turn:HOST:PORT or turns:HOST:PORT?transport=tcp",
            )
        )
    return value


class IceServerPart(BaseModel):
    """A STUN or TURN server that both browsers and workers can reach."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(_ice_url)] = Field(
        description="stun:HOST:PORT, turn:HOST:PORT?transport=udp or turns:HOST:PORT?transport=tcp"
    )
    username: str | None = Field(None, description="User name for a TURN server")
    credential: SecretStr | None = Field(
        None, description="Its password; whoever watches gets to know it"
    )
    secret: SecretStr | None = Field(
        None,
        description="Instead of both: the secret from which it makes passwords for a day (coturn: "
        "static-auth-secret)",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        pair = (self.username is not None, self.credential is not None)
        if self.url.startswith("stun:"):
            if any(pair) or self.secret is not None:
                raise WrongValueError(
                    Text("STUN 服务器不需要密码", "a STUN server asks for no password")
                )
        elif self.secret is not None:
            if any(pair):
                raise WrongValueError(
                    Text(
                        "secret 与 username、credential 只能选一种",
                        "give either secret, or username and credential",
                    )
                )
        elif not all(pair):
            raise WrongValueError(
                Text(
                    "TURN 服务器需要 username 和 credential，或 secret",
                    "a TURN server needs username and credential, or secret",
                )
            )
        return self

    def server(self, now: float) -> IceServer:
        """Return what a session that begins ``now`` (POSIX seconds) is told."""
        if self.secret is not None:
            return signed_server(self.url, self.secret.get_secret_value(), now)
        credential = self.credential.get_secret_value() if self.credential is not None else None
        return IceServer(self.url, self.username, credential)


class Live(BaseModel):
    """Live view and phones as cameras. On one network nothing is needed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ice_servers: tuple[IceServerPart, ...] = Field(
        (), max_length=4, description="Workers use the first STUN and the first TURN server"
    )

    def servers(self, now: float) -> tuple[IceServer, ...]:
        """Return the servers of a session that begins ``now``."""
        return tuple(part.server(now) for part in self.ice_servers)
