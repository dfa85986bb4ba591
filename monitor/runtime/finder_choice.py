"""The finder that the configuration chooses, and a watch over that choice.

Whoever edits ``model:`` in the configuration, or exports a chosen model anew, need not restart
anything: the new model is opened beside the old one and takes over between two frames.
"""

from __future__ import annotations

from pathlib import Path

import structlog

from monitor.detectors.finder import Finder, load_finder
from monitor.detectors.finders.by_size import Size, SizedFinders
from monitor.detectors.models.forms import Form
from monitor.detectors.models.manifest import load_manifest
from monitor.detectors.models.sidecar import SIDECAR
from monitor.domain.errors import KanhuError
from monitor.runtime.environment import Environment
from monitor.runtime.finder_swap import SwappableFinder
from monitor.settings import load_settings
from monitor.settings.schema import Finder as Choice

log = structlog.get_logger(__name__)


def open_finder(choice: Choice, models_dir: Path) -> SizedFinders:
    """Open the chosen model, verified and warmed up, at the chosen size; others when needed.

    Raises:
        ModelError: the model is missing, altered or cannot run here.
        InputError: an option does not fit the model or the engine.
        NotFoundError: the manifest has no such model.
    """

    def at(size: Size) -> Finder:
        return load_finder(
            choice.name,
            models_dir,
            engine=choice.finder,
            input_size=size,
            confidence=choice.confidence,
            precision=None if choice.precision == "auto" else choice.precision,
        )

    return SizedFinders(at, (choice.input_width, choice.input_height))


class ChoiceWatch:
    """Notices that another model is chosen, or that the chosen one was exported anew."""

    def __init__(self, environment: Environment, finder: SwappableFinder) -> None:
        self._config = environment.config
        self._models = environment.models_folder
        self._finder = finder
        self._choice = environment.settings.model
        self._read = _changed(self._config)
        self._made = self._exported()

    def look(self) -> None:
        """Begin a swap if there is a reason for one; call every few seconds. Never raises."""
        read, made = _changed(self._config), self._exported()
        if (read, made) == (self._read, self._made) or self._finder.swapping:
            return
        choice = self._choice
        if read != self._read:
            try:
                choice = load_settings(self._config).model
            except KanhuError as error:
                log.warning("configuration_not_taken_up", error=str(error))
        renewed = made != self._made
        self._read, self._made = read, made
        if renewed or _opened_alike(choice) != _opened_alike(self._choice):
            self._choice = choice
            self._made = self._exported()
            self._finder.swap(lambda: open_finder(choice, self._models))

    def _exported(self) -> tuple[int, ...]:
        try:
            spec = load_manifest(self._models).model(self._choice.name)
        except KanhuError:
            return ()
        return tuple(_changed(self._models / spec.folder(form) / SIDECAR) for form in Form)


def _opened_alike(choice: Choice) -> Choice:
    # Which frames are looked at is not the finder's business.
    return choice.model_copy(update={"calm_fps": 1.0, "gate": "on", "adapt_input": True})


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
