from pathlib import Path

import pytest

from declare import BadSignature, WrongInput, load
from gate import Policy, SignedPolicy, examine, profile, sign_policy, verify_policy
from gate.subject import Subject
from tests.gate.policies import Owner, signed, text


def test_the_strict_profile_states_where_every_limit_comes_from() -> None:
    policy = load(profile("nl-streng"), Policy)
    assert policy.profile == "nl-streng"
    assert policy.limit("minimum_people") == 10
    assert "nationality" in policy.limit("protected")
    assert all(limit["source"] for limit in policy.thresholds.model_dump().values())


REFUSED = {
    "no rule at all": (text(rules=()), "rules"),
    "a rule nobody knows": (text(rules=("D01", "D06", "D07", "D99")), "D99"),
    "a rule twice": (text(rules=("B13", "B13")), "twice"),
    "hiding without the audit": (text(rules=("D01", "B13")), "D06, D07"),
    "a limit without a source": (text().replace('source = "ABS DataLab (2,67)"', 'source = ""'), "source"),
    "a limit that is missing": (text().replace("p_percent", "q_percent"), "p_percent"),
    "a share above one": (text(dominance_one=1.5), "dominance_one"),
    "half a person": (text(minimum_people=9.5), "minimum_people"),
    "a threshold of two": (text(minimum_people=2), "thresholds"),
    "a p of nothing": (text(p_percent=0), "thresholds"),
    "failing before warning": (text(link_rate_gap_warn=0.2), "thresholds"),
    "nobody owns it": (text().replace('owner = "to be named by the room"', 'owner = ""'), "owner"),
}


@pytest.mark.parametrize(("content", "named"), REFUSED.values(), ids=REFUSED)
def test_a_policy_is_refused(tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(content)
    with pytest.raises(WrongInput, match=named):
        load(path, Policy)


@pytest.fixture
def policy(tmp_path: Path) -> tuple[Path, Path]:
    path, signature = tmp_path / "policy.toml", tmp_path / "policy.toml.sig"
    path.write_text(text())
    sign_policy(path, signature, Owner())
    return path, signature


def test_a_signed_policy_names_contents_and_key(policy: tuple[Path, Path]) -> None:
    found = verify_policy(*policy, Owner().public_key)
    assert found.digest == load(policy[0], Policy).digest
    assert found.public_key == Owner().public_key.hex()


def test_a_comment_may_change(policy: tuple[Path, Path]) -> None:
    policy[0].write_text("# read in spring\n" + policy[0].read_text())
    assert verify_policy(*policy, Owner().public_key)


CHANGES = {
    "a limit": ('value = 10, source = "ABS DataLab rule', 'value = 9, source = "ABS DataLab rule'),
    "a source": ("ABS DataLab (2,67)", "ABS DataLab (2,68)"),
    "a rule left out": ('"B13", "B14"', '"B13"'),
    "the owner": ("to be named by the room", "somebody else"),
}


@pytest.mark.parametrize(("old", "new"), CHANGES.values(), ids=CHANGES)
def test_a_change_after_signing_refuses(policy: tuple[Path, Path], old: str, new: str) -> None:
    content = policy[0].read_text()
    assert old in content
    policy[0].write_text(content.replace(old, new))
    with pytest.raises(BadSignature):
        verify_policy(*policy, Owner().public_key)


def test_somebody_elses_signature_refuses(policy: tuple[Path, Path]) -> None:
    with pytest.raises(BadSignature):
        verify_policy(*policy, Owner(bytes([1] * 32)).public_key)


def test_no_signature_refuses(policy: tuple[Path, Path]) -> None:
    policy[1].unlink()
    with pytest.raises(WrongInput):
        verify_policy(*policy, Owner().public_key)
    policy[1].write_text("not base64!")
    with pytest.raises(BadSignature):
        verify_policy(*policy, Owner().public_key)


def test_an_unsigned_policy_examines_nothing() -> None:
    unsigned = load(profile("nl-streng"), Policy)
    with pytest.raises(TypeError):
        SignedPolicy(unsigned, "")
    with pytest.raises(TypeError):
        examine(Subject("persons", ()), unsigned)  # type: ignore[arg-type]
    assert examine(Subject("persons", ()), signed()).policy == signed().digest
