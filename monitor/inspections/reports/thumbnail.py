"""Photos made small enough for paper."""

from __future__ import annotations

import base64

import cv2
import numpy as np

_LONGEST_SIDE = 640
_QUALITY = 80


def thumbnail(content: bytes) -> bytes | None:
    """Return a picture as a JPEG of 640 pixels at most, upright; ``None`` if it is no picture."""
    if not content:
        return None
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        return None
    longest = max(picture.shape[:2])
    if longest > _LONGEST_SIDE:
        share = _LONGEST_SIDE / longest
        size = (max(1, round(picture.shape[1] * share)), max(1, round(picture.shape[0] * share)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    done, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return encoded.tobytes() if done else None


def framed_photo(jpeg: bytes) -> str:
    """Return a JPEG inside an SVG, which is how a picture reaches a page that is set from text.

    Raises:
        ValueError: it is no picture.
    """
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("not a picture")
    height, width = picture.shape[:2]
    data = base64.b64encode(jpeg).decode("ascii")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/jpeg;base64,{data}"/></svg>'
    )
