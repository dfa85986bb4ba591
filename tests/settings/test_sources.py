from __future__ import annotations

import ssl
from pathlib import Path

import certifi
import pytest

from monitor.documents import parse_document
from monitor.domain.errors import ConfigError
from monitor.settings import Settings, parse_settings

TEXT = "version: 1\ndistrict: {id: d, name: D}\nsources: {certificates: cameras.pem}\n"


def parsed(folder: Path) -> Settings:
    return parse_settings(parse_document(TEXT, "d.yaml"), folder)


def test_certificates_are_found_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "cameras.pem").write_bytes(Path(certifi.where()).read_bytes())
    reach = parsed(tmp_path).sources.reach()
    assert reach.certificates == tmp_path / "cameras.pem"
    ssl.create_default_context(cafile=reach.certificates)


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_file_without_certificates_is_a_mistake(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "cameras.pem").write_text(content, "utf-8")
    with pytest.raises(ConfigError, match=r"cameras\.pem cannot be read as certificates"):
        parsed(tmp_path)
