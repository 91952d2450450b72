"""Holds the quick renderer of the tests equal to Copier."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import rendering


@pytest.mark.parametrize("seed", range(20))
def test_quick_renderer_writes_what_copier_writes_and_no_empty_folder(
    seed: int, renderer: rendering.Renderer, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    answers = rendering.Answers(renderer, lambda name, options: chance.choice(options))
    quick = renderer.tree(answers)
    repo = rendering.render(renderer.template, tmp_path / "repo", answers.chosen)
    assert quick == rendering.read_tree(repo)
    empty = [path for path in repo.rglob("*") if path.is_dir() and not any(path.iterdir())]
    assert not empty


def test_an_answer_to_no_question_is_an_error(template: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="no question clowd"):
        rendering.render(template, tmp_path / "repo", {"clowd": "aws"})
