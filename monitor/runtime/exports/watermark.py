"""Who took a picture away, and when, burned into it: along the lower edge and across the middle."""

from __future__ import annotations

import json
from functools import cache

import cv2
import numpy as np
import typst
from numpy.typing import NDArray
from pylopdf_fonts_zh_cn import sans_path

Image = NDArray[np.uint8]

_LAYOUT = """
#let data = json(bytes(sys.inputs.data))
#set page(width: data.width * 1pt, height: data.height * 1pt, margin: 0pt, fill: none)
#set text(font: "Noto Sans SC", fill: white, size: data.size * 1pt)
#let faint = text(
  fill: white.transparentize(72%), stroke: 0.02em + black.transparentize(80%),
  size: data.size * 1.5pt, data.text,
)
#place(center + horizon, dy: -data.height * 0.2pt, rotate(-18deg, faint))
#place(center + horizon, dy: data.height * 0.22pt, rotate(-18deg, faint))
#place(bottom + left, block(
  width: 100%, fill: black.transparentize(35%), inset: (x: data.size * 0.6pt, y: data.size * 0.4pt),
  data.text,
))
"""


class Watermark:
    """One text over pictures of one size. The glyphs come along: no system font is used."""

    def __init__(self, text: str, width: int, height: int) -> None:
        data = json.dumps(
            {"text": text, "width": width, "height": height, "size": max(11, height / 34)},
            ensure_ascii=False,
        )
        drawn = typst.compile(
            _LAYOUT.encode(),
            font_paths=_fonts(),
            sys_inputs={"data": data},
            format="png",
            ppi=72.0,
        )
        picture = cv2.imdecode(np.frombuffer(drawn, np.uint8), cv2.IMREAD_UNCHANGED)
        if picture is None or picture.shape[2] != 4:
            raise ValueError("the mark could not be drawn")
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        alpha = picture[:, :, 3:].astype(np.float32) / 255
        self._colour = picture[:, :, :3].astype(np.float32) * alpha
        self._rest = 1 - alpha

    def over(self, image: Image) -> Image:
        """Return ``image`` (BGR, of the mark's size) with the mark on it."""
        return (image * self._rest + self._colour).astype(np.uint8)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(sans_path().parent)],
    )
