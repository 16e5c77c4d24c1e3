"""The only room that knows the disk: files, YAML, validation, digests."""

from incident2eval.store._archive import UNFINISHED, ArchiveFolder, NewFile
from incident2eval.store._cases import case_files
from incident2eval.store._cause import CauseFile, Confirmed, Overruled, Standing
from incident2eval.store._dump import dump_yaml
from incident2eval.store._evidence import Kept
from incident2eval.store._failure_rows import read_failures
from incident2eval.store._files import read_bytes, sha256, write_atomically, write_together
from incident2eval.store._founding import found
from incident2eval.store._git import changed_since, git_answer, is_blob, uncommitted
from incident2eval.store._incidents import Loaded
from incident2eval.store._log import HISTORY, pause
from incident2eval.store._moments import UnclearMoment, moment
from incident2eval.store._project import Project
from incident2eval.store._reports import read_report
from incident2eval.store._restarts import Restart, restarts_after
from incident2eval.store._rules import shipped_rules
from incident2eval.store._schema import SCHEMAS, dump, schema
from incident2eval.store._seal import SealedFile, SealState
from incident2eval.store._spool import Spool
from incident2eval.store._types import TYPES, RegisteredType, add_types, name_type, read_types

__all__ = [
    "HISTORY",
    "SCHEMAS",
    "TYPES",
    "UNFINISHED",
    "ArchiveFolder",
    "CauseFile",
    "Confirmed",
    "Kept",
    "Loaded",
    "NewFile",
    "Overruled",
    "Project",
    "RegisteredType",
    "Restart",
    "SealState",
    "SealedFile",
    "Spool",
    "Standing",
    "UnclearMoment",
    "add_types",
    "case_files",
    "changed_since",
    "dump",
    "dump_yaml",
    "found",
    "git_answer",
    "is_blob",
    "moment",
    "name_type",
    "pause",
    "read_bytes",
    "read_failures",
    "read_report",
    "read_types",
    "restarts_after",
    "schema",
    "sha256",
    "shipped_rules",
    "uncommitted",
    "write_atomically",
    "write_together",
]
