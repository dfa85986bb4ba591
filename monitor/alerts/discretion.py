"""Pictures for those who may not recognise people in them.

The person model misses some people, so blurring only those it found would show the rest. The whole
picture is made coarse instead: rooms, boxes and where people are stay visible, faces do not.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from monitor.alerts.channels import Attachment, Channel, Message

COLUMNS = 96
"""How many blocks a picture is wide; a face that fills a tenth of it is ten blocks."""

_JPEG_QUALITY = 80


class Discreet:
    """A channel that gets coarse pictures and no other files."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    @property
    def takes_files(self) -> bool:
        """Whether attachments arrive."""
        return self._channel.takes_files

    def describe(self) -> str:
        """Return the address with its secrets hidden."""
        return self._channel.describe()

    def send(self, message: Message) -> None:
        """Hand a message over, its picture made coarse.

        Raises:
            DeliveryError: the service did not take it.
        """
        file = message.attachment
        self._channel.send(replace(message, attachment=None if file is None else coarse(file)))


def coarse(file: Attachment) -> Attachment | None:
    """Return a picture in which nobody can be recognised, or ``None`` if it is no picture."""
    if not file.media_type.startswith("image/"):
        return None
    image = cv2.imdecode(np.frombuffer(file.content, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        return None
    height, width = image.shape[:2]
    columns = min(COLUMNS, width)
    rows = max(1, round(height * columns / width))
    small = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA)
    blocks = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    done, encoded = cv2.imencode(".jpg", blocks, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        return None
    name = f"{file.name.rpartition('.')[0] or file.name}.jpg"
    return Attachment(name, "image/jpeg", bytes(encoded.tobytes()))
