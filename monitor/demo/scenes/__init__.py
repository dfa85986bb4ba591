"""What happens in the demo district, one script for each room; no drawing is done here.

:data:`SCENES` maps the name of a camera to its scene.
"""

from monitor.demo.footage.world import Scene
from monitor.demo.scenes import bamboo_toddler, sunshine_toddler

SCENES: dict[str, Scene] = {
    scene.name: scene for script in (sunshine_toddler, bamboo_toddler) for scene in script.SCENES
}
