"""Hands one encrypted message to a push service (RFC 8030), within seconds whatever it does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import httpx

from monitor.alerts.channels import DeliveryError
from monitor.alerts.push.encryption import encrypt
from monitor.alerts.push.reach import PushReach
from monitor.alerts.push.vapid import VapidKeys
from monitor.domain.clock import Clock
from monitor.domain.errors import InputError
from monitor.domain.push import Subscription
from monitor.domain.text import Text

_PATIENCE = 5.0
_KEPT_FOR = 4 * 3600  # seconds that a push service keeps a message for a device that is off
_GONE = (404, 410)


class GoneError(DeliveryError):
    """The push service does not know the subscription any more."""


@dataclass(frozen=True, slots=True)
class Push:
    """What is sent: ``topic`` (base64url, 32 at most) replaces a waiting one of the same."""

    content: bytes
    topic: str
    urgent: bool


class PushSender:
    """Sends in the name of one installation; any number of threads may use it."""

    def __init__(
        self,
        keys: VapidKeys,
        reach: PushReach,
        clock: Clock,
        contact: str = "",
        authorities: str | None = None,
        patience: float = _PATIENCE,
    ) -> None:
        """``authorities`` is a file of certificates to trust besides the usual ones.

        ``patience`` is how many seconds a push service has, and as many its name.
        """
        self.keys = keys
        self._reach = reach
        self._clock = clock
        self._contact = contact
        self._patience = patience
        self._trust = httpx.create_ssl_context(trust_env=False)
        if authorities is not None:
            self._trust.load_verify_locations(authorities)

    def send(self, subscription: Subscription, push: Push) -> None:
        """Hand a message over.

        Raises:
            GoneError: the push service does not know the subscription any more.
            DeliveryError: it did not take the message.
        """
        try:
            body = encrypt(push.content, subscription)
        except InputError as error:
            raise DeliveryError(error.text) from None
        address = self._reach.address_of(subscription.endpoint, self._patience)
        headers = {
            "Authorization": self.keys.authorization(
                subscription.endpoint, self._contact, self._clock.now()
            ),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(_KEPT_FOR),
            "Urgency": "high" if push.urgent else "normal",
            "Topic": push.topic,
        }
        status = asyncio.run(self._post(subscription.endpoint, address, headers, body))
        if status in _GONE:
            raise GoneError(
                Text(
                    f"推送服务回答 {status}：订阅已失效",
                    f"the push service answered {status}: the subscription is gone",
                )
            )
        if not 200 <= status < 300:
            raise DeliveryError(
                Text(f"推送服务回答 {status}", f"the push service answered {status}")
            )

    async def _post(self, endpoint: str, address: str, headers: dict[str, str], body: bytes) -> int:
        parts = urlsplit(endpoint)
        at = f"[{address}]" if ":" in address else address
        netloc = f"{at}:{parts.port}" if parts.port is not None else at
        url = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
        extensions = {"sni_hostname": parts.hostname}  # the certificate is still that of the name
        try:
            # Bounded as a whole: each single byte of an answer may come just in time.
            async with (
                asyncio.timeout(self._patience),
                httpx.AsyncClient(
                    verify=self._trust, trust_env=False, timeout=self._patience
                ) as client,
                client.stream(
                    "POST",
                    url,
                    content=body,
                    headers={**headers, "Host": parts.netloc},
                    extensions=extensions,
                ) as answer,
            ):
                return answer.status_code  # the answer itself is of no use, and may never end
        except TimeoutError:
            raise DeliveryError(
                Text("推送服务没有回答", "the push service does not answer")
            ) from None
        except httpx.HTTPError as error:
            # Its text may hold the address, which is a secret.
            raise DeliveryError(
                Text(
                    f"无法连接推送服务：{type(error).__name__}",
                    f"the push service cannot be reached: {type(error).__name__}",
                )
            ) from None
