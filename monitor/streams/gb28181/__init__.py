"""GB/T 28181: Kanhu as the upper platform (上级平台) of institutions' recorders and cameras.

Devices sign in to :class:`~monitor.streams.gb28181.platform.Platform`, the SIP side, which runs
once per installation in a process of its own. Whoever reads a camera opens the media socket
itself and asks the platform over the :mod:`desk <monitor.streams.gb28181.desk>` to have the device
send there; the open desk connection *is* the session: once it closes, for whatever reason, the
device is told to stop.

::

    device ──SIP──▶ platform ◀──desk── source ──packets──▶ reader
       └───────────RTP (PS)──────────────▲

Built for the 2016 edition, tolerant of 2011 and 2022.
"""
