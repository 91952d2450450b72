"""The page of questions is the one that `nox -s docs` makes, and it has every choice."""

from __future__ import annotations

from types import ModuleType

import rendering


def test_the_page_in_the_repo_is_up_to_date(build: ModuleType) -> None:
    page = (rendering.ROOT / "docs/questions.md").read_text(encoding="utf-8")
    assert page == build.questions(), "run: nox -s docs"


def test_it_tells_of_every_question_and_choice(build: ModuleType) -> None:
    page = build.questions()
    for name, details in rendering.questions().items():
        asked = details.get("when") is not False
        assert (f"### `{name}`\n" in page) == asked
        if asked:
            section = page.partition(f"### `{name}`\n")[2].partition("\n### ")[0]
            offered = rendering.choices(name) if "choices" in details else []
            for choice in offered:
                assert (
                    f"- `{str(choice).lower() if isinstance(choice, bool) else choice}`: "
                    in section
                )
    assert "[[" not in page
