"""Models: trained on what is stored, frozen as JSON beside their declaration, signed, and used only so."""

from pathlib import Path
from typing import Final

from declare import Refusal, Signer, verify_signature, write_atomically
from flows.deliveries import latest, protected_table
from flows.keyring import Keyring
from flows.meanings import check_model
from flows.restrictions import unrestricted
from koppelkamer.room import Room
from linkage import FittedModel, train
from pseudonymise.protected import ProtectedTable

_CONTEXT: Final = b"koppelkamer model v1\n"
"""Signed in front of the model, so that no signature made for something else holds here."""


class NotTrained(Refusal):
    def __init__(self, model: str) -> None:
        super().__init__(
            f"model {model} is not trained, or was trained from another declaration",
            remedy=f"Run `koppelkamer train {model}`, and have the fitted model reviewed.",
        )


def train_model(room: Room, keyring: Keyring, model_id: str) -> FittedModel:
    """Estimate the model on the latest deliveries of its two sources, write and sign it.

    Raises `ConceptsDiffer` when it compares columns that mean different things.
    """
    model = room.model(model_id)
    check_model(room, model)
    left = _used(room, keyring, model.left)
    right = left if model.dedupe else _used(room, keyring, model.right)
    fitted = train(left, right, model)
    _write(room, fitted, keyring.signer)
    return fitted


def _used(room: Room, keyring: Keyring, source: str) -> ProtectedTable:
    """The latest delivery without who is restricted."""
    return unrestricted(room, keyring, protected_table(room, keyring, source, latest(source)))


def fitted_model(room: Room, model_id: str) -> FittedModel:
    """The frozen model. Raises `NotTrained`, `BadSignature` when it is not as it was signed, or `ConceptsDiffer`."""
    model, (frozen, signature) = room.model(model_id), _paths(room, model_id)
    check_model(room, model)
    if not is_trained(room, model_id):
        raise NotTrained(model_id)
    content = frozen.read_bytes()
    key = room.read_public_key()
    verify_signature(key, _CONTEXT + content, signature.read_bytes(), what=f"model {model_id}")
    fitted = FittedModel.from_json(content)
    if fitted.model != model:
        raise NotTrained(model_id)
    return fitted


def is_trained(room: Room, model_id: str) -> bool:
    """Whether a frozen model and a signature are there; not whether they hold."""
    return all(path.is_file() for path in _paths(room, model_id))


def _write(room: Room, fitted: FittedModel, signer: Signer) -> None:
    frozen, signature = _paths(room, fitted.model.id)
    content = fitted.to_json()
    write_atomically(signature, signer.sign(_CONTEXT + content))
    write_atomically(frozen, content)


def _paths(room: Room, model_id: str) -> tuple[Path, Path]:
    folder = room.folder / "models"
    return folder / f"{model_id}.json", folder / f"{model_id}.sig"
