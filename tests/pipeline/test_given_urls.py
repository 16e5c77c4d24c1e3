"""URLs in words: what is meant as one, what a message shows of it, what is said where nothing reads it."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from incident2eval.model import BadInput
from incident2eval.pipeline import _remote
from incident2eval.pipeline._given import place, placed_files
from incident2eval.pipeline._remote import Remote, is_url, shown_url


def why_not(url: str) -> str:
    with pytest.raises(BadInput) as error, Remote(url=url, named=True).opened():
        pass
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("s3://bucket/a.jsonl", True),
        ("https://host/a", True),
        ("file:///a", True),
        ("a/b.jsonl", False),
        ("C:/a", False),
        ("./s3://bucket", False),
        ("://a", False),
    ],
)
def test_what_is_meant_as_a_url(text: str, meant: bool) -> None:
    assert is_url(text) is meant
    assert isinstance(place(text), str if meant else Path)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ruth:s3cret@host:8443/a/b.jsonl?sig=abc&x=1#frag", "https://***@host:8443/a/b.jsonl?..."),
        ("https://token@host/a", "https://***@host/a"),
        ("https://a:b@c:d@host/a@b", "https://***@host/a@b"),
        ("s3://bucket/a@b.jsonl", "s3://bucket/a@b.jsonl"),
        ("https://host", "https://host"),
        ("https://host?key=a", "https://host?..."),
        ("ftp://u:p?w@host/a", "ftp://u:p?..."),
    ],
)
def test_what_is_shown_of_a_url_lets_nobody_in(url: str, shown: str) -> None:
    assert shown_url(url) == shown
    assert "s3cret" not in repr(Remote(url=url, named=True))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("nonsense://a/b", "nothing is known that reads nonsense:// (check how it is spelled)"),
        ("s3://u:s3cret@bucket/a", "cannot be read with what is installed: Install s3fs"),
    ],
)
def test_what_nothing_here_reads(url: str, why: str) -> None:
    pytest.importorskip("fsspec")
    if url.startswith("s3") and _has("s3fs"):
        pytest.skip("s3fs is installed here")

    assert f"{shown_url(url)}: {why}" in why_not(url)
    assert why in str([*placed_files([f"{url}*"])])


def _has(module: str) -> bool:
    return find_spec(module) is not None


def test_without_fsspec_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)

    assert why_not("https://u:s3cret@host/a") == (
        "https://***@host/a: is a URL, and the package fsspec that reads them is not installed "
        '(pip install "incident2eval[remote]")'
    )


def test_a_library_that_says_too_much_is_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(url: str) -> None:
        raise RuntimeError(f"cannot sign {url} with key s3cret")

    monkeypatch.setattr(_remote, "_system", broken)

    assert (
        why_not("gs://u:s3cret@bucket/a") == "gs://***@bucket/a: cannot be read: RuntimeError (check the URL)"
    )


@pytest.mark.parametrize(
    ("url", "path", "name", "file"),
    [
        ("ftp://u:p@host/past/*", "/past/*", "/past/a", "ftp://u:p@host/past/a"),
        ("s3://bucket/past/", "bucket/past", "bucket/past/a", "s3://bucket/past/a"),
        ("memory://past/*", "/past/*", "/past/a", "memory://past/a"),
    ],
)
def test_a_file_that_was_listed_is_on_the_same_server(url: str, path: str, name: str, file: str) -> None:
    assert _remote._as_url(url, path, name) == file
