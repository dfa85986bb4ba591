"""What can be wrong with what a device sends.

::

    SourceError
    └── ProtocolError     a device does not keep to the protocol
        ├── SipError      … in a SIP message
        ├── SdpError      … in a session description
        ├── XmlError      … in a MANSCDP document
        ├── RtpError      … in an RTP packet
        └── PsError       … in the programme stream
"""

from __future__ import annotations

from monitor.domain.errors import SourceError


class ProtocolError(SourceError):
    """A device does not keep to the protocol."""


class SipError(ProtocolError):
    """Not a SIP message, or one beyond the limits."""


class SdpError(ProtocolError):
    """Not a session description that media could follow from."""


class XmlError(ProtocolError):
    """Not a MANSCDP document, or one that holds what none may hold."""


class RtpError(ProtocolError):
    """Not an RTP packet."""


class PsError(ProtocolError):
    """Not an MPEG programme stream, or one beyond the limits."""
