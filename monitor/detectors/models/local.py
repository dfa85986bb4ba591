"""Models made on this machine: ``local.toml`` in the models folder, read after the manifests.

Written by ``monitor train``, whole or not at all, and last: weights and export are in place before
a model is named here.
"""

from __future__ import annotations

import json
from pathlib import Path

from monitor.detectors.models.files import whole_file
from monitor.detectors.models.manifest import LOCAL, ModelSpec, read_manifest

_HEAD = "# Models made on this machine by `monitor train`. Remove a table to forget a model.\n"


def register(spec: ModelSpec, models_dir: Path) -> None:
    """Add ``spec`` to the local models; one of the same name is replaced.

    Call it under :func:`monitor.detectors.models.files.sole_writer`.

    Raises:
        ConfigError: the file that is there has a mistake.
    """
    path = models_dir / LOCAL
    specs = {**(read_manifest(path) if path.exists() else {}), spec.name: spec}
    text = _HEAD + "\nversion = 1\n" + "".join(_table(item) for item in specs.values())
    with whole_file(path) as part:
        part.write_text(text, "utf-8")


def _table(spec: ModelSpec) -> str:
    content = spec.model_dump(mode="json", exclude={"name", "sources"}, exclude_none=True)
    name = json.dumps(spec.name)
    lines = [f"\n[models.{name}]"]
    lines += [f"{key} = {_value(value)}" for key, value in content.items() if value not in ({}, [])]
    for source in spec.sources:
        lines.append(f"\n[[models.{name}.sources]]")
        lines += [
            f"{key} = {_value(value)}" for key, value in source.model_dump(mode="json").items()
        ]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    """Return ``value`` as TOML; JSON's texts, numbers and lists are TOML's too."""
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key, ensure_ascii=False)} = {_value(v)}" for key, v in value.items())
        return "{ " + ", ".join(pairs) + " }"
    return json.dumps(value, ensure_ascii=False)
