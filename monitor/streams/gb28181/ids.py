"""The 20 digits that name a device, a channel or a platform (GB/T 28181, annex D).

Centre code (8: province, city, district, street) + trade (2) + type (3) + network (1) + number (6).
"""

from __future__ import annotations

import re

from monitor.domain.errors import InputError
from monitor.domain.text import Text

_ID = re.compile(r"[0-9]{20}")
_DOMAIN = re.compile(r"[0-9]{8,20}")
_CAMERA_TYPES = range(131, 133)


_DEVICE = Text("设备编码", "device id")


def device_id(text: str, *, what: Text = _DEVICE) -> str:
    """Return ``text`` if it is an id of 20 digits; ``what`` says of whom.

    Raises:
        InputError: it is not.
    """
    if not _ID.fullmatch(text):
        raise InputError(
            Text(
                f"“{text[:40]}”不是 GB/T 28181 {what.zh}",
                f"'{text[:40]}' is not a GB/T 28181 {what.en}",
            ),
            hint=Text(
                "写设备的国标页面上显示的 20 位数字，加引号",
                "write the 20 digits that the device's GB/T 28181 page shows, in quotes",
            ),
        )
    return text


def is_device_id(text: str) -> bool:
    """Say whether ``text`` is an id of 20 digits."""
    return _ID.fullmatch(text) is not None


def domain_id(text: str) -> str:
    """Return ``text`` if it can be a SIP domain: the first 8 to 20 digits of the platform's id.

    Raises:
        InputError: it cannot.
    """
    if not _DOMAIN.fullmatch(text):
        raise InputError(
            Text(
                f"“{text[:40]}”不是 GB/T 28181 域编码",
                f"'{text[:40]}' is not a GB/T 28181 domain",
            ),
            hint=Text(
                "通常是平台编码的前十位", "usually the first ten digits of the platform's id"
            ),
        )
    return text


def is_camera(identifier: str) -> bool:
    """Say whether the type digits of a valid id are those of a camera (131, 132)."""
    return int(identifier[10:13]) in _CAMERA_TYPES
