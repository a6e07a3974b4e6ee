"""The table of cases that the command line, the Go and the Python client are all held against."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from qcos import _config
from qcos.errors import ConfigError

TABLE = Path(__file__).parents[3] / "testdata" / "config" / "resolution.json"
CASES = json.loads(TABLE.read_text(encoding="utf-8"))["cases"] if TABLE.exists() else []


def test_the_table_is_there() -> None:
    if not TABLE.exists():
        pytest.skip("testdata/config/resolution.json is absent: this is not a checkout of the repository")
    assert len(CASES) >= 80


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_resolution(case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    if "dotenv" in case:
        (project / ".env").write_text("\n".join(case["dotenv"]) + "\n", encoding="utf-8")
    if "home_dotenv" in case:
        (tmp_path / ".env").write_text("\n".join(case["home_dotenv"]) + "\n", encoding="utf-8")
    if "config" in case or "config_text" in case:
        (tmp_path / ".qcos").mkdir(mode=0o700)
        file = tmp_path / ".qcos" / "config.json"
        text = case["config_text"] if "config_text" in case else json.dumps(case["config"])
        file.write_bytes(text.encode())
        file.chmod(int(case.get("config_mode", "0600"), 8))
    if "config_mode" in case and os.name == "nt":
        pytest.skip("files have no permissions here")
    folder = project / case.get("below", "")
    folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("HOME", str(tmp_path))

    def resolve() -> _config.Settings:
        return _config.resolve(case.get("flags"), directory=folder, home=tmp_path, environment=case.get("env", {}))

    if "error" in case:
        with pytest.raises(ConfigError) as e:
            resolve()
        text = f"{e.value} {e.value.next}"
        for word in case["error"]:
            assert word in text
        assert "\n" not in text
        assert "efgh" not in text
        assert "1111-1111" not in text
        return
    settings = resolve()
    for words in case.get("warnings", []):
        assert words in "\n".join(settings.warnings)
    for name, (value, origin) in case["want"].items():
        got = getattr(settings, name)
        got = got.reveal() if name == "api_key" and got is not None else got
        o = settings.origins[name]
        assert (got, o.kind if o.kind == "flag" or not o.name else f"{o.kind} {o.name}") == (value, origin), name
