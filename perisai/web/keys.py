"""Kept for settings that name it so; the rooms below ``web`` take their keys from ``perisai.keys``."""

from perisai.keys import Ring, UnknownKey, get, get_ring

__all__ = ["Ring", "UnknownKey", "get", "get_ring"]
