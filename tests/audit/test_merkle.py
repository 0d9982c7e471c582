"""RFC 6962, section 2.1: the test leaves and roots of Certificate Transparency's reference implementation
(google/certificate-transparency, merkle_tree_test.cc), and a twin written exactly as the RFC says."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.merkle import leaf_hash, path_of, root_hash, root_over

LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize(("size", "root"), ROOTS.items())
def test_published_roots(size: int, root: str) -> None:
    assert root_hash([leaf_hash(leaf) for leaf in LEAVES[:size]]).hex() == root


def as_the_rfc_says(entries: list[bytes]) -> bytes:
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\x01" + as_the_rfc_says(entries[:k]) + as_the_rfc_says(entries[k:])).digest()


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_level_by_level_is_the_recursion_of_the_rfc(entries: list[bytes]) -> None:
    assert root_hash([leaf_hash(entry) for entry in entries]) == as_the_rfc_says(entries)


PATHS: dict[tuple[int, int], list[str]] = {
    (1, 1): [],
    (1, 8): ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"],
    (6, 8): ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
             "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"],
    (3, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (2, 5): ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"],
}  # fmt: skip
"""Number of the leaf, from 1, and size of the tree → its audit path, from the same source."""


@pytest.mark.parametrize(("place", "path"), PATHS.items())
def test_published_audit_paths(place: tuple[int, int], path: list[str]) -> None:
    number, size = place
    leaves = [leaf_hash(leaf) for leaf in LEAVES[:size]]
    assert [step.hex() for step in path_of(leaves, number - 1)] == path
    assert root_over(leaves[number - 1], number - 1, size, [bytes.fromhex(step) for step in path]).hex() == ROOTS[size]


@given(st.integers(1, 40), st.data())
def test_a_path_leads_to_the_root_from_its_own_leaf_and_place_only(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    place, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    path = path_of(leaves, place)
    assert root_over(leaves[place], place, size, path) == root_hash(leaves)
    assert (root_over(leaves[other], other, size, path) == root_hash(leaves)) == (other == place)
    for wrong in (path[:-1], [*path, leaves[0]]):
        assert wrong == path or root_over(leaves[place], place, size, wrong) != root_hash(leaves)
