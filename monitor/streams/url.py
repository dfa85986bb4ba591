"""Camera URLs: hostile input on the way in, secret on the way out.

Only schemes on a list are opened and only options on a list are understood; nothing else of a URL
reaches ffmpeg, whose own URL language can start programs' worth of protocols. Credentials are
held apart from what may be shown, and :func:`redact` cleans texts that others wrote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from monitor.domain.errors import InputError
from monitor.domain.text import Text

HIDDEN = "***"
RTSP_UDP = "rtsp+udp"
"""RTSP whose pictures come as datagrams: the scheme is ours, what goes out is ``rtsp``."""
FILE_OPTIONS = ("loop", "start")
_DEFAULT_PORTS = {"rtsp": 554, RTSP_UDP: 554, "rtsps": 322, "onvif": 80}
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|[0-9A-Fa-f:.]{2,45}")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f]")
# ffmpeg's RTSP client reads these out of the query and obeys them.
_FFMPEG_QUERY = frozenset({"udp", "multicast", "tcp", "filter_src"})

_USERINFO = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*:/{2,})\S*@")
_BARE_USERINFO = re.compile(r"[^\s:/@'\"]+:(?!//)[^\s@]+@(?=[\w\[])")
_SECRET_FIELD = re.compile(
    r"(?i)\b(pass(?:word|wd)?|pwd|token|secret|auth|key|api_?key|username|user)=[^\s&#'\"]+"
)
_AUTHORIZATION = re.compile(r"(?i)(authorization\s*:\s*)[^\r\n]+")


class UrlError(InputError):
    """A camera URL cannot be used; what it says holds no credentials."""


@dataclass(frozen=True, slots=True)
class StreamUrl:
    """A camera URL, checked and taken apart. ``str()`` of it shows no credentials.

    ``certified`` is the name that the certificate of an ``rtsps`` host must bear, where its host
    is the address alone.
    """

    scheme: str
    host: str = ""
    port: int | None = None
    path: str = ""
    query: str = ""
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    options: dict[str, str] = field(default_factory=dict)
    certified: str = field(default="", compare=False)

    @property
    def address(self) -> str:
        """The complete URL or file path for ffmpeg, with credentials: never show it."""
        if self.scheme == "file":
            return self.path
        user = ""
        if self.username:
            user = f"{quote(self.username, safe='')}:{quote(self.password, safe='')}@"
        return self._written("rtsp" if self.scheme == RTSP_UDP else self.scheme, user)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every spelling of the password that an error text might repeat."""
        return tuple({self.password, quote(self.password, safe="")} - {""})

    def __str__(self) -> str:
        if self.scheme == "file":
            return f"file:{self.path}"
        user = f"{HIDDEN}@" if self.username else ""
        return redact(self._written(self.scheme, user), *self.secrets)

    def _written(self, scheme: str, user: str) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port is not None else ""
        query = f"?{self.query}" if self.query else ""
        return f"{scheme}://{user}{host}{port}{self.path}{query}"


def parse_url(text: str, base: Path | None = None) -> StreamUrl:
    """Check ``text`` and take it apart.

    ``rtsp://``, ``rtsps://`` and ``rtsp+udp://`` URLs keep their query: it belongs to the camera.
    ``file:`` paths may be relative to ``base`` and take the options ``loop=1`` and
    ``start=SECONDS``. Other schemes are accepted only if an installed source declares them (see
    :mod:`monitor.streams.source`), which is checked when the source is made.

    Raises:
        UrlError: with what is wrong and how to write it; never with credentials.
    """
    if not text or _UNSAFE.search(text):
        raise UrlError(
            Text(
                "地址为空，或含有空格、控制字符",
                "the camera URL is empty or holds blanks or control characters",
            ),
            hint=Text(
                "特殊字符用百分号编码，如空格写作 %20",
                "percent-encode special characters, e.g. a blank as %20",
            ),
        )
    scheme, colon, _ = text.partition(":")
    scheme = scheme.lower()
    if not colon or not re.fullmatch(r"[a-z][a-z0-9+.\-]*", scheme):
        raise UrlError(
            Text(f"“{redact(text)}”不是摄像机地址", f"'{redact(text)}' is not a camera URL"),
            hint=Text(
                "写作 rtsp://用户名:密码@主机/路径，或 file:路径",
                "write rtsp://USER:PASSWORD@HOST/PATH or file:PATH",
            ),
        )
    if scheme == "file":
        return _parse_file(text, base)
    return _parse_network(scheme, text)


def file_url(path: Path, *, loop: bool = False, start: float = 0.0) -> StreamUrl:
    """Return the URL of a recording on this machine."""
    options = ({"loop": "1"} if loop else {}) | ({"start": f"{start:g}"} if start else {})
    return StreamUrl(scheme="file", path=str(path), options=options)


def redact(text: str, *secrets: str) -> str:
    """Return ``text`` without credentials, whoever wrote it.

    Hides what stands before ``@`` in URLs, secret query fields and ``Authorization`` headers, and
    each of ``secrets`` wherever it occurs. Rather hides too much than too little.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if secret:
            text = text.replace(secret, HIDDEN)
    text = _AUTHORIZATION.sub(rf"\1{HIDDEN}", text)
    text = _USERINFO.sub(rf"\1{HIDDEN}@", text)
    text = _BARE_USERINFO.sub(f"{HIDDEN}@", text)
    return _SECRET_FIELD.sub(rf"\1={HIDDEN}", text)


def _parse_file(text: str, base: Path | None) -> StreamUrl:
    location, _, query = text[len("file:") :].partition("?")
    if location.startswith("//"):
        host, slash, rest = location[2:].partition("/")
        if host not in ("", "localhost") or not slash:
            raise UrlError(
                Text("文件地址不能带主机名", "a file URL names no host"),
                hint=Text("写作 file:/路径 或 file:路径", "write file:/PATH or file:PATH"),
            )
        location = slash + rest
    path = Path(unquote(location))
    if not location or "\x00" in str(path):
        raise UrlError(
            Text("没有写文件名", "the file URL names no file"),
            hint=Text("写作 file:路径", "write file:PATH"),
        )
    options = dict(parse_qsl(query, keep_blank_values=True))
    _check_file_options(options)
    return StreamUrl(scheme="file", path=str((base / path) if base else path), options=options)


def _check_file_options(options: dict[str, str]) -> None:
    for name, value in options.items():
        if name not in FILE_OPTIONS:
            raise UrlError(
                Text(f"文件地址没有选项“{name}”", f"'{name}' is not an option of file URLs"),
                hint=Text(
                    f"可用的选项：{'、'.join(FILE_OPTIONS)}",
                    f"known options: {', '.join(FILE_OPTIONS)}",
                ),
            )
        pattern = r"[01]" if name == "loop" else r"\d{1,6}(\.\d{1,3})?"
        if not re.fullmatch(pattern, value):
            raise UrlError(
                Text(f"选项“{name}”的值不对", f"the option '{name}' has a wrong value"),
                hint=Text("写作 loop=1 或 start=秒数", "write loop=1 or start=SECONDS"),
            )


def _written(scheme: str) -> Text:
    return Text(f"写作 {scheme}://主机:端口/路径", f"write {scheme}://HOST:PORT/PATH")


def _parse_network(scheme: str, text: str) -> StreamUrl:
    try:
        # A password may hold '/', '?' or '#' unescaped: the authority ends at the last '@'.
        prefix, at, rest = text.partition("://")[2].rpartition("@")
        parts = urlsplit(f"{scheme}://{rest}")
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UrlError(
            Text("地址中的主机或端口不对", "the camera URL has no valid host and port"),
            hint=_written(scheme),
        ) from error
    if not _HOST.fullmatch(host) or parts.fragment or "\\" in rest:
        raise UrlError(
            Text("地址中的主机或路径不对", "the camera URL has no valid host or path"),
            hint=_written(scheme),
        )
    for name, _ in parse_qsl(parts.query, keep_blank_values=True):
        if name.lower() in _FFMPEG_QUERY:
            raise UrlError(
                Text(f"地址不能带“{name}”", f"the camera URL must not carry '{name}'"),
                hint=Text(
                    "RTSP 默认走 TCP；要用 UDP 请写 rtsp+udp://…",
                    "RTSP goes over TCP; write rtsp+udp://… for UDP",
                ),
            )
    username, _, password = prefix.partition(":")
    return StreamUrl(
        scheme=scheme,
        host=host,
        port=port if port is not None else _DEFAULT_PORTS.get(scheme),
        path=parts.path,
        query=parts.query,
        username=unquote(username) if at else "",
        password=unquote(password) if at else "",
    )
