"""What every command does with what it cannot run on: a sentence and exit code 2."""


class CannotRun(Exception):
    """Something given to a command cannot be used; the message says what and why, for people."""
