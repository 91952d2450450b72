"""Makes the edits that findings offer, in a bundle's own files only, and writes or shows them."""

import codecs
import contextlib
import io
import os
import stat

from bundlewright.bundle.document import MAX_BYTES, content_of, decode
from bundlewright.bundle.editing import Refused, Text

ROUNDS = 10  # one fix may make way for another, but two that undo each other must end

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"", "utf-8"),
)


class Plan:
    """What the fixes of a bundle's findings change.

    Attributes:
        root: the bundle's folder.
        report: the `Report` that holds once the changes are written.
        changes: file -> its content before and after, in bytes.
        fixed: the findings that the changes mend.
        refused: (file, reason) of what stays although a finding has a fix for it.
    """

    __slots__ = ("changes", "fixed", "refused", "report", "root")

    def __init__(self, root, report, changes, fixed, refused):
        self.root = root
        self.report = report
        self.changes = changes
        self.fixed = fixed
        self.refused = refused


def plan(report, check, unsafe=False):
    """Work out what the fixes of a report's findings change, without writing it.

    A fix is made as a whole or not at all. Of two that meet, the second waits for the next round,
    for which the bundle is checked again with the changes so far.

    Args:
        report: the `Report` on the bundle as it is on the disk.
        check: checks the bundle again: a function of the contents, in bytes by absolute path, that
            count in place of those on the disk; it returns a `Report`.
        unsafe: whether to make also the fixes that may not be what was meant.

    Returns:
        A `Plan`.
    """
    root = report.root
    files = _Files(report)
    fixed, refused = [], []
    for _ in range(ROUNDS):
        findings = [one for one in report.findings if one.fix and (one.fix.safe or unsafe)]
        mended, refused = _round(findings, files)
        if not mended:
            break
        fixed += mended
        report = check(files.unsaved())
    changes = {file.names[0]: (file.before, file.after) for file in files.changed()}
    return Plan(root, report, changes, fixed, refused)


def _round(findings, files):
    """Make the fixes that do not meet; returns the findings mended, and (file, reason) pairs."""
    while True:
        fixes, edits, refused = _choose(findings, files)
        texts = {}
        for file in edits:
            try:
                texts[file] = file.text.edited(edits[file])
            except Refused as reason:
                file.problem = str(reason)
        if len(texts) == len(edits):
            break  # or else choose again, without the fixes in a file that now has a problem
    changed = {file for file in texts if texts[file].text != file.text.text}
    for file in changed:
        file.text = texts[file]
    return [finding for finding, where in fixes if where & changed], refused


def _choose(findings, files):
    """Choose fixes that do not meet.

    Returns:
        The findings with the files that their fixes are in, the `Edit`s by file, and (file, reason)
        pairs of fixes that are refused.
    """
    fixes, edits, refused = [], {}, {}
    for finding in findings:
        own = []
        for action, (name, *place), text in finding.fix.edits:
            try:
                file = files.at(name)
                own.append((file, file.edit(action, tuple(place), text)))
            except Refused as reason:
                refused[name, str(reason)] = None
                break
        else:
            if any(edit.meets(other) for file, edit in own for other in edits.get(file, ())):
                continue
            fixes.append((finding, {file for file, _ in own}))
            for file, edit in own:
                edits.setdefault(file, []).append(edit)
    return fixes, edits, list(refused)


class _File:
    """A file that edits are in.

    Attributes:
        names: those that lead to it, relative to the bundle's folder.
        before: its content on the disk.
        text: its `Text` with the edits so far.
        problem: why it is left alone, or "".
    """

    def __init__(self, path, report, name):
        self.names = []
        self.before = b""
        self.text = None
        self.problem = ""
        try:
            self.before = _content(path)
            if decode(self.before).splitlines() != report.source(name):
                raise Refused("the file has changed since it was checked")
            self._mark, self._encoding = next(
                (mark, encoding) for mark, encoding in _MARKS if self.before.startswith(mark)
            )
            text = self.before[len(self._mark) :].decode(self._encoding)
            self.text = Text(text, as_json=name.endswith(".json"))
        except UnicodeDecodeError as error:
            self.problem = f"the file is not valid {error.encoding.upper()}"
        except Refused as reason:
            self.problem = str(reason)

    def edit(self, action, place, text):
        """The `Edit` of that file; see `Text.edit`."""
        if self.problem:
            raise Refused(self.problem)
        return self.text.edit(action, place, text)

    @property
    def after(self):
        """Its content with the edits so far."""
        if self.text is None:
            return self.before
        return self._mark + self.text.text.encode(self._encoding)


class _Files:
    """The files that edits are in."""

    def __init__(self, report):
        self._report = report
        self._files = {}  # path without links -> file

    def at(self, name):
        """The file of a name.

        Raises:
            Refused: it is not in the bundle's folder.
        """
        path = _inside(self._report.root, name)
        file = self._files.get(path)
        if file is None:
            file = self._files[path] = _File(path, self._report, name)
        if name not in file.names:
            file.names.append(name)
        return file

    def changed(self):
        """Those whose content differs from that on the disk."""
        return [file for file in self._files.values() if file.after != file.before]

    def unsaved(self):
        """The contents that differ from those on the disk, by absolute path."""
        return {
            os.path.join(self._report.root, name): file.after
            for file in self.changed()
            for name in file.names
        }


def write(plan):
    """Write the changes of a plan, each file as a whole or not at all.

    Returns:
        (file, reason) of those that are left as they were.
    """
    refused = []
    for name, (before, after) in plan.changes.items():
        try:
            _replace(_inside(plan.root, name), before, after)
        except Refused as reason:
            refused.append((name, str(reason)))
    return refused


def diff(plan):
    """The changes of a plan as a unified diff, as `git apply` takes it."""
    import difflib

    text = ""
    for name, contents in plan.changes.items():
        before, after = map(_lines, contents)
        for line in difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"):
            text += line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
    return text


def _lines(content):
    mark = codecs.BOM_UTF8.decode() if content.startswith(codecs.BOM_UTF8) else ""
    return io.StringIO(mark + decode(content), newline="\n").readlines()


def _inside(root, name):
    """The path of a file without links; refused where that leads out of the bundle's folder."""
    root = os.path.realpath(root)
    path = os.path.realpath(os.path.join(root, name))
    if not path.startswith(os.path.join(root, "")):
        raise Refused("the file is not in the bundle's folder")
    return path


def _content(path):
    content, problem = content_of(path, MAX_BYTES)
    if problem:
        raise Refused(f"the file cannot be read: {problem}")
    return content


def _replace(path, before, after):
    """Put another content into a file: a new file takes its place, so none is ever half written."""
    import tempfile

    if _content(path) != before:
        raise Refused("the file has changed since it was checked")
    try:
        status = os.stat(path)
        if not (status.st_mode & 0o222 and os.access(path, os.W_OK)):
            raise Refused("the file is read-only")
        handle, new = tempfile.mkstemp(prefix=".bundlewright-", dir=os.path.dirname(path))
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(after)
                file.flush()
                os.fsync(handle)
            if hasattr(os, "chown"):
                with contextlib.suppress(PermissionError):  # only root may give a file away
                    os.chown(new, status.st_uid, status.st_gid)
            os.chmod(new, stat.S_IMODE(status.st_mode))
            os.replace(new, path)
        except BaseException:
            os.unlink(new)
            raise
    except OSError as error:
        raise Refused(f"the file cannot be written: {error.strerror}") from error
