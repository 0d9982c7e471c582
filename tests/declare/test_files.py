import errno
from pathlib import Path

import polars as pl
import pytest

from declare import Fault, digest_frame, replacing, write_atomically


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "file"
    write_atomically(target, b"whole", mode=0o600)
    assert target.read_bytes() == b"whole"
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(target.parent.iterdir()) == [target]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), replacing(target) as temporary:
        temporary.write_bytes(b"half")
        raise KeyboardInterrupt
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_a_fault_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="disk is full") as fault, replacing(tmp_path / "file"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert fault.value.exit_code == 3
    assert not list(tmp_path.iterdir())


FRAMES = {
    "chunks do not show": (pl.concat([pl.DataFrame({"a": ["x"]}), pl.DataFrame({"a": ["y"]})]), True),
    "a slice is its rows": (pl.DataFrame({"a": ["w", "x", "y", "z"]}).slice(1, 2), True),
    "order shows": (pl.DataFrame({"a": ["y", "x"]}), False),
    "type shows": (pl.DataFrame({"a": ["x", "y"]}, schema={"a": pl.Categorical}), False),
    "name shows": (pl.DataFrame({"b": ["x", "y"]}), False),
}


def test_a_full_disk_under_polars_is_the_same_fault(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="the disk is full; table was not written"), replacing(tmp_path / "table"):
        pl.DataFrame({"a": [1]}).write_parquet("/dev/full")
    assert not list(tmp_path.iterdir())


def test_what_lies_under_a_null_does_not_show(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1, 2, 3], "b": [True, False, True]})
    hidden = frame.select(pl.when(pl.col("a") != 2).then(pl.all()))
    hidden.write_parquet(tmp_path / "hidden.parquet")
    assert digest_frame(pl.read_parquet(tmp_path / "hidden.parquet")) == digest_frame(hidden)
    assert digest_frame(hidden) != digest_frame(frame)


@pytest.mark.parametrize(("frame", "same"), FRAMES.values(), ids=FRAMES)
def test_frame_digest(frame: pl.DataFrame, same: bool) -> None:
    assert (digest_frame(frame) == digest_frame(pl.DataFrame({"a": ["x", "y"]}))) is same
