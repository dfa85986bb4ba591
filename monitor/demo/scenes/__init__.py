"""What happens in the demo district, one script for each room; no drawing is done here.

:data:`SCENES` maps the name of a camera to its scene.
"""

from monitor.demo.footage.world import Scene
from monitor.demo.scenes import (
    maple_entrance,
    maple_mixed,
    maple_playroom,
    riverside_infant,
    riverside_nap,
    riverside_toddler,
    sunshine_older,
    sunshine_toddler,
    sunshine_yard,
)

SCENES: dict[str, Scene] = {
    scene.name: scene
    for script in (
        sunshine_toddler,
        sunshine_older,
        sunshine_yard,
        riverside_toddler,
        riverside_infant,
        riverside_nap,
        maple_playroom,
        maple_mixed,
        maple_entrance,
    )
    for scene in script.SCENES
}
