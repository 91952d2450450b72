"""Commands in shell scripts, as far as CI files have them: Bash, and the likes of PowerShell.

Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
"""

import re
from collections import namedtuple

from bundlewright.patterns import Pattern

# A word of a command; `is_literal` tells that the shell puts nothing into it.
Word = namedtuple("Word", "text at is_literal")

_PIECE = Pattern(
    r"""
    (?P<gap>[ \t\r]+|\\\r?\n|`\r?\n)
    |(?P<end>\n|;|&&?|\|\|?|[()])
    |(?P<heredoc><<-?[ \t]*(?P<quote>["']?)(?P<word>\w+)(?P=quote))
    |(?P<redirect>\d*(?:>>|>&|>|<))
    |(?P<single>'[^']*')
    |(?P<double>"(?:[^"\\]|\\.)*")
    |(?P<hole>\$\{\{.{0,500}?\}\}|\$\{[^{}]*\}|\$\([^()]*\)|\$\w+|\$.|`[^`\n]*`)
    |(?P<escape>\\.)
    |(?P<plain>[^\s;&|()<>'"$`\\]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def commands_in(script):
    """Split a script into simple commands.

    Args:
        script: the text.

    Returns:
        A list of commands, each a list of `Word`s without those of redirections. Comments and the
        contents of here-documents are left out.
    """
    commands, words = [], []
    word = None  # the one that is being read: (text, offset, whether it is literal)
    ending = None  # the word that ends the here-document that begins with the next line
    at, redirected = 0, False

    def finish_word():
        nonlocal word, redirected
        if word is not None and not redirected:
            words.append(Word(*word))
        redirected = redirected and word is None
        word = None

    while at < len(script):
        match = _PIECE.match(script, at)
        kind, piece = match.lastgroup, match.group()
        if kind in ("word", "quote"):
            kind = "heredoc"
        if kind == "plain" and piece[0] == "#" and word is None:
            end = script.find("\n", at)
            at = len(script) if end < 0 else end
            continue
        at = match.end()
        if kind in ("gap", "end", "heredoc", "redirect"):
            finish_word()
            redirected = redirected or kind == "redirect"
            if kind == "heredoc":
                ending = match["word"]
            if kind == "end":
                if words:
                    commands.append(words)
                words, redirected = [], False
                if piece == "\n" and ending:
                    closing = re.compile(rf"^\s*{ending}\s*$", re.MULTILINE).search(script, at)
                    at, ending = (closing.end() if closing else len(script)), None
            continue
        text = piece[1:-1] if kind in ("single", "double") else piece
        text = text[1:] if kind == "escape" else text
        is_literal = kind != "hole" and not (kind == "double" and re.search("[$`]", text))
        before, start, literal_before = word or ("", match.start(), True)
        word = (before + text, start, literal_before and is_literal)
    finish_word()
    if words:
        commands.append(words)
    return commands


_BEFORE = frozenset(
    """
    ! { & command do elif else env exec hatch if nohup pdm pipenv pipx poetry run sudo then time
    until uv while
    """.split()
)
_ASSIGNMENT = Pattern(r"\w+=|-|\d+[smh]?$|timeout$")
_WITH_VALUE = frozenset(
    """
    -e -o -p -t --environment --log-file --log-format --log-level --output --profile
    --progress-format --target --var
    """.split()
)
_SHORT = {"-t": "--target", "-e": "--target", "--environment": "--target", "-p": "--profile"}


class Call:
    """A call of the Databricks CLI.

    Attributes:
        at: where it begins in the script.
        words: what it is called with that is no option, as `Word`s, such as `bundle` and `deploy`.
        options: the values of its options by their long names, lists of `Word`s; an option that
            takes no value, or one that we do not know, has an empty list.
        flags: its options as written, without their values, as `Word`s.
    """

    __slots__ = ("at", "flags", "options", "words")

    def __init__(self, command):
        self.at = command[0].at
        self.words = []
        self.options = {}
        self.flags = []
        waiting = None
        for word in command[1:]:
            name, equals, value = word.text.partition("=")
            if waiting:
                self.options[waiting].append(word)
                waiting = None
            elif word.text == "--":
                break
            elif word.text.startswith("-"):
                long = _SHORT.get(name, name)
                self.flags.append(word._replace(text=name))
                values = self.options.setdefault(long, [])
                if equals:
                    values.append(Word(value, word.at + len(name) + 1, word.is_literal))
                elif name in _WITH_VALUE:
                    waiting = long
            else:
                self.words.append(word)


def call_of(command):
    """The `Call` of the Databricks CLI that a command is, or None."""
    for index, word in enumerate(command):
        if re.split(r"[/\\]", word.text)[-1] in ("databricks", "databricks.exe"):
            return Call(command[index:])
        if word.text not in _BEFORE and not _ASSIGNMENT.match(word.text):
            return None
    return None
