"""Files: a large one is read once, and known again while it is the same."""

import hashlib
import os

import pytest

from driftsim import files, user_cache


@pytest.fixture
def large(tmp_path, monkeypatch):
    """A file that counts as large, changed last a while ago; how often files have been read."""
    monkeypatch.setenv(user_cache.HOME, str(tmp_path / "cache"))
    monkeypatch.setattr(files, "LARGE", 3)
    monkeypatch.setattr(files, "RECENT", -60)  # as if it were a minute later
    read, hash_of = [], files._hash
    monkeypatch.setattr(files, "_hash", lambda path: read.append(path) or hash_of(path))
    (path := tmp_path / "t").write_bytes(b"1234")
    return path, read


def test_a_large_file_is_hashed_once(large):
    path, read = large
    assert [files.file_hash(path) for _ in range(3)] == [hashlib.sha256(b"1234").hexdigest()] * 3
    assert len(read) == 1
    path.write_bytes(b"12")  # no longer large
    assert {files.file_hash(path), files.file_hash(path)} == {hashlib.sha256(b"12").hexdigest()}
    assert len(read) == 3


def test_many_files_may_be_large_together(large):
    path, read = large
    (other := path.with_name("u")).write_bytes(b"12")
    assert files.is_large(path, other) and not files.is_large(other)
    assert files.file_hash(other, large=True) == files.file_hash(other, large=True)
    assert len(read) == 1


def test_an_edit_of_the_same_size_and_time_is_seen(large):
    path, _ = large
    before, about = files.file_hash(path), path.stat()
    path.write_bytes(b"4321")
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert files.file_hash(path) == hashlib.sha256(b"4321").hexdigest() != before


def test_a_file_that_was_just_written_is_read_again(large, monkeypatch):
    path, read = large
    monkeypatch.setattr(files, "RECENT", 60)
    assert files.file_hash(path) == files.file_hash(path)
    assert len(read) == 2


@pytest.mark.parametrize("damage", ["", "[]", "{}", '{"identity": 1}'])
def test_a_damaged_note_is_as_none(large, damage):
    path, read = large
    found = files.file_hash(path)
    [note] = user_cache.place("hashes").iterdir()
    note.write_text(damage)
    assert files.file_hash(path) == found and len(read) == 2


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_a_folder_that_others_may_write_to_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv(user_cache.HOME, str(home := tmp_path / "cache"))
    assert user_cache.place("a") == home / "a" and home.stat().st_mode & 0o777 == 0o700
    home.chmod(0o777)
    assert home not in user_cache.place("a").parents and user_cache.place("a").is_dir()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(user_cache.HOME, str(tmp_path / "file" / "below"))
    assert (made := user_cache.place("a")).is_dir()
    assert made.parent.name.startswith(f"driftsim-{os.getpid()}-")  # which is removed once it ends
