"""What every process of the service starts from: settings, district, database, folders."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from monitor.documents import parse_document
from monitor.domain.errors import ConfigError
from monitor.domain.places import District
from monitor.domain.system_words import system_words
from monitor.domain.text import Text
from monitor.settings import Settings, load_settings, parse_settings
from monitor.settings.district import district_of
from monitor.store.base import Database
from monitor.store.files import FileStore

_CHECKOUT_MODELS = Path(__file__).parents[2] / "models"


@dataclass(frozen=True, slots=True)
class Environment:
    """Settings and places on disk; cheap to build in every process."""

    config: Path
    settings: Settings
    district: District
    config_version: str

    @classmethod
    def load(cls, config: Path) -> Environment:
        """Read the configuration file and prepare its data folder.

        Raises:
            ConfigError: the file has a mistake, or the data folder cannot be used.
        """
        return cls._prepared(config, load_settings(config), config.read_bytes())

    @classmethod
    def of(cls, config: Path, text: str) -> Environment:
        """Return what every process would start from if the file had this text.

        Raises:
            ConfigError: the text has a mistake, or the data folder cannot be used.
        """
        document = parse_document(text, str(config))
        settings = parse_settings(document, config.resolve().parent)
        return cls._prepared(config, settings, text.encode("utf-8"))

    @classmethod
    def _prepared(cls, config: Path, settings: Settings, content: bytes) -> Environment:
        folder = settings.service.data_dir
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        except OSError as error:
            raise ConfigError(
                Text(
                    f"数据文件夹 {folder} 无法建立：{system_words(error).zh}",
                    f"the data folder {folder} cannot be made: {system_words(error).en}",
                ),
                where=f"{config}: service.data_dir",
                hint=Text("请写一个可以写入的文件夹", "name a folder that this user may write to"),
            ) from None
        return cls(
            config=config.resolve(),
            settings=settings,
            district=district_of(settings, config.resolve().parent),
            config_version=hashlib.sha256(content).hexdigest()[:12],
        )

    @property
    def data(self) -> Path:
        """The folder with everything that the service writes."""
        return self.settings.service.data_dir

    @property
    def evidence_folder(self) -> Path:
        """Snapshots and clips."""
        return self.data / "evidence"

    @property
    def recordings_folder(self) -> Path:
        """Continuous recordings."""
        return self.data / "recordings"

    @property
    def exports_folder(self) -> Path:
        """Exported stretches of recordings, for a day."""
        return self.data / "exports"

    def recording_store(self) -> FileStore:
        """Open the place of finished recordings.

        Raises:
            ConfigError: it cannot be used.
        """
        return FileStore(self.settings.recording.store or self.recordings_folder)

    @property
    def tracks_folder(self) -> Path:
        """Tracks kept for back-tests."""
        return self.data / "tracks"

    @property
    def labels_folder(self) -> Path:
        """Frames kept for labelling."""
        return self.data / "labels"

    @property
    def models_folder(self) -> Path:
        """Fetched and exported models."""
        if self.settings.model.models_dir is not None:
            return self.settings.model.models_dir
        return models_folder()

    def database(self) -> Database:
        """Open the database named in the settings, or SQLite in the data folder."""
        url = self.settings.service.database_url
        if url is not None:
            return Database(url.get_secret_value())
        return Database(f"sqlite:///{self.data / 'kanhu.db'}")

    def secret(self) -> str:
        """Return the random secret that this installation's processes share."""
        return shared_secret(self.data)

    def demo_token(self) -> str:
        """Return the secret part of the demo inbox's address."""
        return demo_token(self.data)


def shared_secret(data: Path) -> str:
    """Return the secret kept in the data folder, made at the first call."""
    return kept_once(data / "secret", lambda: secrets.token_urlsafe(32))


def kept_once(path: Path, make: Callable[[], str]) -> str:
    """Return the secret text in a file that only its owner reads, made at the first call."""
    if not path.exists():
        own = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        handle = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(make())
        with contextlib.suppress(FileExistsError):
            os.link(own, path)  # whole or not at all, and the first process wins
        own.unlink()
    return path.read_text("ascii").strip()


def demo_token(data: Path) -> str:
    """Return the secret part of the demo inbox's address, of the installation in ``data``."""
    return hashlib.sha256(f"demo inbox {shared_secret(data)}".encode()).hexdigest()[:32]


def models_folder() -> Path:
    """Return the checkout's ``models/`` when running from one, else one in the user's cache."""
    if (_CHECKOUT_MODELS / "manifest.toml").exists():
        return _CHECKOUT_MODELS
    return platformdirs.user_cache_path("kanhu") / "models"
