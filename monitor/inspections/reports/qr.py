"""QR codes, so that paper leads back to the system."""

from __future__ import annotations

import cv2

_QUIET = 4


def qr_svg(text: str) -> str:
    """Return a QR code (ISO/IEC 18004, error correction M) as SVG with its quiet zone."""
    parameters = cv2.QRCodeEncoder.Params()
    parameters.correction_level = cv2.QRCODE_ENCODER_CORRECT_LEVEL_M
    modules = cv2.QRCodeEncoder.create(parameters).encode(text) == 0
    rows, columns = modules.nonzero()
    left, top = int(columns.min()), int(rows.min())
    side = int(columns.max()) - left + 1 + 2 * _QUIET
    squares = "".join(
        f"M{column - left + _QUIET} {row - top + _QUIET}h1v1h-1z"
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<rect width="{side}" height="{side}" fill="#fff"/><path d="{squares}"/></svg>'
    )
