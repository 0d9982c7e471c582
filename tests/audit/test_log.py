import json
import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import BrokenLog, Event, Log, verify_log
from audit.__main__ import main as command
from audit.checkpoint import head_path
from audit.log import ConflictingOperation
from declare import BadSignature, Refusal
from tests.audit.signing import TestSigner

SIGNER = TestSigner()


def event(number: int, source: str = "residents") -> Event:
    fields = {"kind": "source", "id": source, "digest": f"{number:064x}"}
    return Event("registered", f"op-{number}", "2026-11-21T09:00:00Z", fields)


def log_of(folder: Path, entries: int, signer: TestSigner = SIGNER) -> Log:
    log = Log(folder / "audit.jsonl", "audit")
    log.extend([event(number) for number in range(entries)])
    log.checkpoint(signer)
    return log


def verify(log: Log, head: Path | None = None) -> str:
    return str(verify_log(log.path, SIGNER.public_key, head))


def test_a_log_without_a_witness_is_internally_consistent_and_no_more(tmp_path: Path) -> None:
    assert "internally consistent" in verify(log_of(tmp_path, 5))


def test_a_head_kept_elsewhere_shows_more(tmp_path: Path) -> None:
    log = log_of(tmp_path, 5)
    witness = head_path(log.path).rename(tmp_path / "kept by the DPO")
    log.append(event(5))
    log.checkpoint(SIGNER)
    assert verify(log, witness) == "audit log: 6 entries, holds; the first 5 are as the head kept elsewhere says"


def test_entries_after_the_last_head_are_named(tmp_path: Path) -> None:
    log = log_of(tmp_path, 2)
    log.append(event(2))
    assert "the last 1 are not yet signed" in verify(log)


def test_truncation_and_rewriting_by_the_key_holder_show_against_the_witness(tmp_path: Path) -> None:
    log = log_of(tmp_path, 5)
    witness = head_path(log.path).rename(tmp_path / "witness")
    for rewritten in (4, 6):
        log.path.unlink()
        head_path(log.path).unlink(missing_ok=True)
        log.extend([event(number, "incomes") for number in range(rewritten)])
        log.checkpoint(SIGNER)
        assert "internally consistent" in verify(log)
        with pytest.raises(BrokenLog):
            verify(log, witness)


def test_a_head_under_another_key_is_refused(tmp_path: Path) -> None:
    log = log_of(tmp_path, 2, TestSigner())
    with pytest.raises(BadSignature):
        verify(log)


def test_a_log_without_a_head_is_refused(tmp_path: Path) -> None:
    log = log_of(tmp_path, 2)
    head_path(log.path).unlink()
    with pytest.raises(BrokenLog):
        verify(log)


def test_every_flipped_bit_of_a_small_log_and_its_head_is_found(tmp_path: Path) -> None:
    log = log_of(tmp_path, 2)
    for path in (log.path, head_path(log.path)):
        whole = path.read_bytes()
        for at in range(len(whole)):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
            with pytest.raises(Refusal):
                verify(log)
        path.write_bytes(whole)
    verify(log)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_deletion_swap_or_repetition_of_lines_is_found(tmp_path: Path, data: st.DataObject) -> None:
    log = Log(tmp_path / "audit.jsonl", "audit")
    if not log.path.exists():
        log_of(tmp_path, 8)
    whole = log.path.read_bytes()
    lines = whole.splitlines(keepends=True)
    places = st.integers(0, len(lines) - 1)
    one, two = data.draw(places), data.draw(places)
    match data.draw(st.sampled_from(["delete", "swap", "repeat", "cut", "byte"])):
        case "delete":
            del lines[one]
        case "swap":
            lines[one], lines[two] = lines[two], lines[one]
        case "repeat":
            lines.insert(two, lines[one])
        case "cut":
            del lines[one:]
        case "byte":
            at = data.draw(st.integers(0, len(lines[one]) - 1))
            new = data.draw(st.integers(0, 255))
            lines[one] = lines[one][:at] + bytes([new]) + lines[one][at + 1 :]
    try:
        log.path.write_bytes(b"".join(lines))
        if b"".join(lines) == whole:
            verify(log)
        else:
            with pytest.raises(Refusal):
                verify(log)
    finally:
        log.path.write_bytes(whole)


def test_the_same_operation_is_written_once(tmp_path: Path) -> None:
    log = log_of(tmp_path, 2)
    assert log.append(event(1)).number == 2
    assert len(log.entries()) == 2


def test_one_operation_with_two_contents_is_refused(tmp_path: Path) -> None:
    log = log_of(tmp_path, 2)
    with pytest.raises(ConflictingOperation):
        log.append(event(1, "incomes"))


def test_an_event_of_the_other_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal):
        Log(tmp_path / "processing.jsonl", "processing").append(event(1))


@pytest.mark.parametrize("kept", [0, 1, 40, -2])
def test_a_line_torn_by_a_crash_is_taken_away(tmp_path: Path, kept: int) -> None:
    log = log_of(tmp_path, 3)
    whole = log.path.read_bytes()
    torn = Log(tmp_path / "longer" / "audit.jsonl", "audit")
    torn.extend([event(number) for number in range(4)])
    fourth = torn.path.read_bytes()[len(whole) :]
    log.path.write_bytes(whole + fourth[:kept])
    if kept:
        with pytest.raises(BrokenLog):
            verify(log)
    log.append(event(3))
    assert log.path.read_bytes() == whole + fourth


def test_a_whole_line_without_its_newline_is_kept(tmp_path: Path) -> None:
    log = log_of(tmp_path, 2)
    log.append(event(2))
    whole = log.path.read_bytes()
    log.path.write_bytes(whole[:-1])
    log.append(event(2))
    assert log.path.read_bytes() == whole


def test_a_log_cut_in_its_signed_part_is_not_repaired(tmp_path: Path) -> None:
    log = log_of(tmp_path, 3)
    cut = log.path.read_bytes()[:-10]
    log.path.write_bytes(cut)
    with pytest.raises(BrokenLog):
        log.append(event(4))
    assert log.path.read_bytes() == cut


def test_nothing_is_added_to_a_broken_log(tmp_path: Path) -> None:
    log = log_of(tmp_path, 3)
    changed = log.path.read_bytes().replace(b"residents", b"resident5", 1)
    log.path.write_bytes(changed)
    with pytest.raises(BrokenLog):
        log.append(event(4))
    assert log.path.read_bytes() == changed


def write_many(path: Path, first: int) -> None:
    log = Log(path, "audit")
    for number in range(first, first + 10):
        log.append(event(number))


def test_writers_in_several_processes_lose_and_mix_nothing(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    spawn = multiprocessing.get_context("fork")
    writers = [spawn.Process(target=write_many, args=(path, first)) for first in (0, 5, 10)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert {entry.event.operation for entry in Log(path, "audit").entries()} == {f"op-{n}" for n in range(20)}


def test_a_line_shows_its_chain(tmp_path: Path) -> None:
    log = log_of(tmp_path, 2)
    first, second = log.entries()
    assert json.loads(second.line)["previous"] == first.digest
    assert json.loads(first.line)["previous"] == "0" * 64


def test_the_command_says_whether_the_log_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = log_of(tmp_path, 2)
    assert command([str(log.path), "--key", SIGNER.public_key.hex()]) == 0
    assert "internally consistent" in capsys.readouterr().out
    assert command([str(log.path), "--key", TestSigner().public_key.hex()]) == 1
    assert "way out" in capsys.readouterr().err


def test_a_stranger_needs_neither_django_nor_polars() -> None:
    probe = (
        "import audit, audit.__main__, sys; print([m for m in ('django', 'polars', 'register') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout == "[]\n"
