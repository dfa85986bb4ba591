from __future__ import annotations

import av
import pytest

from monitor.domain.errors import SourceError
from monitor.streams.failures import Reason, StreamError, failure_of


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words_and_advice_in_both_languages(reason: Reason) -> None:
    failure = StreamError(reason, where="camera")
    for text in (failure.text, failure.advice):
        assert text.en.isascii()
        assert not text.zh.isascii()
    assert isinstance(failure, SourceError)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionRefusedError(111, "refused"), Reason.REFUSED),
        (ConnectionResetError(104, "reset"), Reason.CUT),
        (OSError(113, "no route"), Reason.UNREACHABLE),
        (av.error.ExitError(1, "exit"), Reason.TIMED_OUT),
        (av.error.HTTPUnauthorizedError(1, "401"), Reason.UNAUTHORIZED),
        (av.error.HTTPServerError(1, "500"), Reason.BUSY),
        (KeyError("x"), Reason.OTHER),
    ],
)
def test_errors_in_words(error: Exception, reason: Reason) -> None:
    assert failure_of(error).reason is reason


def test_details_of_unknown_errors_are_redacted() -> None:
    error = OSError(99, "cannot open rtsp://admin:hunter22@host/x (hunter22)")
    text = str(failure_of(error, where="camera", secrets=("hunter22",)))
    assert "hunter22" not in text
    assert "cannot open" in text


def test_a_known_failure_stays_itself() -> None:
    failure = StreamError(Reason.ENDED)
    assert failure_of(failure) is failure
