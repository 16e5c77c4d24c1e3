"""A project: a folder with incident2eval.toml, and everything that the tool reads and writes below it."""

import glob
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Self

from incident2eval.model import (
    JSON,
    BadInput,
    CaseFile,
    Customers,
    Fault,
    Lock,
    NotJudged,
    RootCause,
    Run,
    Settings,
    WorkflowSettings,
)
from incident2eval.store import (
    _approvals,
    _cases,
    _cause,
    _customers,
    _deployed,
    _evidence,
    _git,
    _hashed,
    _incidents,
    _key,
    _log,
    _seal,
    _settings,
)
from incident2eval.store._alone import alone
from incident2eval.store._files import read_bytes


@dataclass(frozen=True, kw_only=True)
class Project:
    """A user's project."""

    root: Path
    """The folder that holds incident2eval.toml, absolute."""

    @classmethod
    def find(cls, start: Path | None = None) -> Self:
        """The project around a folder: the nearest one upward that holds incident2eval.toml.

        Args:
            start: Where to start; the working directory when not given.

        Raises:
            BadInput: There is none, or the folder is not there.
        """
        try:
            here = (start or Path()).resolve()
        except FileNotFoundError:
            message = "the folder that you are in has been deleted"
            raise BadInput(Fault(message=message, hint="change to the project's folder")) from None
        if not here.is_dir():
            raise BadInput(Fault(file=str(start), message="there is no such folder"))
        for folder in (here, *here.parents):
            if (folder / _settings.SETTINGS).is_file():
                return cls(root=folder)
        raise BadInput(
            Fault(
                file=str(here),
                message=f"there is no {_settings.SETTINGS} here or in a folder above",
                hint="`incident2eval init` makes a project; --project says where it is",
            )
        )

    @cached_property
    def _settings(self) -> _settings.SettingsFile:
        return _settings.read_settings(self.root)

    @property
    def settings(self) -> Settings:
        """The settings; raises BadInput with every fault of their file."""
        return self._settings.settings

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about the settings' file: keys and values that nobody reads."""
        return self._settings.warnings

    def workflow(self, name: str) -> WorkflowSettings:
        """The settings of one workflow; raises BadInput when there is none of that name."""
        return _settings.workflow_of(self.settings, name)

    @cached_property
    def customers(self) -> Customers:
        """The roster, in clear or as hashes; empty where no settings name one and customers.csv is absent.

        Raises:
            BadInput: Every fault of it, or another key than its own.
            NotJudged: It holds hashes, and their key is not at hand.
        """
        named = self.settings.project.customers
        path = self.root / named
        if not path.exists() and not self._settings.names_customers:
            _hashed.refuse_unnamed(self.root)
            return Customers()
        raw = read_bytes(path.resolve(), file=named)
        if _hashed.is_hashed(raw):
            return self._with_canaries(_hashed.read_hashed(raw, key=self.key(), file=named))
        return self._with_canaries(_customers.read_customers(raw, file=named))

    def _with_canaries(self, customers: Customers) -> Customers:
        named = self.settings.project.canaries
        path = self.root / named
        if not path.exists() and not self._settings.names_canaries:
            return customers
        return _customers.with_canaries(customers, read_bytes(path.resolve(), file=named), file=named)

    def key(self) -> bytes | None:
        """The key that pseudonyms and hashed names are made with; None where there is none at hand.

        Raises:
            BadInput: What is there is no key, or not the one that the cases are written with.
        """
        key = _key.read_key(self.root)
        locked = self.lock().key
        if key is not None and locked not in {None, _key.check_value(key)}:
            where = _key.VARIABLE if os.environ.get(_key.VARIABLE) else _key.FILE
            message = "is another key than the one that the pseudonyms under cases/ are made with"
            hint = "take the key of the machine where the cases were written"
            raise BadInput(Fault(file=where, message=message, hint=hint))
        return key

    def make_key(self) -> bytes:
        """The key, made where there is none yet.

        Raises:
            BadInput: As `key`.
            NotJudged: The cases are written with a key that is not at hand; a second one would not do.
        """
        if self.key() is None and self.lock().key is not None:
            raise NotJudged(
                "the pseudonyms under cases/ are made with a key that is not at hand",
                hint=f"put it into {_key.FILE} or give it as {_key.VARIABLE}; "
                "where it is lost, remove cases/ and write them anew",
            )
        return _key.make_key(self.root)

    def key_check(self) -> str | None:
        """What tells the key that is at hand from others; None where there is none."""
        key = self.key()
        return _key.check_value(key) if key is not None else None

    @property
    def incidents(self) -> Path:
        """The folder with all incidents."""
        return self.root / "incidents"

    @property
    def cases(self) -> Path:
        """The folder with all cases."""
        return self.root / "cases"

    def incident_ids(self) -> tuple[str, ...]:
        """The ids of all incidents; raises BadInput when one stands in a folder whose name is no id."""
        return _incidents.ids_in(self.incidents, holding="incident.yaml")

    def fileless_incidents(self) -> tuple[str, ...]:
        """Folders with the name of an incident that hold something, but no incident.yaml."""
        return _incidents.fileless(self.incidents)

    def folder(self, incident_id: str) -> Path:
        """The folder of an incident, there or not; raises BadInput for what is no id."""
        return self.incidents / _incidents.proper_id(incident_id)

    def incident(self, incident_id: str) -> _incidents.Loaded:
        """An incident and the warnings about its file; raises BadInput with every fault."""
        return _incidents.read_incident(
            self.incidents, incident_id, evidence=self._evidence_folder(incident_id)
        )

    def evidence(self, incident_id: str) -> tuple[_evidence.Kept, ...]:
        """An incident's evidence: listed files, then others; raises NotJudged when a listed one is absent."""
        folder = self._evidence_folder(incident_id)
        return _evidence.evidence_of(self.incident(incident_id).incident, folder)

    def _evidence_folder(self, incident_id: str) -> Path:
        return self.root / self.settings.project.evidence / _incidents.proper_id(incident_id)

    def keep(self, incident_id: str, name: str, data: bytes) -> None:
        """Put a file among an incident's evidence; once it is there it stays as it is.

        Raises:
            BadInput: No such incident, no name for a file of evidence, or another file of that name is there.
            NotJudged: The file system refused.
        """
        with self._alone(incident_id):
            _evidence.keep_files(self._evidence_folder(incident_id) / "evidence", {name: data})

    def take_in(
        self, incident_id: str, files: Mapping[str, bytes], *, by: str
    ) -> tuple[_seal.SealedFile, ...]:
        """Put files among an incident's evidence, all or none, and seal them with what is not sealed yet.

        Raises:
            BadInput: As `keep`, for every name at once; nothing was written.
            NotProvable: The manifest was changed, and nothing was written; or other evidence was.
            NotJudged: The file system refused; or other evidence is listed or sealed but absent.
        """
        with self._alone(incident_id):
            sealed = {
                entry.file.removeprefix("evidence/"): entry.sha256 for entry in self.sealed(incident_id)
            }
            _evidence.keep_files(self._evidence_folder(incident_id) / "evidence", files, sealed=sealed)
            return self._seal_new(incident_id, by=by)

    def seal(self, incident_id: str, *, by: str) -> tuple[_seal.SealedFile, ...]:
        """Seal the evidence that is not sealed yet, and say everything that is.

        Raises:
            BadInput: The incident or its manifest cannot be read.
            NotProvable: The manifest was changed, and nothing is sealed; or sealed evidence was.
            NotJudged: Evidence is listed or sealed but absent; what is there is sealed.
        """
        with self._alone(incident_id):
            return self._seal_new(incident_id, by=by)

    def _seal_new(self, incident_id: str, *, by: str) -> tuple[_seal.SealedFile, ...]:
        incident, folder = self.incident(incident_id).incident, self._evidence_folder(incident_id)
        manifest = self.folder(incident_id) / "SEALED.json"
        present, file = _evidence.present_of(incident, folder), _in(incident_id, manifest.name)
        entries = _seal.seal_files(manifest, present, folder=folder, by=by, file=file)
        _evidence.refuse_absent(incident, folder)
        return entries

    def _alone(self, incident_id: str) -> AbstractContextManager[None]:
        """No other process adds to the incident's evidence meanwhile; raises BadInput where there is none."""
        self.incident(incident_id)
        return alone(self.folder(incident_id), shown=f"incidents/{incident_id}")

    def verify_seal(self, incident_id: str) -> None:
        """Make sure that sealed evidence is as it was; raises NotProvable or NotJudged where it is not."""
        manifest = self.folder(incident_id) / "SEALED.json"
        folder = self._evidence_folder(incident_id)
        _seal.verify_files(manifest, folder=folder, file=_in(incident_id, manifest.name))

    def seal_state(self, incident_id: str) -> _seal.SealState:
        """All that is not as it was sealed, at once; raises BadInput only for the incident file."""
        incident = _incidents.read_incident(self.incidents, incident_id, evidence=None).incident
        folder = self._evidence_folder(incident_id)
        manifest = self.folder(incident_id) / "SEALED.json"
        files, file = _evidence.files_of(incident, folder), _in(incident_id, manifest.name)
        state = _seal.seal_state(manifest, files, folder=folder, file=file)
        sealed = {entry.file for entry in state.entries}
        passed = _evidence.passed_over(incident, folder)
        absent = _evidence.absent_of(incident, folder)
        return replace(
            state,
            added=tuple(file for file in state.added if file not in passed),
            absent=tuple(file for file in absent if file not in {*sealed, *passed}),
            passed_over={file: what for file, what in passed.items() if file not in sealed},
        )

    def passed_over(self, incident_id: str) -> Mapping[str, str]:
        """What lies among an incident's evidence and is never sealed, and what it is, in words."""
        return _evidence.passed_over(self.incident(incident_id).incident, self._evidence_folder(incident_id))

    def tracked_evidence(self) -> _git.Tracked:
        """Files that git tracks and should not: raw evidence, past runs, the key; relative to the root."""
        named = self.settings.project
        inside = "*/evidence/**"
        mine = (f"{glob.escape(named.evidence)}/{inside}", *named.archive, _key.FILE)
        # Evidence that is kept elsewhere may lie in a repository of its own.
        return _git.tracked(self.root, {self.root: mine, self.root / named.evidence: (inside,)})

    def sealed(self, incident_id: str) -> tuple[_seal.SealedFile, ...]:
        """What has been sealed; raises NotProvable when the manifest was changed."""
        return _seal.sealed_files(
            self.folder(incident_id) / "SEALED.json", file=_in(incident_id, "SEALED.json")
        )

    def read_cause(self, incident_id: str) -> RootCause | None:
        """The root cause that counts: a person's word before the tool's; raises BadInput with every fault."""
        return self.cause_file(incident_id).counting

    def cause_file(self, incident_id: str) -> _cause.CauseFile:
        """What is proposed and what people said to it; raises BadInput with every fault."""
        return _cause.read_cause_file(self.folder(incident_id))

    def write_word(self, incident_id: str, word: _cause.Confirmed | _cause.Overruled) -> None:
        """Write what a person says to the proposal; raises BadInput where there is none."""
        with self._alone(incident_id):
            _cause.write_word(self.folder(incident_id), word)

    def write_cause(self, incident_id: str, cause: RootCause) -> None:
        """Write the tool's proposal; what people wrote in the file stays."""
        with self._alone(incident_id):
            _cause.write_root_cause(self.folder(incident_id), cause)

    def paused(self, workflow: str) -> str | None:
        """Why a workflow is paused, in words, or None; raises BadInput for a broken line of a log."""
        return _incidents.paused(self.incidents, workflow)

    def log(self, incident_id: str, entry: Mapping[str, JSON]) -> None:
        """Add a line to an incident's log, with the level that its file states now.

        Raises:
            BadInput: No such incident, or its file is faulty.
            NotJudged: The file system refused.
        """
        folder, evidence = self.folder(incident_id), self._evidence_folder(incident_id)
        # Not the log too: each line would take longer than the one before.
        written = _incidents.read_file(self.incidents, incident_id, evidence=evidence).value
        given = {"given": int(written.severity)} if written.severity else {}
        path = folder / _log.LOG
        with alone(folder, shown=f"incidents/{incident_id}"):
            _log.append(path, {**entry, **given}, file=_in(incident_id, path.name))

    def log_cut(self, incident_id: str) -> str | None:
        """Why an incident's log no longer holds all that git saw in it, in words; None where it does."""
        return _git.shortened(self.root, self.folder(incident_id) / _log.LOG)

    def case_folders(self) -> tuple[Path, ...]:
        """The folders of all cases; raises BadInput when one has a name that is no id."""
        return tuple(self.cases / name for name in _incidents.ids_in(self.cases, holding=_cases.CASE))

    def _case_folder(self, incident_id: str) -> Path:
        return self.cases / _incidents.proper_id(incident_id)

    def case(self, incident_id: str) -> CaseFile:
        """What case.yaml says; raises BadInput with every fault."""
        return _cases.read_case(self._case_folder(incident_id))

    def recorded(self, incident_id: str) -> Mapping[str, Run]:
        """The runs that the case's tests must be red on; raises BadInput."""
        return _cases.read_runs(self._case_folder(incident_id), "recorded.json")

    def corrected(self, incident_id: str) -> Mapping[str, Run]:
        """The runs that the case's tests must be green on; raises BadInput."""
        return _cases.read_runs(self._case_folder(incident_id), "corrected.json")

    def tests(self, incident_id: str) -> Mapping[str, bytes]:
        """The files of a case that hold its tests, by name."""
        folder = self._case_folder(incident_id)
        return {path.name: read_bytes(path) for path in sorted(folder.glob("test_*.py"))}

    def write_case(self, incident_id: str, files: Mapping[str, bytes]) -> None:
        """Write a case's files, all or nothing; the lock is written after it, by `write_lock`."""
        _cases.write_case_folder(self._case_folder(incident_id), files)

    def written_case(self, incident_id: str) -> Mapping[str, bytes]:
        """What the folder of a case holds now, file by file; empty where there is none."""
        folder = self._case_folder(incident_id)
        return {path.name: read_bytes(path) for path in sorted(folder.glob("*.*")) if path.is_file()}

    def case_digests(self, incident_id: str) -> Mapping[str, str]:
        """SHA-256 of every file of a case, by its path below cases/."""
        return _cases.digests(self.cases, self._case_folder(incident_id))

    def lock(self) -> Lock:
        """The lock over all cases, empty where there is none; raises BadInput when it is broken."""
        return _cases.read_lock(self.cases)

    def changing_lock(self) -> AbstractContextManager[None]:
        """No other process changes the lock over all cases meanwhile: in here it is read and written."""
        return alone(self.cases, shown="cases")

    def write_lock(self, lock: Lock) -> None:
        """Write the lock over all cases; in `changing_lock`, where it was read to be changed."""
        _cases.write_lock_file(self.cases, lock)

    def digests(self, workflow: WorkflowSettings) -> Mapping[str, str]:
        """Digests of what a report of that workflow is bound to, by name."""
        named = self.settings.project
        return _deployed.digests_of(self.root, workflow, roster=(named.customers, named.canaries))

    def commit(self) -> tuple[str | None, bool]:
        """The commit that is checked out, None without one, and whether tracked files differ from it."""
        return _git.commit_of(self.root)

    def archive_files(self) -> tuple[Path, ...]:
        """The files of past runs that the settings name."""
        patterns = (str(self.root / pattern) for pattern in self.settings.project.archive)
        found = {name for one in patterns for name in glob.glob(one, recursive=True)}  # noqa: PTH207 - may be absolute
        return tuple(path for path in map(Path, sorted(found)) if path.is_file())

    def approvals(self) -> tuple[tuple[str, bytes], ...]:
        """What people signed, by its path from the root; raises BadInput for what cannot be read."""
        return _approvals.read_approvals(self.root)

    def keep_approval(self, name: str, data: bytes) -> str:
        """Keep what somebody signed, and say its path; raises BadInput where another has that name."""
        return _approvals.keep_approval(self.root, name, data)


def _in(incident_id: str, name: str) -> str:
    return f"incidents/{incident_id}/{name}"
