"""From frames to events: find people, follow them, judge their age, know the room, apply rules.

A frame enters on the left, an event leaves on the right: ``finder`` → ``tracking`` → ``age`` and
ground plane → room state → ``rules``. Nothing here reads a stream or writes to the store.
"""
