"""What comes in is data: never code, an attribute, a path, an escape sequence or an address."""

import ast
import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from formats.test_refused import UNREADABLE, zipped
from formats.traces import envelope, lines, span

from incident2eval import formats
from incident2eval.cli import main
from incident2eval.formats import Reading, read
from incident2eval.model import JSON, BadInput, Run

SOURCES = sorted(Path(formats.__file__).parents[1].rglob("*.py"))

# T4: nothing in the source runs what it reads.

RUNS_DATA = {"eval", "exec", "compile", "__import__", "breakpoint", "input"}
BY_NAME = {"getattr", "setattr", "delattr", "hasattr", "vars", "attrgetter", "methodcaller"}
UNSAFE_MODULES = {
    "pickle",
    "cPickle",
    "marshal",
    "shelve",
    "dill",
    "cloudpickle",
    "joblib",
    "jsonpickle",
    "code",
}
UNSAFE_CALLS = {
    "yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load", "os.system", "os.popen",
    "pandas.eval", "pd.eval", "pd.read_pickle", "np.load", "runpy.run_path", "importlib.reload",
}  # fmt: skip
COMPILES = {"evalcase/_proofread.py", "workflows/_worker.py"}
"""Where `compile` only checks what was generated, or the user's own workflow is imported and served.

The worker runs one file of ours beside it, too: what is said to OpenTelemetry where a workflow imported it.
"""

FACE = "formats/__init__.py: getattr with a name that may come from data"
"""It may not: the room's face is asked for names that our own sources write, and looks them up in a table."""


def named(node: ast.expr) -> str:
    """`os.path.join` of the expression that says so."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    return ".".join([node.id, *parts] if isinstance(node, ast.Name) else parts)


def dangers(source: str, file: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = {each.name for each in node.names} | {getattr(node, "module", None) or ""}
            if found := {each.split(".")[0] for each in modules} & UNSAFE_MODULES:
                yield f"{file}:{node.lineno}: imports {found}"
        if not isinstance(node, ast.Call):
            continue
        called = named(node.func)
        shell = any(word.arg == "shell" for word in node.keywords)
        if called in RUNS_DATA or called in UNSAFE_CALLS or shell:
            yield f"{file}:{node.lineno}: {called}"
        in_formats = file.startswith("formats/")
        constant = len(node.args) > 1 and isinstance(node.args[1], ast.Constant)
        if in_formats and called.rpartition(".")[2] in BY_NAME and not constant:
            yield f"{file}:{node.lineno}: {called} with a name that may come from data"
        template = isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "format_map"}
        if in_formats and template:
            yield f"{file}:{node.lineno}: a template that may come from data"


def test_the_source_runs_nothing_that_it_reads() -> None:
    root = Path(formats.__file__).parents[1]
    found = [
        each
        for path in SOURCES
        for each in dangers(path.read_text("utf-8"), path.relative_to(root).as_posix())
        if not each.endswith((": compile", ": runpy.run_path"))
        or path.relative_to(root).as_posix() not in COMPILES
    ]

    assert [each for each in found if re.sub(r":\d+:", ":", each, count=1) != FACE] == []


@pytest.mark.parametrize(
    "source",
    [
        *("eval(x)", "yaml.load(x)", "import pickle", "from marshal import loads", "run(x, shell=True)"),
        *("getattr(x, name)", "'{}'.format(x)", "operator.attrgetter(x)", "os.system(x)"),
    ],
)
def test_the_search_finds_what_it_is_for(source: str) -> None:
    assert list(dangers(source, "formats/x.py"))


# T7: bad files through the command line.


@pytest.mark.parametrize("as_json", [False, True])
def test_a_bad_file_is_one_line_and_exit_code_2(
    as_json: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for at, (data, _) in enumerate(UNREADABLE):
        path = tmp_path / f"bad-{at}.json"
        path.write_bytes(data)

        code = main(["read", str(path), *(["--json"] if as_json else [])])

        said = capsys.readouterr()
        assert code == 2, said
        if as_json:
            (error,) = json.loads(said.out)["errors"]
            assert error["message"]
        else:
            (line,) = said.err.splitlines()
            assert line.startswith("error: ")
            assert path.name in line
        assert "Traceback" not in said.out + said.err
    print(f"{len(UNREADABLE)} bad files: {len(UNREADABLE)} one-line errors, 0 tracebacks")


# T9: names from strangers become no paths.

BITS = ["..", "../x", "/etc/passwd", "//host/share/x", "~/x", "~root", "C:\\x", "c:x", "\\\\host\\x", "..\\x"]
BITS += ["%2e%2e%2fx", "..%2fx", "%252e%252e", "..;/x", "....//x", "..%c0%af", "\u2025/x", "．．/x", "..∕x"]
BITS += [
    "a\0b",
    "a\nb",
    "a\rb",
    "a\x1b[2Jb",
    "a\tb",
    "\u202eexe.x",
    "\ufeffx",
    "\u200b",
    " ",
    "x ",
    "x.",
    ".",
]
BITS += ["x.", ".", "CON", "nul", "PRN.json", "COM1", "LPT9.txt", "aux.", "x:y", "x:$DATA", "file:///x"]
BITS += ["__class__", "http://h/x"]
BITS += ["-rf", "--project", "$(x)", "`x`", "${HOME}", "%TEMP%", "a;b", "a|b", "a&b", "a>b", "*", "?", "[a]"]
BITS += [
    "n" * 300,
    "é" * 200,
    "e\u0301",
    "ﬁ",
    "İ",
    "\U0001f600",
    "'",
    '"',
    "<script>",
    "{{7*7}}",
    "__class__",
]
NAMES = [*BITS, *(f"a/{bit}" for bit in BITS), *(f"../../{bit}" for bit in BITS[:30])]


def tree_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_hostile_names_write_nothing_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As ids of traces, spans, runs, records and customers, and as names of members and files."""
    assert len(NAMES) >= 100
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    named_so = work / "named"
    named_so.mkdir()
    for at, name in enumerate(NAMES):
        document = {"document.id": name, "document.content": "y", "document.metadata": "{}"}
        documents = {f"retrieval.documents.0.{key}": value for key, value in document.items()}
        trace = envelope(span(name, {"customer_id": name, **documents}, id=name, trace=name))
        step = {"id": name, "kind": "tool", "name": name, "records": [{"id": name, "text": "x"}]}
        run = {"schema": "incident2eval/run/1", "id": name, "workflow": name, "output": name, "steps": [step]}
        content = json.dumps(run).encode()
        (work / f"{at}.jsonl").write_bytes(lines(trace) * 2)
        (work / f"{at}.json").write_bytes(content)
        (work / f"{at}.zip").write_bytes(zipped(**{name.replace("\0", "") or "x": content}))
        flat = name.replace("/", "_").replace("\0", "").encode()[:200].decode("utf-8", "ignore")
        if flat not in {".", ".."}:
            (named_so / flat).write_bytes(content)
    before = tree_of(tmp_path)

    for path in sorted(work.iterdir()):
        if path.is_file():
            assert main(["read", str(path)]) in {0, 2}, path
    for path in sorted(named_so.iterdir()):
        assert main(["read", "--json", "--", str(path)]) == 0, path

    capsys.readouterr()
    assert tree_of(tmp_path) == before
    print(f"{len(NAMES)} names, {len(before)} files read, 0 written")


# T14: on a terminal nothing of it is a control sequence.

ESCAPES = [
    *(
        "\x1b[2J",
        "\x1b[31mred\x1b[0m",
        "\x1b]0;title\x07",
        "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\",
        "\x1bc",
    ),
    *("\x1b[H", "\x1b[?1049h", "\x1b[6n", "\x1b]52;c;eA==\x07", "\x1bP+q544e\x1b\\", "\x1b_Gx\x1b\\"),
    *("\x1b^x\x1b\\", "\x1bX\x1b\\", "\x9b2J", "\x9d0;t\x9c", "\x90x\x9c", "\x85", "\x84", "\x8d", "\x07"),
    *("\x08\x08", "\x0b", "\x0c", "\x0e", "\x0f", "\x7f", "\r\x1b[Kfake", "\x1b[1A", "\x1b[8m", "\x1b(0"),
    *("\x05", "\x1b[5i", "\x1b#8", "\x00", "\x1b[9999999999C"),
]


def on_a_terminal(arguments: list[str], **environment: str) -> bytes:
    """What a command prints where a terminal reads."""
    leader, follower = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "incident2eval", *arguments],
        stdout=follower,
        stderr=follower,
        env=os.environ | {"TERM": "xterm-256color"} | environment,
    )
    os.close(follower)
    said = b""
    try:
        while block := os.read(leader, 65536):
            said += block
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(leader)
    child.wait()
    return said


def test_escapes_in_a_trace_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    assert len(ESCAPES) >= 30
    for at, each in enumerate(ESCAPES):
        said = {"app.output": f"out{each}", "customer_id": f"C{each}"}
        inner = span(f"name{each}", said, id=f"i{each}", trace=f"t{at}{each}")
        failed = inner | {"status": {"code": 2, "message": f"error{each}"}}
        written = lines(envelope(failed, resource={"service.name": f"service{each}"}), {f"odd{each}": each})
        with (tmp_path / "all.jsonl").open("ab") as file:
            file.write(written)
        member = zipped(**{f"member{each}".replace("\0", ""): each.encode()})
        plain = each.replace("/", "_").replace("\0", "0")
        (tmp_path / f"bad{plain}.json").write_bytes(each.encode())
        (tmp_path / f"bad{plain}.zip").write_bytes(member)
    files = [str(path) for path in sorted(tmp_path.iterdir()) if path.name != "all.jsonl"]

    plain = on_a_terminal(["read", str(tmp_path / "all.jsonl")], NO_COLOR="1")
    coloured = on_a_terminal(["read", str(tmp_path / "all.jsonl")])
    as_json = on_a_terminal(["read", "--json", str(tmp_path / "all.jsonl")])
    folder = on_a_terminal(["read", str(tmp_path)], NO_COLOR="1")
    faults = b"".join(on_a_terminal(["read", file], NO_COLOR="1") for file in files[:6])

    assert plain.count(b"name") >= len(ESCAPES)
    for said in (plain, as_json, folder, faults, re.sub(rb"\x1b\[[0-9;]*m", b"", coloured)):
        text = said.decode().replace("\r\n", "\n")
        assert re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text) == []
    print(f"{len(ESCAPES)} payloads in 8 places: 0 raw control characters")


# T27: attribute keys are data only.

KEYS = [
    "__class__",
    "__proto__",
    "constructor.prototype",
    "__init__.__globals__",
    "a.b.c",
    ".",
    "..",
    "",
    "a..b",
]
KEYS += ["toString", "__dict__", "0", "-1", "%s", "{0.__class__}", "$ref", "@type", "\0", "é" * 500]


def spoiled(value: JSON, keys: dict[str, JSON], budget: list[int]) -> JSON:
    """The value with these keys in as many of its objects as there is room for."""
    if isinstance(value, list):
        return [spoiled(each, keys, budget) for each in value]
    if not isinstance(value, dict):
        return value
    inner = {key: spoiled(each, keys, budget) for key, each in value.items()}
    budget[0] -= 1
    return {**keys, **inner} if budget[0] >= 0 else inner


def samples(shared: Path) -> Iterator[tuple[str, Path, JSON]]:
    """A real file of every format that is JSON."""
    told = set()
    for path in sorted((shared / "data" / "trace_formats").rglob("*.json*")):
        if path.stat().st_size > 100_000:
            continue
        try:
            reading = read(path.read_bytes(), name=path.name)
        except BadInput:
            continue
        if reading.format not in told and any(len(run.steps) > 1 for run in reading.runs):
            told.add(reading.format)
            text = path.read_text("utf-8-sig")
            try:
                yield reading.format, path, [json.loads(text)]
            except ValueError:
                yield reading.format, path, [json.loads(line) for line in text.splitlines() if line.strip()]


def plain(value: object) -> bool:
    """Whether a value is what JSON can say, and nothing else."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if type(each) not in {dict, list, str, int, float, bool, type(None)}:
            return False
        waiting += (
            [*each, *each.values()] if isinstance(each, dict) else each if isinstance(each, list) else []
        )
    return True


def test_keys_that_mean_something_elsewhere_mean_nothing_here(shared: Path) -> None:
    few = {key: f"value of {key}" for key in KEYS}
    nested = {"__class__": {"__proto__": {"constructor": {"prototype": {"polluted": True}}}}}
    many: dict[str, JSON] = {f"k.{at}": at for at in range(10_000)}
    told = set()
    for name, path, values in samples(shared):
        told.add(name)
        assert isinstance(values, list)
        sound = read(lines(*values), name=path.name, format=name)
        for keys, objects in ((few, 10**6), (nested, 10**6), (many, 4)):
            data = lines(*(spoiled(value, keys, [objects]) for value in values))
            reading = read(data, name=path.name, format=name)
            assert len(reading.runs) >= len(sound.runs), path
            for run in reading.runs:
                assert plain(formats.dump_run(run)), path
                assert type(run) is Run
    assert len(told) >= 8


def test_keys_of_a_span_come_back_flat() -> None:
    keys: dict[str, JSON] = {key: "x" for key in KEYS if key} | {f"k.{at}": at for at in range(10_000)}

    (run,) = read(lines(envelope(span("a", keys))), name="x").runs

    assert keys.items() <= dict(run.steps[0].attributes).items()


# T28: nothing is fetched.

CHILD = """
import sys
attempts = []
blocked = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "subprocess.", "os.system", "os.exec")

def hook(event, arguments):
    if event.startswith(blocked):
        attempts.append(event)
        raise PermissionError(event)

sys.addaudithook(hook)
from pathlib import Path
from incident2eval import formats
from incident2eval.model import BadInput, Customer, Customers

roster = Customers(rows=(Customer(id="K-101", name="Pellworth & Wren"),))
read = refused = 0
for folder in sys.argv[1:]:
    for path in sorted(Path(folder).rglob("*")):
        if not path.is_file() or path.stat().st_size > 5_000_000:
            continue
        try:
            for run in formats.read(path.read_bytes(), name=path.name).runs:
                formats.with_owners(run, customers=roster, paths={}, stated=None)
            read += 1
        except BadInput:
            refused += 1
print(read, refused, len(attempts), attempts[:3])
"""


def test_reading_every_real_file_makes_no_connection(shared: Path) -> None:
    folders = [str(shared / "data" / "trace_formats"), str(shared / "acceptance")]

    done = subprocess.run([sys.executable, "-c", CHILD, *folders], capture_output=True, text=True, check=True)

    count, refused, attempts = map(int, done.stdout.split()[:3])
    print(f"{count} real files read, {refused} refused, {attempts} attempts to reach anything")
    assert (count > 100, attempts) == (True, 0)


COMMANDS = """
import sys
attempts = []

def listens(event, arguments):
    # The receiver of a workflow's spans, on loopback while cases run: it listens, and asks nobody.
    frame = sys._getframe()
    while frame and not frame.f_code.co_filename.endswith("incident2eval/receiver/_server.py"):
        frame = frame.f_back
    here = event == "socket.bind" and arguments[1][0] == "127.0.0.1"
    return frame is not None and (event == "socket.__new__" or here)


def hook(event, arguments):
    pair = event == "socket.__new__" and arguments[1] == 1  # AF_UNIX: between a process and its child
    if event.startswith(("socket.", "urllib.", "http.")) and not pair and not listens(event, arguments):
        attempts.append(event)
        raise PermissionError(event)

sys.addaudithook(hook)
from pathlib import Path
from incident2eval.cli import main
from incident2eval.pipeline.project import INCIDENT, WORKFLOW, set_state, write_demo

folder = Path(sys.argv[1]) / "demo"
write_demo(folder)
evidence = folder / "incidents" / INCIDENT / "evidence"
codes = []
for command in (
    ["read", str(evidence)],
    ["collect", INCIDENT],
    ["root-cause", INCIDENT],
    ["eval-case", INCIDENT],
    ["run", INCIDENT],
    ["gate", WORKFLOW],
):
    if command[0] == "gate":
        set_state(folder, "fixed")
    codes.append(main([*command, "--project", str(folder)]))
print(codes, len(attempts), attempts[:3], file=sys.stderr)
"""


def test_no_command_makes_a_connection(tmp_path: Path) -> None:
    """Of the process itself; what it starts is the user's own workflow, and a pytest without the network."""
    done = subprocess.run(
        [sys.executable, "-c", COMMANDS, str(tmp_path)], capture_output=True, text=True, check=True
    )

    codes, _, attempts = done.stderr.strip().splitlines()[-1].rpartition("]")[0].rpartition(" [")
    print(f"read, collect, root-cause, eval-case, run, gate: {codes}, {attempts or 'no attempt'}")
    assert codes == "[0, 0, 0, 0, 0, 0] 0"


def test_links_in_a_trace_are_not_followed() -> None:
    seen: list[str] = []
    links = {
        "image_url": "http://127.0.0.1:9/x",
        "$ref": "file:///etc/passwd",
        "dtd": "<!ENTITY x SYSTEM 'http://x'>",
    }
    data = lines(
        envelope(span("http://127.0.0.1:9/", {**links, "input.value": json.dumps(links)})),
    )
    sys.addaudithook(lambda event, _: seen.append(event) if event.startswith("socket.") else None)

    reading: Reading = read(data, name="http://127.0.0.1:9/trace.json")

    assert len(reading.runs) == 1
    assert seen == []


# T15: what the user names is read, whatever it is; what lies about is not followed.


def test_a_link_that_the_user_names_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "trace.json").write_bytes(lines(envelope(span("a"))))
    (tmp_path / "link.json").symlink_to("trace.json")

    assert main(["read", str(tmp_path / "link.json")]) == 0
    assert capsys.readouterr().out


def test_a_link_in_a_folder_is_named_and_not_followed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = tmp_path / "outside.json"
    outside.write_bytes(lines(envelope(span("secret"))))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "trace.json").write_bytes(lines(envelope(span("a"))))
    (folder / "link.json").symlink_to(outside)
    (folder / "loop").symlink_to(folder)

    code = main(["read", str(folder), "--json"])

    said = json.loads(capsys.readouterr().out)
    assert code == 0
    assert "secret" not in json.dumps(said["runs"])
    assert len([each for each in said["skipped"] if "link" in each["why"]]) == 2


def test_a_pipe_or_a_device_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "trace.json").write_bytes(lines(envelope(span("a"))))
    command = [sys.executable, "-m", "incident2eval", "read", str(tmp_path)]

    done = subprocess.run(command, capture_output=True, timeout=30, check=False)

    assert done.returncode == 0


def test_the_readers_hold_no_file_of_the_caller(tmp_path: Path) -> None:
    for data in (b"{}", zipped(a=b"{}"), b"\x1f\x8b", b"PAR1"):
        file = io.BytesIO(data)
        with pytest.raises(BadInput):
            list(formats.parts(file, name="x"))
        assert not file.closed
