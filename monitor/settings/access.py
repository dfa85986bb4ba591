"""Configuration of signing in: second factors, and an identity provider."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from monitor.domain.access import Role
from monitor.domain.errors import WrongValueError
from monitor.domain.text import Text

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _issuer(value: str) -> str:
    parts = urlsplit(value)
    plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or plain) or parts.query:
        raise WrongValueError(
            Text(
                "issuer 应为 https:// 地址；只有本机可用 http://",
                "an issuer is an https:// address; http:// only on this machine",
            )
        )
    return value.rstrip("/")


class Oidc(BaseModel):
    """An identity provider (OpenID Connect) at which people may sign in instead."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Annotated[str, AfterValidator(_issuer)] = Field(
        description="The provider's address, as in its `/.well-known/openid-configuration`"
    )
    client_id: str = Field(min_length=1, description="What the provider knows this service by")
    client_secret: SecretStr | None = Field(
        None, description="The provider's secret for this service, if it gave one"
    )
    label: str = Field("OpenID Connect", min_length=1, description="Name on the sign-in button")
    claim: str = Field(
        "preferred_username", description="Claim that holds the name with which a user was entered"
    )


class Access(BaseModel):
    """Signing in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    second_factor: tuple[Role, ...] = Field(
        (), description="Roles that need a second factor (a code from an app) to do anything"
    )
    oidc: Oidc | None = Field(None, description="Sign-in at an identity provider")
