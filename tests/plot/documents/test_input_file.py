"""Inputs are read whatever their encoding, and opened once."""

import gzip
import json
import os
import threading

import pytest

from concur.documents import input_file, results
from concur.documents.input_file import DocumentError, NoResults


@pytest.fixture
def path(tmp_path):
    return tmp_path / "made.json"


MARKS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "utf-16": b"",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    "utf-32": b"",
}


@pytest.mark.parametrize("encoding", [*MARKS, "utf-16-le without mark"])
def test_encodings(tiny, path, encoding):
    name = encoding.split()[0]
    mark = b"" if "without" in encoding else MARKS[name]
    made = {**tiny, "context": {**tiny["context"], "host_name": "größe"}}
    path.write_bytes(mark + json.dumps(made, ensure_ascii=False).encode(name))
    assert results.load(path).origin.host == "größe"


def test_gzip_by_its_content(tiny, path):
    path.write_bytes(gzip.compress(json.dumps(tiny).encode("utf-16")))
    assert len(results.load(path).samples) > 0


@pytest.mark.parametrize("spoil", [lambda data: data[:-20], lambda data: data[:30] + b"xyz" + data[33:]])
def test_damaged_gzip(tiny, path, spoil):
    path.write_bytes(spoil(gzip.compress(json.dumps(tiny).encode())))
    with pytest.raises(DocumentError, match="damaged gzip file: copy it again"):
        input_file.read(path)


def test_more_than_any_document_has(path, monkeypatch):
    monkeypatch.setattr(input_file, "SIZE_MOST", 1 << 20)
    for data in (b" " * (2 << 20), gzip.compress(b" " * (2 << 20))):
        path.write_bytes(data)
        with pytest.raises(DocumentError, match="no results document"):
            input_file.read(path)


@pytest.mark.parametrize(
    "data, words",
    [
        (b"\x28\xb5\x2f\xfd....", r"it is packed: unpack it first \(zstd -d\)"),
        (b"\xfd7zXZ\x00....", "xz -d"),
        (b"BZh9....", "bzip2 -d"),
        (b"PK\x03\x04....", "unzip"),
        (b"\x89PNG\xff\xfe", "not a text file"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00\xff", "not a text file"),
    ],
)
def test_what_is_no_text(path, data, words):
    path.write_bytes(data)
    with pytest.raises(DocumentError, match=words):
        input_file.read(path)


def test_a_host_name_in_another_encoding(tiny, path):
    made = {**tiny, "context": {**tiny["context"], "host_name": "HOST"}}
    path.write_bytes(json.dumps(made).encode().replace(b"HOST", "größe".encode("latin-1")))
    assert results.load(path).origin.host == "gr\ufffd\ufffde"


@pytest.mark.parametrize("escape", [r"\udcff", r"\u001b[31m", r"\u0000", r"\u009b", r"\b", "\x9b"])
def test_what_no_terminal_may_get(tiny, path, escape):
    made = {**tiny, "context": {**tiny["context"], "host_name": "HOST"}}
    path.write_text(json.dumps(made).replace("HOST", f"a{escape}b"))
    host = results.load(path).origin.host
    assert host in ("a\ufffdb", "a\ufffd[31mb")


@pytest.mark.parametrize("escape", [r"\n", r"\t", r"\r\n"])
def test_a_text_is_one_line(tiny, path, escape):
    made = {**tiny, "context": {**tiny["context"], "host_name": "HOST"}}
    path.write_text(json.dumps(made).replace("HOST", f"a{escape}b"))
    assert results.load(path).origin.host.split() == ["a", "b"]
    assert results.load(path).origin.host.isprintable()


def test_a_pair_of_halves_is_a_character(tiny, path):
    made = {**tiny, "context": {**tiny["context"], "host_name": "a\U0001f600b"}}
    path.write_text(json.dumps(made))
    assert r"\ud83d\ude00" in path.read_text()
    assert results.load(path).origin.host == "a\U0001f600b"


def test_a_pipe_is_opened_once(tiny, path):
    os.mkfifo(path)
    opened = []

    def write():
        with path.open("w") as file:
            opened.append(file)
            json.dump(tiny, file)

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    document = results.load(path)
    writer.join(60)
    assert len(opened) == 1 and document.samples


def test_folders_and_empty_files_are_no_results(path):
    with pytest.raises(NoResults, match="cannot be read, because it is a folder"):
        input_file.read(path.parent)
    for data in (b"", b" \n", gzip.compress(b"")):
        path.write_bytes(data)
        with pytest.raises(NoResults, match="empty: the run wrote no results"):
            input_file.read(path)
