"""Declarations: strict TOML, refusals with a way out, canonical digests, atomic files."""

from declare.address import Address
from declare.canonical import canonical, digest, digest_file, digest_frame
from declare.coarsening import Coarsening
from declare.files import remove, replacing, workplace, write_atomically
from declare.load import Declaration, load
from declare.opaque import Opaque
from declare.refusal import Fault, Refusal, WrongInput
from declare.sentence import Misdeclared, Part, Sentence
from declare.signing import BadSignature, Sealer, Signer, verify_signature
from declare.write import to_toml

__all__ = [
    "Address",
    "BadSignature",
    "Coarsening",
    "Declaration",
    "Fault",
    "Misdeclared",
    "Opaque",
    "Part",
    "Refusal",
    "Sealer",
    "Sentence",
    "Signer",
    "WrongInput",
    "canonical",
    "digest",
    "digest_file",
    "digest_frame",
    "load",
    "remove",
    "replacing",
    "to_toml",
    "verify_signature",
    "workplace",
    "write_atomically",
]
