"""Video in: sources, reconnection, packet fan-out, gate, decoding, health, recording.

A :class:`~monitor.streams.reader.CameraReader` owns one camera. It publishes encoded packets to
bounded subscriptions and keeps the last seconds of them in a ring; recording, live view and
evidence clips use these packets and never re-encode. Pictures exist only where
:mod:`monitor.streams.gate` says that something should look.
"""
