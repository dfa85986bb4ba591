"""Signing in at an identity provider: the code flow of OpenID Connect with PKCE.

The browser goes to the provider with a ``state`` and a ``nonce`` that only its sealed cookie knows
too, and comes back with a code; we exchange the code for an ID token over our own connection and
check its signature, issuer, audience, age and nonce. Nothing else of the provider is used: who may
do what is decided here.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt

from monitor.domain.errors import SourceError
from monitor.domain.text import Text
from monitor.settings.access import Oidc

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures with a public key only: nobody can make one with what is public."""

_TIMEOUT = 10.0
LEEWAY_SECONDS = 60
"""How far the provider's clock may be from ours."""

_REMEMBERED = 3600.0


@dataclass(frozen=True, slots=True)
class Departure:
    """What a browser takes along to the provider and must bring back."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Departure:
        """Return fresh random values."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        """The PKCE challenge (S256) of the verifier."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Claims:
    """Who the provider says has signed in: ``subject`` for good, ``name`` to be entered by.

    ``signed_in_at`` is when they last showed who they are (POSIX seconds), where it says so.
    """

    issuer: str
    subject: str
    name: str
    signed_in_at: float | None = None


class OidcProvider:
    """One provider. Its configuration and keys are fetched when needed and kept for an hour."""

    def __init__(self, settings: Oidc) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._known: tuple[float, dict[str, Any], dict[str, Any]] | None = None

    @property
    def label(self) -> str:
        """Its name on the button."""
        return self._settings.label

    def address(
        self, departure: Departure, redirect_uri: str, now: float, *, again: bool = False
    ) -> str:
        """Return where to send the browser; ``again`` lets the person sign in there anew.

        Raises:
            SourceError: the provider cannot be reached.
        """
        configuration, _ = self._configuration(now)
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid profile",
            "state": departure.state,
            "nonce": departure.nonce,
            "code_challenge": departure.challenge,
            "code_challenge_method": "S256",
        }
        if again:
            query |= {"prompt": "login", "max_age": "0"}
        endpoint = str(configuration["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def redeem(self, code: str, departure: Departure, redirect_uri: str, now: float) -> Claims:
        """Exchange a code for who has signed in.

        Raises:
            SourceError: the provider cannot be reached, refuses, or its answer does not hold.
        """
        configuration, keys = self._configuration(now)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self._settings.client_id,
            "code_verifier": departure.verifier,
        }
        secret = self._settings.client_secret
        if secret is not None:
            form["client_secret"] = secret.get_secret_value()
        answer = _asked("POST", str(configuration["token_endpoint"]), form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise _refused("it sent no ID token")
        claims = self._checked(token, keys, departure.nonce, now)
        name = claims.get(self._settings.claim)
        at = claims.get("auth_time")
        return Claims(
            self._settings.issuer,
            str(claims["sub"]),
            name if isinstance(name, str) else "",
            float(at) if isinstance(at, int | float) and not isinstance(at, bool) else None,
        )

    def _checked(self, token: str, keys: dict[str, Any], nonce: str, now: float) -> dict[str, Any]:
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = _key(keys, kid)
            if key is None:  # the provider changed its keys since
                key = _key(self._configuration(now, anew=True)[1], kid)
            if key is None:
                raise _refused("its key is unknown")
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=list(ALGORITHMS),
                audience=self._settings.client_id,
                issuer=self._settings.issuer,
                options={
                    "require": ["exp", "iat", "sub", "aud", "iss"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except jwt.PyJWTError as error:
            raise _refused(f"its ID token does not hold ({type(error).__name__})") from None
        # By our own clock, which is the one that tests move.
        if (
            not float(claims["iat"]) - LEEWAY_SECONDS
            <= now
            <= float(claims["exp"]) + LEEWAY_SECONDS
        ):
            raise _refused("its ID token is not of this time")
        if not secrets.compare_digest(str(claims.get("nonce", "")), nonce):
            raise _refused("its ID token was not made for this sign-in")
        return claims

    def _configuration(
        self, now: float, *, anew: bool = False
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        with self._lock:
            known = self._known
            if known is None or anew or now - known[0] > _REMEMBERED:
                issuer = self._settings.issuer
                found = _asked("GET", f"{issuer}/.well-known/openid-configuration")
                if str(found.get("issuer", "")).rstrip("/") != issuer:
                    raise _refused("it calls itself by another name")
                try:
                    keys = _asked("GET", str(found["jwks_uri"]))
                except KeyError:
                    raise _refused("its configuration names no keys") from None
                known = self._known = (now, found, keys)
            return known[1], known[2]


def _key(keys: dict[str, Any], kid: object) -> jwt.PyJWK | None:
    usable = [key for key in jwt.PyJWKSet.from_dict(keys).keys if key.public_key_use != "enc"]
    if kid is None:
        return usable[0] if len(usable) == 1 else None
    return next((key for key in usable if key.key_id == kid), None)


def _asked(method: str, url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    try:
        answer = httpx.request(
            method, url, data=form, timeout=_TIMEOUT, headers={"Accept": "application/json"}
        )
        answer.raise_for_status()
        found = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise _refused(f"{type(error).__name__}") from None
    if not isinstance(found, dict):
        raise _refused("it answers in a form that is not understood")
    return found


def _refused(why: str) -> SourceError:
    return SourceError(
        Text(f"无法使用身份提供方：{why}", f"the identity provider could not be used: {why}"),
        where="access.oidc",
    )
