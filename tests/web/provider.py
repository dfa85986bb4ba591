"""A small real OpenID Connect provider on loopback: it signs with keys of its own."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = "kanhu"
SECRET = "the client's secret"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@dataclass
class Provider:
    """One provider. ``person`` is who signs in there; ``spoil`` alters the claims it signs."""

    now: Callable[[], float]
    person: dict[str, str] = field(
        default_factory=lambda: {"sub": "s-1", "preferred_username": "wang"}
    )
    spoil: dict[str, Any] = field(default_factory=dict)
    kid: str = "first"
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    signer: rsa.RSAPrivateKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                if url.path == "/authorize":
                    self.send_response(302)
                    query = {name: values[0] for name, values in parse_qs(url.query).items()}
                    self.send_header("Location", provider.consent(query))
                    self.end_headers()
                    return
                self._send(provider.documents().get(url.path))

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                form = parse_qs(self.rfile.read(length).decode())
                self._send(provider.token({name: values[0] for name, values in form.items()}))

            def _send(self, body: dict[str, Any] | None) -> None:
                self.send_response(200 if body is not None else 400)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(body or {"error": "invalid_grant"}).encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def change_keys(self) -> None:
        """Sign with another key from now on."""
        self.kid, self.key = f"key at {time.monotonic()}", new_key()

    def documents(self) -> dict[str, dict[str, Any]]:
        """Return what it publishes."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            },
            "/keys": {"keys": [{**public, "kid": self.kid, "use": "sig", "alg": "RS256"}]},
        }

    def consent(self, query: dict[str, str]) -> str:
        """Sign the person in at once and return where the browser goes back to."""
        assert query["client_id"] == CLIENT
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        """Exchange a code, once, if everything belongs together."""
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or form.get("client_secret") != SECRET
            or challenge != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return None
        now = int(self.now())
        anew = {"auth_time": now} if asked.get("max_age") == "0" else {}
        claims: dict[str, Any] = {
            **anew,
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.person,
            **self.spoil,
        }
        signed = jwt.encode(
            claims, self.signer or self.key, algorithm="RS256", headers={"kid": self.kid}
        )
        return {"access_token": "unused", "token_type": "Bearer", "id_token": signed}
