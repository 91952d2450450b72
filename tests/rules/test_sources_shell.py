"""How scripts in CI files are read."""

from __future__ import annotations

import pytest

from bundlewright.rules.sources.shell import call_of, commands_in


def commands(script: str) -> list[list[str]]:
    return [[word.text for word in command] for command in commands_in(script)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a b\nc", [["a", "b"], ["c"]]),
        ("a; b && c || d | e &", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("a \\\n  b\nc `\n  d", [["a", "b"], ["c", "d"]]),
        ("a 'b c' \"d e\" f\\ g", [["a", "b c", "d e", "f g"]]),
        ("a # b c\n# d\ne#f", [["a"], ["e#f"]]),
        ("a --x='b'\"c\"d", [["a", "--x=bcd"]]),
        ("a > out.txt b 2>&1 < in", [["a", "b"]]),
        ("cat <<EOF > f\ndatabricks bundle nope\nEOF\nb", [["cat"], ["b"]]),
        ("cat <<-'END'\n a 'b\n END\nb", [["cat"], ["b"]]),
        ("(a; b)", [["a"], ["b"]]),
        ("a $(b c) `d`", [["a", "$(b c)", "`d`"]]),
        ("a ${{ inputs.x }} ${y} $z", [["a", "${{ inputs.x }}", "${y}", "$z"]]),
        ("echo 'never ends", [["echo", "'never", "ends"]]),
        ("", []),
    ],
)
def test_a_script_is_split_into_commands(script: str, expected: list[list[str]]) -> None:
    assert commands(script) == expected


def test_a_word_knows_where_it_is_and_whether_it_is_literal() -> None:
    script = "a b-$x \"$y\" '$z' ${{ t }}"
    [words] = commands_in(script)
    assert [script[word.at] for word in words] == ["a", "b", '"', "'", "$"]
    assert [word.is_literal for word in words] == [True, False, False, True, False]


@pytest.mark.parametrize(
    "script",
    [
        "databricks bundle deploy -t dev",
        "databricks bundle deploy --target=dev",
        "databricks bundle -t dev deploy",
        "databricks --target dev bundle deploy --force-lock",
        "databricks -p prod bundle deploy -e dev",
        "A=1 B='x y' databricks bundle deploy -t dev",
        "if ! databricks bundle deploy -t dev; then exit 1; fi",
        "uv run databricks bundle deploy -t dev",
        "timeout 10m sudo /usr/local/bin/databricks bundle deploy -t dev -- -t other",
    ],
)
def test_a_call_of_the_cli_is_understood(script: str) -> None:
    call = call_of(commands_in(script)[0])
    assert [word.text for word in call.words] == ["bundle", "deploy"]
    assert [word.text for word in call.options["--target"]] == ["dev"]
    assert "databricks " in script[call.at :]
    assert "databricks" not in script[: call.at]


@pytest.mark.parametrize(
    "script",
    [
        "echo databricks bundle deploy",
        "echo 'databricks bundle deploy'",
        "docker run x databricks bundle deploy",
        "which databricks",
        "# databricks bundle deploy",
    ],
)
def test_what_only_mentions_the_cli_is_no_call(script: str) -> None:
    assert [call_of(command) for command in commands_in(script)] in ([], [None])
