"""Text from incidents and traces is hostile: in a report it is never markup, a link or an escape sequence."""

import base64
import hashlib
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import product
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from incident2eval.model import Matter, Report
from incident2eval.report import render, summary

ACTIVE = """
<script>alert(1)</script>
<ScRiPt src=//evil.example/x.js></sCrIpT>
<img src=x onerror=alert(1)>
<svg/onload=alert(1)>
<svg><animate onbegin=alert(1) attributeName=x></svg>
<iframe src=javascript:alert(1)></iframe>
<object data=data:text/html;base64,PHNjcmlwdD4=></object>
<embed src=//evil.example>
<link rel=stylesheet href=//evil.example/x.css>
<base href=//evil.example/>
<meta http-equiv=refresh content="0;url=//evil.example">
<form action=//evil.example><input name=q autofocus onfocus=alert(1)>
<style>@import '//evil.example/x.css'</style>
<a href="javascript:alert(1)">click</a>
<details open ontoggle=alert(1)>
<math><mtext></table><mglyph><style><img src=x onerror=alert(1)>
<template><img src=x></template>
</style><script>alert(1)</script>
</title><script>alert(1)</script>
</textarea><script>alert(1)</script>
<!--><img src=x onerror=alert(1)>-->
<![CDATA[<script>alert(1)</script>]]>
]]><x/>
<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>
&lt;script&gt;alert(1)&lt;/script&gt;
&#60;script&#62;
" onmouseover="alert(1)
' onmouseover='alert(1)
" style="background:url(//evil.example)
javascript:alert(1)
{{7*7}}
{% for x in ().__class__.__mro__ %}{{ x }}{% endfor %}
${7*7} #{7*7} <%= 7*7 %>
[click](https://evil.example)
[click](javascript:alert(1))
![pixel](https://evil.example/p.png)
[x][y] [y]: https://evil.example
<https://evil.example>
https://evil.example/collect?x=1
http://evil.example
HTTPS://EVIL.example
ftp://evil.example
www.evil.example
WWW.evil.example
mailto:someone@evil.example
someone@evil.example
@everyone please look
@org/team
#123 and GH-123 and org/repo#45
!12 &3 %"milestone" ~label $4
`code` ``more`` ```fence```
`` ` ``| cell | cell |
| a | b |
~~~ fence
# heading
- item
1. item
1) item
+ item
> quote
---
===
***bold*** __bold__ ~~gone~~ *em* _em_
$$\\int_0^1$$ and $x$
[^1] and [^1]: note
:octocat: and :+1: and a:tada:b
\\[x\\](https://evil.example) and \\`code\\`
""".strip("\n").splitlines()

WRAPPED = ("{}", "before {} after", "\n\n{}\n\n", "x|{}|\\")

CONTROL = (
    "\x1b]0;title\x07 and \x1b[2J and \x9b31m",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "nul \x00 bell \x07 backspace \x08 return \r end",
    "\u202egnp.exe and \u2066isolated",
    "not a character \ufffe \uffff \ud800",
)

PAYLOADS = [frame.format(text) for text, frame in product(ACTIVE, WRAPPED)] + list(CONTROL)


class Skeleton(HTMLParser):
    """The elements of a page with the names of their attributes, and all of its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.values: dict[str, set[str | None]] = {}
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        for name, value in attrs:
            self.values.setdefault(name, set()).add(value)

    def handle_endtag(self, tag: str) -> None:
        self.elements.append((f"/{tag}", ()))

    def handle_comment(self, data: str) -> None:
        self.elements.append((f"comment {data}", ()))

    def handle_pi(self, data: str) -> None:
        self.elements.append((f"pi {data}", ()))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_there_are_enough_payloads() -> None:
    assert len(set(PAYLOADS)) > 250


@pytest.mark.parametrize("text", PAYLOADS)
def test_page_has_the_same_elements_whatever_the_text(filled: Callable[[str], Report], text: str) -> None:
    hostile, tame = Skeleton(render(filled(text)).html), Skeleton(render(filled("tame")).html)

    assert hostile.elements == tame.elements
    assert hostile.values == tame.values, "the text reached an attribute"


@pytest.mark.parametrize("text", ["{{7*7}}", "{% raw %}", "a < b & c", "&lt;b&gt;"])
def test_page_shows_text_as_itself(filled: Callable[[str], Report], text: str) -> None:
    assert Skeleton(render(filled(text)).html).text.count(text) >= 15


def test_page_runs_and_loads_nothing(blocked: Report) -> None:
    page = Skeleton(render(blocked).html)

    assert not {"src", "href", "srcset", "style", "action", "data", "background"} & page.values.keys()
    assert not [name for name in page.values if name.startswith("on")]
    style = re.search(r"<style>(.*?)</style>", render(blocked).html, re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert policy in page.values["content"]


@pytest.mark.parametrize("text", PAYLOADS)
def test_junit_parses_and_keeps_its_shape(filled: Callable[[str], Report], text: str) -> None:
    suites = ET.fromstring(render(filled(text)).junit)

    assert [element.tag for element in suites.iter()] == [
        "testsuites",
        "testsuite",
        "properties",
        *["property"] * (8 + len(("approver", "override", "note", "environment")) + len(Matter)),
        "testcase",
        "failure",
        "testcase",
        "system-out",
        "testcase",
        "skipped",
    ]
    assert (suites.get("failures"), suites.get("skipped")) == ("1", "1")


@pytest.mark.parametrize("text", PAYLOADS)
def test_markdown_has_no_active_construct(filled: Callable[[str], Report], text: str) -> None:
    hostile, tame = (_parsed(render(filled(words)).markdown) for words in (text, "tame"))

    assert hostile.blocks == tame.blocks
    assert hostile.inline <= {"text", "strong_open", "strong_close", "softbreak"}
    assert not re.search(
        r"[@#!%~^$]\w|&\w+;|://|\bwww\.|mailto:\w|\bGH-\d|:[a-z+][\w+-]*:", hostile.text, re.IGNORECASE
    )


class _parsed:  # noqa: N801 - reads as a verb where it is used
    def __init__(self, markdown: str) -> None:
        tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
        children = [child for token in tokens for child in token.children or []]
        self.blocks = [token.type for token in tokens]
        self.inline = {child.type for child in children}
        self.text = "\n".join(child.content for child in children)


@pytest.mark.parametrize("text", PAYLOADS)
def test_nothing_drives_the_terminal_or_disguises_itself(filled: Callable[[str], Report], text: str) -> None:
    report = filled(text)
    rendered = render(report)

    for shown in (summary(report), rendered.markdown, rendered.html, rendered.junit.decode()):
        assert not re.search(
            "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]", shown
        )
