"""Whatever a bundle's folder holds, a check ends soon: in findings, or in one clear sentence."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import BinaryIO

import pytest
from bundles import write_bundle
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bundlewright.bundle import document
from bundlewright.bundle.document import Document, parse
from bundlewright.bundle.files import NoBundle
from bundlewright.checking import Report, check

ROOT = b"bundle: {name: b}\ninclude: ['*.yml']\n"
SOUND = "resources:\n  experiments:\n    e:\n      name: /\u00d6\n"

quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def checked(folder: Path, content: bytes) -> Report:
    """Checks a bundle that includes a file with some content."""
    (folder / "databricks.yml").write_bytes(ROOT)
    (folder / "a.yml").write_bytes(content)
    report = check(folder)
    for finding in report.findings:
        assert "please report" not in finding.hint, finding
        assert (folder / finding.file).exists()
        assert finding.line >= 1
        assert finding.column >= 1
    return report


@quick
@given(st.binary(max_size=200))
@example(b"\x00")
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbf")
@example(b"a: \xe4")
@example(b"\x80: x")
@example(b"x: &a [*a]")
@example(b"? {}\n: x")
@example(b"!!binary x")
def test_bytes_of_any_kind(tmp_path: Path, content: bytes) -> None:
    checked(tmp_path, content)


# What makes YAML special, in any order.
PIECES = (
    "a",
    "b:",
    " ",
    "\n",
    "\t",
    "- ",
    "&x ",
    "*x",
    "<<: ",
    "!!int ",
    "!t ",
    "{",
    "}",
    "[",
    "]",
)
PIECES += (",", "? ", "|\n", ">-\n", "'", '"', "#", "---\n", "...\n", "%YAML 1.2\n", "@", "`", "\\")
PIECES += ("${var.a}", "{{x}}", "resources:\n", "  jobs:\n", "0x", "1e999", ".inf", "~", "\u2028")


@quick
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_yaml_of_any_kind(tmp_path: Path, text: str) -> None:
    checked(tmp_path, text.encode())


@quick
@given(st.integers(0, len(SOUND)), st.sampled_from(["\ufffd", "\x07", "\x00", "\ud800", "\u0085"]))
def test_odd_characters_anywhere(tmp_path: Path, index: int, character: str) -> None:
    text = SOUND[:index] + character + SOUND[index:]
    checked(tmp_path, text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "content",
    [
        SOUND.encode(),
        SOUND.replace("\n", "\r\n").encode(),
        SOUND.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + SOUND.encode(),
        SOUND.encode("utf-16"),
        b"\xfe\xff" + SOUND.encode("utf-16-be"),
        SOUND.encode()[:-1],
    ],
    ids=["LF", "CRLF", "CR", "mark", "UTF-16", "UTF-16 BE", "no end of line"],
)
def test_one_text_in_all_its_spellings(tmp_path: Path, content: bytes) -> None:
    read = parse(content, Document("a.yml"))
    assert read.problems == []
    assert read.data == {"resources": {"experiments": {"e": {"name": "/\u00d6"}}}}
    assert read.data["resources"]["experiments"]["e"].places["name"] == (
        ("a.yml", 4, 7),
        ("a.yml", 4, 13),
    )
    assert checked(tmp_path, content).count("error") == 0


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "shift_jis"])
def test_other_encodings_are_said_to_be_wrong(tmp_path: Path, encoding: str) -> None:
    text = "a: \u65e5\n" if encoding == "shift_jis" else "a: \u00e4\n"
    found = checked(tmp_path, text.encode(encoding)).findings
    assert [(one.code, one.file, one.line) for one in found] == [("BW001", "a.yml", 1)]


BOMBS = {
    "a million entries": b"x: [" + b"a," * 1_000_000 + b"]",
    "long line": b"x: " + b"a" * 10_000_000,
    "long key": b"a" * 2_000_000 + b": x",
    "many keys": b"".join(b"k%d: v\n" % number for number in range(20_000)),
    "nested lists": b"[" * 200_000,
    "nested maps": b"".join(b" " * number + b"a:\n" for number in range(1_000)),
    "closing only": b"]" * 200_000,
    "quotes": b"'" * 1_000_001,
    "aliases": b"x0: &x0 [a]\n"
    + b"".join(b"x%d: &x%d [*x%d, *x%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 90)),
    "merges": b"x0: &x0 {a: b}\n"
    + b"".join(b"x%d: &x%d {<<: [*x%d, *x%d]}\n" % (n, n, n - 1, n - 1) for n in range(1, 90)),
    "zeros": b"\x00" * 5_000_000,
    "digits": b"x: " + b"9" * 1_000_000,
    "too large": b"# " + b"a" * 33 * 2**20,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_what_is_huge_takes_bounded_time(tmp_path: Path, bomb: str) -> None:
    start = time.process_time()
    checked(tmp_path, BOMBS[bomb])
    assert time.process_time() - start < 10


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
@pytest.mark.parametrize("bomb", ["a million entries", "aliases", "merges", "too large"])
def test_what_is_huge_takes_bounded_memory(tmp_path: Path, bomb: str) -> None:
    (tmp_path / "databricks.yml").write_bytes(ROOT)
    (tmp_path / "a.yml").write_bytes(BOMBS[bomb])

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))

    command = [sys.executable, "-m", "bundlewright", "check", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit)
    assert done.returncode in (0, 1), done.stderr


needs_links = pytest.mark.skipif(os.name == "nt", reason="needs links")


@needs_links
def test_links_lead_where_they_lead(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yml"
    outside.write_text(SOUND)
    folder = tmp_path / "b"
    folder.mkdir()
    (folder / "databricks.yml").write_bytes(ROOT)
    (folder / "out.yml").symlink_to(outside)
    (folder / "gone.yml").symlink_to("nothing")
    (folder / "loop.yml").symlink_to("loop.yml")
    (folder / "up").symlink_to("..")
    found = check(folder).findings
    assert [(one.code, one.file) for one in found] == [("BW001", "gone.yml"), ("BW001", "loop.yml")]


@needs_links
def test_folders_that_link_to_each_other_are_walked_once(tmp_path: Path) -> None:
    write_bundle(tmp_path, "bundle: {name: b}\nsync: {exclude: ['none/*']}\n@ src/a.py\nx\n")
    (tmp_path / "src" / "again").symlink_to("..")
    assert [one.code for one in check(tmp_path).findings] == ["BW604"]


@pytest.mark.parametrize("name", ["a.yml", "databricks.yml"])
def test_what_may_not_be_read_is_said_to_be_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "databricks.yml").write_bytes(ROOT)
    (tmp_path / "a.yml").write_text(SOUND)

    def refusing(path: str, *arguments: str) -> BinaryIO:
        if Path(path).name == name:
            raise PermissionError(13, "Permission denied", path)
        return open(path, *arguments)

    monkeypatch.setattr(document, "open", refusing, raising=False)
    if name == "databricks.yml":
        with pytest.raises(NoBundle, match="cannot be read: Permission denied"):
            check(tmp_path)
    else:
        [finding] = check(tmp_path).findings
        assert (finding.code, finding.file) == ("BW001", "a.yml")


@pytest.mark.parametrize("content", [b"", b"\n", b"# nothing\n", b"---\n", b"null\n", b"{}"])
def test_a_file_may_be_empty(tmp_path: Path, content: bytes) -> None:
    assert checked(tmp_path, content).findings == []


@pytest.mark.parametrize("content", [b"[]", b"x", b"1", b"true", b"- a"])
def test_a_file_must_be_a_map(tmp_path: Path, content: bytes) -> None:
    assert [one.code for one in checked(tmp_path, content).findings] == ["BW001"]


UNKNOWN = "".join(f"k{number}: 1\n" for number in range(100_000))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x: " + "x" * 10_000_000 + "\n", "BW101"),
        ("x: " + "0" * 200_000 + "\n", "BW001"),
        ("x: 0x" + "f" * 5_000 + "\n", "BW001"),
        (UNKNOWN, "BW101"),
        ("include: ['" + "*a" * 30 + "b.yml']\n@ " + "a" * 100 + ".yml\n{}\n", "BW005"),
        ("sync: {exclude: ['" + "[" * 60_000 + "']}\n", "BW604"),
    ],
    ids=["long text", "long number", "long base", "many keys", "stars", "brackets"],
)
def test_what_is_large_takes_little_time(tmp_path: Path, text: str, code: str) -> None:
    write_bundle(tmp_path, "bundle: {name: b}\n" + text)
    start = time.process_time()
    report = check(tmp_path)
    assert time.process_time() - start < 5
    found = [one for one in report.findings if one.code == code]
    assert 1 <= len(found) <= 1001


def test_findings_beyond_number_are_told_as_such(tmp_path: Path) -> None:
    write_bundle(tmp_path, "bundle: {name: b}\n" + UNKNOWN)
    messages = [one.message for one in check(tmp_path).findings]
    assert "there are more than 1000 findings of BW101 here" in messages
