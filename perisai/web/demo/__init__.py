"""The Jambi demo world: real regions and offices' places, synthetic people only; every date relative to today.

``load`` fills an empty installation and leaves one that has the world as it is; ``credentials`` is what
``perisai demo --credentials`` prints.
"""

from perisai.web.demo.credentials import credentials
from perisai.web.demo.load import load

__all__ = ["credentials", "load"]
