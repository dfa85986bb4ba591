"""The demo district's configuration: ``configs/demo.yaml`` with its places and ports filled in."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from string import Template
from urllib.parse import quote

from monitor.domain.errors import ConfigError
from monitor.domain.text import Language, Text

_TEMPLATES = (
    Path(__file__).parent / "demo.yaml",
    Path(__file__).parents[2] / "configs" / "demo.yaml",
)
"""Where the template lies in an installed package, and where in a checkout."""


_EXPIRIES = (25, 400, 900)


def find_demo_template() -> Path:
    """Return the template of the demo's configuration.

    Raises:
        ConfigError: it did not come with this installation.
    """
    for path in _TEMPLATES:
        if path.is_file():
            return path
    raise ConfigError(
        Text("缺少演示区的配置", "the demo's configuration is missing"),
        where=str(_TEMPLATES[0]),
        hint=Text("请重新安装看护", "install Kanhu anew"),
    )


def demo_config(
    footage_dir: Path,
    rtsp_port: int,
    *,
    data_dir: Path,
    registers: Path,
    inbox: str,
    today: date,
    sip_port: int,
    nvr_password: str,
    port: int = 8480,
    workers: int = 2,
    language: Language = "zh",
) -> str:
    """Return the demo's configuration as YAML text, ready to be written and loaded.

    ``footage_dir`` holds the composed ``NAME.mp4``; cameras on ``rtsp_port`` of this machine are
    named like their scenes. The recorder signs in on ``sip_port`` with ``nvr_password``. ``inbox``
    is the Apprise URL that gets the notices, in ``language``. The institutions' papers expire some
    days from ``today``, as their registers say.
    """
    template = Template(find_demo_template().read_text("utf-8"))
    return template.substitute(
        FOOTAGE=quote(str(footage_dir.resolve())),
        FOOTAGE_FOLDER=_inside_quotes(footage_dir.resolve()),
        RTSP_PORT=rtsp_port,
        DATA=_inside_quotes(data_dir.resolve()),
        REGISTERS=_inside_quotes(registers.resolve()),
        INBOX=_inside_quotes(inbox),
        SIP_PORT=sip_port,
        NVR_PASSWORD=_inside_quotes(nvr_password),
        PORT=port,
        WORKERS=workers,
        LANGUAGE=language,
        **{f"IN_{days}_DAYS": today + timedelta(days) for days in _EXPIRIES},
    )


def _inside_quotes(value: object) -> str:
    """Return ``value`` escaped for a double-quoted YAML text."""
    return json.dumps(str(value), ensure_ascii=False)[1:-1]
