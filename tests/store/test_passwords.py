from __future__ import annotations

import pytest
from pwdlib import PasswordHash

from monitor.domain.errors import InputError
from monitor.store import passwords
from monitor.store.passwords import hash_password, password_fits


def test_in_earnest_a_guess_costs_64_mib(
    real_hasher: PasswordHash, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "HASHER", real_hasher)
    stored = hash_password("correct horse")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert password_fits("correct horse", stored)
    assert not password_fits("Correct horse", stored)


def test_nobody_has_no_password() -> None:
    assert not password_fits("nobody has this password", None)
    assert not password_fits("correct horse", "not a hash")
    assert not password_fits("x" * 1000, hash_password("correct horse"))
    with pytest.raises(InputError):
        hash_password("short")
