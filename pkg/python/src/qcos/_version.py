"""The version of the distribution that this is installed from."""

from importlib import metadata

try:
    __version__ = metadata.version("qcos-sdk")
except metadata.PackageNotFoundError:  # a source tree on the path
    __version__ = "0+source"
