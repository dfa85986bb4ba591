"""Finders: from pictures to people. The protocol, and how a finder is looked up by name.

A finder is a factory registered under the entry-point group ``kanhu.finders``; Kanhu brings
``openvino`` (CPU, no torch), ``onnxruntime`` (the same by another runtime) and ``ultralytics`` (CPU
or CUDA, the reference). A package of your own
adds one by naming its factory in that group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.domain.errors import InputError
from monitor.domain.people import Person

GROUP = "kanhu.finders"
Image = NDArray[np.uint8]
Precision = Literal["f32", "bf16", "int8"]


class Finder(Protocol):
    """Finds people in pictures. Safe to share between threads."""

    @property
    def name(self) -> str:
        """Model and engine, as provenance shows them."""

    @property
    def sha256(self) -> str:
        """Hash of the weights that the manifest declares."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The model's own classes that count as people."""

    def find(self, frames: Sequence[Image]) -> list[list[Person]]:
        """Return the people of each frame, best score first.

        Frames are ``uint8`` BGR of shape (height, width, 3) and may differ in size; boxes are
        normalised to their own frame.

        Raises:
            ValueError: a frame has another type or shape.
        """


@dataclass(frozen=True, slots=True)
class FinderOptions:
    """How a finder looks at pictures.

    ``input_size`` is (width, height) in pixels, multiples of 32. ``confidence`` is the least score
    of a box; low on purpose, as the tracker keeps people alive on weak boxes. Of two boxes whose
    intersection over union exceeds ``overlap`` the weaker is dropped. ``precision`` ``None`` takes
    what the processor does best with the exported graph; ``int8`` opens the quantised one.
    ``streams`` is how many pictures are looked at side by side, each on one core. ``device`` is the
    engine's own word, such as ``cuda:0``; empty is its default.
    """

    input_size: tuple[int, int] = (640, 384)
    confidence: float = 0.1
    overlap: float = 0.6
    precision: Precision | None = None
    streams: int = 1
    device: str = ""


Factory = Callable[[str, Path, FinderOptions], Finder]

_BUILT_IN = tuple(
    EntryPoint(engine, f"monitor.detectors.finders.{engine}:load", GROUP)
    for engine in ("openvino", "onnxruntime", "ultralytics")
)


def finder_engines() -> dict[str, EntryPoint]:
    """Return all registered engines by name; one from another package may replace ours."""
    return {point.name: point for point in (*_BUILT_IN, *entry_points(group=GROUP))}


def load_finder(
    name: str,
    models_dir: Path,
    *,
    engine: str = "openvino",
    input_size: tuple[int, int] = (640, 384),
    confidence: float = 0.1,
    overlap: float = 0.6,
    precision: Precision | None = None,
    streams: int = 1,
    device: str = "",
) -> Finder:
    """Open the model ``name``, verified and warmed up; nothing is fetched.

    The keywords are those of :class:`FinderOptions`.

    Raises:
        InputError: an option is out of range, or there is no such engine.
        ModelError: the model is missing, altered or cannot run here.
        NotFoundError: the manifest has no such model.
    """
    options = FinderOptions(input_size, confidence, overlap, precision, streams, device)
    _check(options)
    engines = finder_engines()
    if engine not in engines:
        raise InputError(
            f"there is no finder engine '{engine}'", hint=f"known: {', '.join(engines)}"
        )
    factory: Factory = engines[engine].load()
    return factory(name, models_dir, options)


def check_frame(frame: Image) -> None:
    """Raise ``ValueError`` unless ``frame`` is a ``uint8`` picture of three channels."""
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or not frame.size:
        raise ValueError(f"not a uint8 BGR picture: {frame.dtype} of shape {frame.shape}")


def _check(options: FinderOptions) -> None:
    if any(side < 32 or side % 32 for side in options.input_size):
        raise InputError(
            f"input size {options.input_size} is not made of multiples of 32",
            hint="for 16:9 pictures use 640×384, 960×544 or 1280×736",
        )
    if not 0 < options.confidence < 1 or not 0 < options.overlap <= 1:
        raise InputError("confidence must lie between 0 and 1, and overlap in (0, 1]")
    if options.streams < 1:
        raise InputError("at least one stream is needed")
