"""The version, for the package and for certificates."""

__version__ = "0.1.0"
