"""The only room that knows the disk: files, YAML, validation, digests."""

from incident2eval.store._cases import case_files
from incident2eval.store._dump import dump_yaml
from incident2eval.store._evidence import Kept
from incident2eval.store._files import read_bytes, sha256, write_atomically, write_together
from incident2eval.store._incidents import Loaded
from incident2eval.store._project import Project
from incident2eval.store._schema import SCHEMAS, dump, schema
from incident2eval.store._seal import SealedFile, SealState

__all__ = [
    "SCHEMAS",
    "Kept",
    "Loaded",
    "Project",
    "SealState",
    "SealedFile",
    "case_files",
    "dump",
    "dump_yaml",
    "read_bytes",
    "schema",
    "sha256",
    "write_atomically",
    "write_together",
]
