"""The example in docs/disclosure.md says what the engine says: it is run as it stands there."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

TEXT = (Path(__file__).parents[1] / "docs/disclosure.md").read_text(encoding="utf-8")


def test_the_documented_example_prints_what_is_documented() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    (expected,) = re.findall(r"```text\n(.*?)```", TEXT, flags=re.DOTALL)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "docs/disclosure.md", "exec"), {})  # noqa: S102 - our own documentation
    assert printed.getvalue() == expected
