"""The reader of rule files, under the name that rooms of rules know it by; it stands below all rooms."""

from perisai.rulefile import RulesError, read_file

__all__ = ["RulesError", "read_file"]
