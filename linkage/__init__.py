"""Linkage: Fellegi–Sunter on protected evidence; the same engine on clear text in the workbench. Never keys."""

from linkage.comparable import Comparable
from linkage.compare.level import Level
from linkage.explain import explain
from linkage.fitted import FittedModel
from linkage.linked import LinkedTable
from linkage.linker import Linker
from linkage.linking import link
from linkage.model import Block, Comparison, FileField, Model
from linkage.quality import LinkQuality
from linkage.results import WorkbenchLinks
from linkage.train import train
from linkage.workbench import dedupe_files, link_files

__all__ = [
    "Block",
    "Comparable",
    "Comparison",
    "FileField",
    "FittedModel",
    "Level",
    "LinkQuality",
    "LinkedTable",
    "Linker",
    "Model",
    "WorkbenchLinks",
    "dedupe_files",
    "explain",
    "link",
    "link_files",
    "train",
]
