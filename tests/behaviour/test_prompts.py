"""Answers the questions at a terminal, as a person does who takes every default."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest
import rendering

pty = pytest.importorskip("pty", reason="needs a POSIX terminal")


def test_enter_to_every_question_gives_the_defaults(template: Path, tmp_path: Path) -> None:
    terminal, other_end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "copier", "copy", "--trust", str(template), str(tmp_path / "typed")],
        stdin=other_end,
        stdout=other_end,
        stderr=other_end,
        env=os.environ | {"TERM": "xterm"},
    )
    os.close(other_end)
    screen, presses = b"", 0
    while process.poll() is None:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                screen += os.read(terminal, 65536)
            except OSError:  # the other end was closed: Copier has ended
                break
        else:  # nothing more is printed: a question waits
            os.write(terminal, b"\r")
            presses += 1
            assert presses < 200, screen.decode(errors="replace")
    os.close(terminal)
    assert process.wait() == 0, screen.decode(errors="replace")
    assert "Cloud of the workspaces" in screen.decode(errors="replace")
    defaults = rendering.render(template, tmp_path / "defaults", {})
    assert rendering.read_tree(tmp_path / "typed") == rendering.read_tree(defaults)
