"""Bring the weights of a model here and believe only their hash."""

from __future__ import annotations

from pathlib import Path

import structlog
from rich.progress import Progress

from monitor.detectors.models.failure import UnobtainableError
from monitor.detectors.models.files import sha256_of, sole_writer, whole_file
from monitor.detectors.models.manifest import ModelSpec, load_manifest
from monitor.detectors.models.pins import is_hash, write_pin
from monitor.detectors.models.sources import obtain
from monitor.domain.errors import InputError, ModelError

_log = structlog.get_logger(__name__)


def fetch_model(
    name: str, models_dir: Path, progress: Progress | None = None, *, sha256: str | None = None
) -> Path:
    """Return the verified weights of ``name``, fetched from the first source that has them.

    ``sha256`` is the hash that the caller trusts for a model whose publisher names none. Once a
    file with that hash has come it is remembered in ``models_dir``.

    Raises:
        ModelError: weights already here were altered, no source gave the right file, or nobody
            has said which file is the right one.
        InputError: ``sha256`` is no hash, or contradicts the one that is known.
        NotFoundError: the manifest has no such model.
        ConfigError: a manifest has a mistake.
    """
    spec = load_manifest(models_dir).model(name)
    if sha256 is None:
        return fetch_weights(spec, models_dir, progress)
    trusted = sha256.strip().lower()
    if not is_hash(trusted):
        raise InputError("a SHA-256 has 64 hexadecimal digits", where="--sha256")
    if not spec.unverified:
        if trusted != spec.sha256:
            raise InputError(
                f"another hash is known for this model: {spec.sha256}",
                where=name,
                hint="declare other weights as a model of your own (models/README.md)",
            )
        return fetch_weights(spec, models_dir, progress)
    path = fetch_weights(spec.pinned(trusted), models_dir, progress)
    write_pin(models_dir, name, trusted)
    return path


def fetch_weights(spec: ModelSpec, models_dir: Path, progress: Progress | None = None) -> Path:
    """Do as :func:`fetch_model` for a model already looked up."""
    require_hash(spec)
    target = models_dir / spec.weights_file
    if target.exists():
        return check_weights(spec, models_dir)
    with sole_writer(models_dir):
        if target.exists():
            return check_weights(spec, models_dir)
        return _fetch(spec, target, progress)


def require_hash(spec: ModelSpec) -> None:
    """Raise ``ModelError`` if nobody has said which file of this model is the right one."""
    if spec.unverified:
        raise ModelError(
            "the publisher names no hash for this model, so nothing says which file is the right "
            "one",
            where=spec.name,
            hint=f"get its SHA-256 from somebody you trust, then run: monitor models fetch "
            f"{spec.name} --sha256 HASH",
        )


def check_weights(spec: ModelSpec, models_dir: Path) -> Path:
    """Return the weights in ``models_dir`` if they are what the manifest says.

    Raises:
        ModelError: they are missing or altered.
    """
    require_hash(spec)
    path = models_dir / spec.weights_file
    if not path.is_file():
        raise ModelError(
            "the weights are not here",
            where=str(path),
            hint=f"run: monitor models fetch {spec.name}",
        )
    actual = sha256_of(path)
    if actual != spec.sha256:
        raise ModelError(
            f"the weights are not what the manifest says: expected SHA-256 {spec.sha256}, "
            f"actual {actual}",
            where=str(path),
            hint="they are not used; if you put them there, declare them in a manifest of your own "
            f"(models/README.md), else delete the file and run: monitor models fetch {spec.name}",
        )
    return path


def _fetch(spec: ModelSpec, target: Path, progress: Progress | None) -> Path:
    reasons = []
    for source in spec.sources:
        try:
            with whole_file(target) as part:
                obtain(source, part, spec, target.parent, progress)
                actual = sha256_of(part)
                if actual != spec.sha256:
                    raise UnobtainableError(
                        f"gave a file that is not the model: expected SHA-256 {spec.sha256}, "
                        f"actual {actual}"
                    )
        except UnobtainableError as failure:
            _log.warning(
                "model source failed", model=spec.name, source=str(source), reason=str(failure)
            )
            reasons.append(f"{source}: {failure}")
        except OSError as error:
            raise ModelError(
                f"the weights cannot be written: {error.strerror}",
                where=str(target),
                hint="free some space or make the models folder writable",
            ) from error
        else:
            _log.info("model fetched", model=spec.name, source=str(source), sha256=actual)
            return target
    raise ModelError(
        "no source gave the weights:\n" + "\n".join(f"  - {reason}" for reason in reasons),
        where=spec.name,
        hint=f"check the network or the package mirror, or copy {target.name} from another machine "
        f"to {target} (its SHA-256 must be {spec.sha256})",
    )
