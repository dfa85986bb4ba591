from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import InputError
from monitor.web.uploads import LARGEST_UPLOAD, jpeg_size, media_type_of
from tests.web.conftest import picture

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"


def png() -> bytes:
    done, encoded = cv2.imencode(".png", np.zeros((20, 30, 3), np.uint8))
    assert done
    return bytes(encoded.tobytes())


def test_what_may_be_sent_is_told_by_its_bytes() -> None:
    assert media_type_of(picture()) == "image/jpeg"
    assert media_type_of(png()) == "image/png"
    assert media_type_of(PDF) == "application/pdf"
    assert jpeg_size(picture("", 321, 123)) == (321, 123)


def _bomb() -> bytes:
    content = png()
    return content[:16] + struct.pack(">II", 60_000, 60_000) + content[24:]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg onload='alert(1)'/>",
        b"<html><script>alert(1)</script></html>",
        b"MZ\x90\x00",
        b"PK\x03\x04 a zip",
        b"GIF89a",
        picture()[:-200],
        png()[:-8],
        PDF[:-7],
        _bomb(),
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x00" + b"\x00" * 40 + b"\xff\xd9",
        b"\xff\xd8\xff" + b"\x00" * LARGEST_UPLOAD,
    ],
    ids=range(13),
)
def test_everything_else_is_refused(content: bytes) -> None:
    with pytest.raises(InputError):
        media_type_of(content)


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-"])
)
def test_no_bytes_break_it(content: bytes, start: bytes) -> None:
    try:
        media_type_of(start + content)
    except InputError:
        return
    assert (start + content).startswith((b"\xff\xd8\xff", b"\x89PNG", b"%PDF-"))
