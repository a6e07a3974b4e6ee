"""Puts the qcos binary into the wheel, which `pip install` then lays on the path.

QCOS_WHEEL_BINARY names the binary and QCOS_WHEEL_TAG the platform of the wheel (`make wheel` sets both). Without them, as in an
installation from source, the wheel is for any platform and carries none: local execution then needs a qcos on the path.
"""

from __future__ import annotations

import os
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BinaryHook(BuildHookInterface[Any]):
    """Names the binary among the wheel's scripts."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        binary = os.environ.get("QCOS_WHEEL_BINARY")
        if self.target_name != "wheel" or version == "editable" or not binary:
            return
        name = "qcos.exe" if binary.endswith(".exe") else "qcos"
        build_data["shared_scripts"] = {binary: name}
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{os.environ['QCOS_WHEEL_TAG']}"
