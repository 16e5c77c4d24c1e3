"""The report as JSON: the canonical document, the one that is digested and signed."""

import json
import re
from dataclasses import asdict
from datetime import date, datetime

from incident2eval.model import Report
from incident2eval.report.wording import utc

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def document(report: Report) -> bytes:
    """The report as canonical JSON: keys sorted, UTF-8, one newline at the end.

    The decision's own fields stand at the top (`workflow`, `decision`, `reasons`, `counts`, `cases`), where
    scripts look for them. A lone surrogate, which UTF-8 cannot hold, is spelt out as text.
    """
    fields = asdict(report)
    text = json.dumps(
        fields | fields.pop("decision"),
        default=_moment,
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
        indent=1,
    )
    return _LONE_SURROGATE.sub(lambda found: f"\\\\u{ord(found[0]):04x}", text).encode() + b"\n"


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return f"{utc(value).isoformat().removesuffix('+00:00')}Z"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a report holds no {type(value).__name__}")
