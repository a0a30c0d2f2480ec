"""The script that draws charts without a network, once for all charts of a page."""

from __future__ import annotations

import functools
import os
import tempfile
from importlib.metadata import version
from pathlib import Path

import platformdirs
import vl_convert


@functools.cache
def chart_runtime() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script.

    Bundling takes seconds, so the script is kept in the user's cache folder, where it can be
    written there, under the version that made it.
    """
    kept = _folder() / f"charts-{version('vl-convert-python')}.js"
    try:
        return kept.read_text(encoding="utf-8")
    except OSError:
        script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    _keep(script, kept)
    return script


def _folder() -> Path:
    named = os.environ.get("LEADPACT_CACHE")
    return Path(named).expanduser() if named else platformdirs.user_cache_path("leadpact")


def _keep(script: str, kept: Path) -> None:
    try:
        kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=kept.parent, delete=False
        ) as partial:
            partial.write(script)
        os.replace(partial.name, kept)
    except OSError:
        # Without a folder to write to the next page is made as slowly as this one, no less well.
        return
