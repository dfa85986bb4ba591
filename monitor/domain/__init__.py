"""Plain types and vocabulary that every other package speaks. No I/O, no storage, no web.

Times are POSIX seconds (UTC) as ``float`` where frames and packets flow, and zone-aware
``datetime`` where people read them; :mod:`monitor.domain.clock` converts between the two.
"""
