"""Names that lead somewhere else on some system, after some decoding, or to some eyes."""

from planted_data import INCIDENT

NAMES = (
    "../outside/x", "../../outside/x", "../../../x", "../../../../x", "..", ".",
    "./x", "x/../../outside/x", "....//outside/x", "..%2foutside%2fx", "%2e%2e/outside/x",
    "..%252foutside", "%2e%2e%2foutside", "..%c0%afoutside", "..%5coutside%5cx", "..\\outside\\x",
    "..\\..\\outside", "x\\..\\..\\outside", "\\\\host\\share\\x", "//host/share/x",
    "C:\\outside\\x", "C:outside", "c:/outside/x", "\\\\?\\C:\\x", "file:///outside/x",
    "file:../outside/x", "~/x", "~root/x", "$HOME/x", "${HOME}/x", "CON", "NUL", "con.json",
    "AUX.json", "COM1", "LPT1.txt", "/dev/null", "/dev/full", "/proc/self/environ", "x" * 300,
    "x/" * 200 + "y", "...", "....", ". .", " ", "x ", "x.", "x:stream", "x\n../outside", "x\r",
    "x\ty", "x\0y", "../outside\0.json", "․․/outside/x", "‥/outside/x", "．．／outside／x",
    "..∕outside∕x", "..⁄outside", "x\u202ejson", "\ufeffx", "x\u200b", "ＩＮＣ－2026", "-rf", "--help",
    "-", "*", "?", "[x]", "{x}", "x|y", "x;y", "`x`", "$(touch outside)", "{outside}/x",
    "{outside}/secret.txt", "{project}/../outside/x", "{project}x/y",
)  # fmt: skip
"""`{outside}` and `{project}` are where these stand. NUL goes through YAML and JSON, not a command line."""

IDS = (
    f"{INCIDENT}/../../../outside", f"{INCIDENT}/", f"{INCIDENT}\n", f"{INCIDENT}.",
    f"{INCIDENT}/.", f"./{INCIDENT}", f"../incidents/{INCIDENT}", INCIDENT.lower(),
    INCIDENT.replace("-", "‐"), INCIDENT.replace("A", "А"), INCIDENT.replace("7", "٧"),
    f"{INCIDENT} ", f"{INCIDENT}%00", f"{INCIDENT}#", f"{INCIDENT}/evidence",
)  # fmt: skip
"""What almost is the id of the incident that is there."""
