"""All commands and their options. What one does stands in the module named beside it, imported when it is called."""

import argparse
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from koppelkamer.cli.screen import Screen

Options = dict[str, dict[str, Any]]

_FOLDER: Final[dict[str, Any]] = {"type": Path, "metavar": "DIR"}
_FILE: Final[dict[str, Any]] = {"type": Path, "metavar": "FILE"}
_ROOM: Final[Options] = {"--room": {**_FOLDER, "default": Path(), "help": "the room's folder (default: here)"}}
_AS: Final[Options] = {
    "--as": {"dest": "acting", "metavar": "PERSON", "help": "act as this person, in a demo room only"}
}
_SIDES: Final[Options] = {
    "--left": {**_FILE, "required": True, "help": "the file, or the left one of two"},
    "--right": {**_FILE, "help": "the right file; none when one file was searched for double records"},
}
_LANGUAGE: Final[Options] = {"--language": {"choices": ["en", "nl"], "help": "default: that of your system"}}
_LINKED: Final[Options] = {
    "--fitted": {**_FILE, "metavar": "MODEL.json", "help": "fitted model to use as it is, of an earlier linkage"},
    "--labels": {
        **_FILE, "metavar": "LABELS.csv", "action": "append", "default": [],
        "help": "labels (or annotations, .json) to train and calibrate by; may be given several times",
    },
    "--classifier": {
        "choices": ["logistic", "svm", "naive-bayes", "ecm"],
        "help": "learns from the labels in the model's stead, and chooses the links; ecm learns without",
    },
    "--truth": {**_FILE, "help": "true pairs (id_l, id_r), for evaluation only"},
    "--by": {
        "metavar": "COLUMN[,COLUMN]", "type": lambda names: tuple(names.split(",")), "default": (),
        "help": "columns the model does not read: missed and false matches by their values too",
    },
    "--show-values": {
        "action": "store_true", "help": "the report shows values of a few records: on the partner's own premises only",
    },
    "--language": {"choices": ["en", "nl"], "help": "of the report; default: that of your system"},
}  # fmt: skip
_MODEL: Final[Options] = {
    "--model": {**_FILE, "help": "model (TOML)"},
    "--propose": {**_FILE, "metavar": "M.toml", "help": "write a model made from the data alone; with --out use it"},
    "--blocks": {"action": "store_true", "help": "tell how large the blocks are, and compare nothing"},
    "--out": {**_FOLDER, "help": "folder for the results"},
}
_PERIOD: Final[Options] = {
    "--period": {"metavar": "PERIOD", "help": "what it is about, where the source has periods: 2026, 2026-Q3, 2026-10"},
}
_SUPPLEMENTS: Final[Options] = {
    "--supplements": {
        "metavar": "DELIVERY",
        "help": "the file holds corrected rows of this delivery (its digest), as `quarantine open` wrote them",
    },
}
_OUT: Final[Options] = {"--out": {**_FOLDER, "required": True, "help": "folder for the results"}}


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `place` is module:function below koppelkamer.cli."""

    name: str
    help: str
    place: str
    options: Options

    def run(self, call: argparse.Namespace) -> Screen:
        module, function = self.place.split(":")
        screen: Screen = getattr(importlib.import_module(f"koppelkamer.cli.{module}"), function)(call)
        return screen


COMMANDS: Final = (
    Command("demo", "the whole way on a made-up Dutch room", "demo:demo", {
        "--persons": {"type": int, "default": 20_000, "metavar": "N", "help": "persons to make up (default 20000)"},
        "--seed": {"type": int, "default": 2026, "metavar": "N", "help": "seed of the made-up data (default 2026)"},
        "--room": {**_FOLDER, "default": Path("demo-room"), "help": "where the room is made (default: demo-room)"},
    }),
    Command("init", "a new room: commented declarations to change", "start:init", {
        "folder": {**_FOLDER, "help": "new or empty folder"},
        "--name": {"metavar": "NAME", "help": "as logs and folders can bear it (default: the folder's name)"},
        "--title": {"metavar": "TEXT", "help": "as people read it"},
    }),
    Command("dummy", "made-up rows in the shape of a source, to try things on", "start:dummy", {
        "source": {**_FILE, "metavar": "S.toml", "help": "declaration of the source"},
        "--rows": {"type": int, "default": 1000, "metavar": "N", "help": "how many (default 1000)"},
        "--seed": {
            "type": int, "default": 2026, "metavar": "N",
            "help": "with the same --rows: the same people for every source",
        },
        "--out": {**_FILE, "required": True},
    }),
    Command("receive", "take a delivery in: sealed, or in clear where the source allows it", "room:receive", {
        "source": {"metavar": "SOURCE"}, "file": _FILE, **_PERIOD, **_SUPPLEMENTS,
        "--accept-changes": {"action": "store_true", "help": "as data steward: take it although it changed suddenly"},
        "--reason": {"metavar": "TEXT", "default": "", "help": "why; part of the record"},
        **_ROOM, **_AS,
        "--via": {"choices": ["prefect"], "help": "run it as a Prefect flow"},
    }),
    Command("train", "estimate a model on the stored deliveries, freeze and sign it", "room:train", {
        "model": {"metavar": "MODEL"}, **_ROOM, **_AS,
    }),
    Command("crosscheck", "find double registrations, contradictions, orphaned addresses", "crosscheck:crosscheck", {
        **_ROOM, **_AS,
    }),
    Command("try", "what stands in a request's way, and what it might bring; nothing is linked", "dry_run:dry_run", {
        "request": {"metavar": "REQUEST"}, **_ROOM, **_AS,
    }),
    Command("submit", "put a request into the register", "room:submit", {
        "request": {"metavar": "REQUEST"}, **_ROOM, **_AS,
    }),
    Command("decide", "take a step in the workflow, as the person signed in", "room:decide", {
        "subject": {"metavar": "SUBJECT", "help": "a request, a release or a standing decision"},
        "action": {"metavar": "ACTION"},
        "--reason": {"metavar": "TEXT", "default": "", "help": "why; part of the record"},
        "--answers": {**_FILE, "help": "TOML with the four answers to each warning"},
        **_ROOM, **_AS,
    }),
    Command("go-on", "propose that the releases of a request go on by themselves while all passes", "go_on:go_on", {
        "release": {"metavar": "RELEASE", "help": "the latest of the request, which people released"},
        "--vary": {
            "metavar": "SOURCE[,SOURCE]", "type": lambda names: tuple(names.split(",")), "required": True,
            "help": "sources of which later runs may use other deliveries; nothing else may vary",
        },
        "--until": {"type": date.fromisoformat, "metavar": "DATE", "required": True, "help": "last day"},
        "--every": {"type": int, "metavar": "DAYS", "default": 1, "help": "days from one run to the next, at least"},
        "--reason": {"metavar": "TEXT", "default": "", "help": "why; part of the record"},
        **_ROOM, **_AS,
    }),
    Command("say", "a remark in the thread of a request", "room:say", {
        "request": {"metavar": "REQUEST"}, "text": {"metavar": "TEXT"}, **_ROOM, **_AS,
    }),
    Command("probe", "first phase: ask partners whether they could contribute on a few subjects", "probe:probe", {
        "probe": {"metavar": "PROBE"},
        "action": {
            "choices": ["ask", "show", "confirm", "keep-back", "case", "no-case", "read"],
            "nargs": "?", "default": "ask",
            "help": "ask links the list; show, confirm, keep-back, case and no-case are for the partners asked; "
                    "read is for who asked",
        },
        "--partner": {"metavar": "PARTNER", "help": "for which you speak, where there is more than one"},
        "--reference": {"metavar": "TEXT", "default": "", "help": "for case: of the written decision"},
        "--reason": {"metavar": "TEXT", "default": "", "help": "why; part of the record"},
        **_ROOM, **_AS,
    }),
    Command("run", "link, draft, gate and report; stops before people decide", "room:run", {
        "request": {"metavar": "REQUEST"}, **_ROOM, **_AS,
        "--via": {"choices": ["prefect"], "help": "run it as a Prefect flow"},
    }),
    Command("release", "write the parcel once it has been decided", "room:release", {
        "request": {"metavar": "RELEASE", "help": "a release, or a request for its latest one"}, **_ROOM, **_AS,
        "--via": {"choices": ["prefect"], "help": "run it as a Prefect flow"},
    }),
    Command("publish", "write the public site: what was released to everybody", "room:publish", {
        **_OUT, **_ROOM,
    }),
    Command("recall", "write a signed notice for each parcel that may no longer be used", "room:recall", {
        **_OUT, **_ROOM,
    }),
    Command("withdraw-delivery", "use a delivery no more; lists the releases that rest on it", "withdraw:withdraw", {
        "source": {"metavar": "SOURCE"}, "delivery": {"metavar": "DELIVERY", "help": "its digest, in full"},
        "--reason": {"metavar": "TEXT", "default": "", "help": "why; part of the record"},
        **_ROOM, **_AS,
    }),
    Command("restrict", "leave persons out of every run from now on, as a source holder asks", "restrict:restrict", {
        "source": {"metavar": "SOURCE"}, "file": _FILE,
        "--reason": {"metavar": "TEXT", "default": "", "help": "why; part of the record. No names"},
        "--until": {"type": date.fromisoformat, "metavar": "DATE", "help": "last day; without it until it is lifted"},
        "--lift": {"action": "store_true", "help": "these persons are restricted no longer"},
        **_ROOM, **_AS,
    }),
    Command("invite", "a link by which somebody chooses a first or a new password", "account:invite", {
        "username": {"metavar": "PERSON"}, **_ROOM,
    }),
    Command("feedback", "what came of a release: tell it as recipient, or read what was told", "outcomes:feedback", {
        "release": {"metavar": "RELEASE"},
        "--text": {"metavar": "TEXT", "help": "what came of it, without names or other data of persons"},
        "--indicator": {
            "metavar": "TEXT", "default": "", "help": "the indicator it is about, as the request named it",
        },
        **_ROOM, **_AS,
    }),
    Command("indicators", "how it goes: lead times, what waits, links, refusals, feedback", "outcomes:indicators", {
        **_ROOM,
    }),
    Command("declarations", "what the register holds, as the files that go in", "declarations:declarations", {
        "--out": {**_FOLDER, "required": True, "help": "a new folder"},
        "--at": {"type": date.fromisoformat, "metavar": "DAY", "help": "as it was at the end of this day"},
        **_ROOM,
    }),
    Command("login", "sign in for the command line", "account:login", {
        "username": {"metavar": "PERSON"}, **_ROOM,
        "--invitation": {"metavar": "LINK", "help": "choose a password first, by this invitation"},
    }),
    Command("work", "serve what was asked for in the console and by schedules, until stopped", "work:work", {
        **_ROOM, "--once": {"action": "store_true", "help": "serve what waits now, and end"},
        "--plain": {"action": "store_true", "help": "without Prefect, which takes its time to start"},
        "--every": {"type": float, "default": 5.0, "metavar": "SECONDS", "help": "look that often (default 5)"},
    }),
    Command("schedule", "receive or run again and again; without a subject: list", "work:schedule", {
        "subject": {"metavar": "SOURCE|REQUEST", "nargs": "?"},
        "--cron": {"metavar": "CRON", "help": 'minute, hour, day, month, day of the week: "0 6 * * 1"'},
        "--until": {"metavar": "DATE", "help": "the last day, such as 2027-12-31"},
        "--remove": {"action": "store_true", "help": "end it"},
        **_ROOM, **_AS,
    }),
    Command("console", "serve the web console on this machine", "room:console", {
        **_ROOM, "--port": {"type": int, "default": 8000, "metavar": "N", "help": "port (default 8000)"},
    }),
    Command("key", "the room's keys: init, status, rotate, activate, retire, destroy, export, sign", "keys:key", {
        "action": {
            "choices": ["init", "status", "rotate", "activate", "retire", "destroy", "export", "sign", "request"],
            "help": "rotate makes the declared next version; activate puts it into use; export makes a partner's copy; "
                    "sign signs the policy; request, at a partner, makes the key it signs with",
        },
        **_ROOM,
        "--version": {
            "type": int, "metavar": "N", "help": "for retire and destroy: of the domain, where it has more than one",
        },
        "--partner": {"metavar": "PARTNER", "help": "for export: whose copy"},
        "--public-key": {"metavar": "HEX", "help": "for export: of the key that the partner made by `key request`"},
        "--out": {**_FOLDER, "help": "for export and request: folder of the partner's key store"},
        "--passphrase-file": {**_FILE, "help": "for export and request: the partner's passphrase, else you are asked"},
        "--reason": {"metavar": "TEXT", "default": "", "help": "for destroy: why; part of the signed record"},
    }),
    Command("verify", "check a parcel, a log or a whole room", "verify:verify", {
        "path": {"type": Path, "metavar": "PARCEL|LOG|ROOM"},
        "--head": {**_FILE, "help": "a signed head kept elsewhere, such as the DPO's copy"},
        "--key": {**_FILE, "help": "the room's public key, from other hands than the parcel's"},
        "--notice": {**_FILE, "help": "for a parcel: a notice from the room; refuses the parcel that it calls back"},
    }),
    Command("link", "link two plain files", "workbench:link", {
        "left": _FILE, "right": _FILE, **_MODEL, **_LINKED,
    }),
    Command("dedupe", "find the records of one entity in a plain file", "workbench:dedupe", {
        "file": _FILE, **_MODEL, **_LINKED,
    }),
    Command("import-splink", "make a model of one that Splink saved", "splink:import_splink", {
        "settings": {**_FILE, "metavar": "SPLINK.json", "help": "as linker.misc.save_model_to_json writes it"},
        "--out": {**_FILE, "required": True, "help": "model (TOML) to write"},
    }),
    Command("explain", "why two records got their weight, in words", "explain:explain", {
        "fitted": {**_FILE, "metavar": "MODEL.json", "help": "fitted model of a linkage"},
        "id_l": {"metavar": "ID_L"}, "id_r": {"metavar": "ID_R"}, **_SIDES, **_LANGUAGE,
    }),
    Command("review", "label a sample of pairs, blind, in a page on this machine", "review:review", {
        "pairs": {"type": Path, "metavar": "PAIRS", "help": "pairs.parquet, with links.parquet beside it"},
        **_SIDES, "--model": {**_FILE, "required": True},
        "--out": {**_FILE, "required": True, "help": "labels (CSV); when it is there, the review goes on"},
        "--size": {"type": int, "default": 100, "metavar": "N", "help": "pairs to label (default 100)"},
        "--near-threshold": {
            "type": Path, "nargs": "*", "metavar": "LABELS.csv",
            "help": "choose pairs to learn from instead of a sample to judge by; none of those labelled in LABELS.csv",
        },
        "--annotations": {**_FILE, "help": "the labels in recordlinkage's annotation format too, without values"},
        **_LANGUAGE, "--port": {"type": int, "default": 0, "metavar": "N", "help": "port (default: one that is free)"},
    }),
    Command("encode", "make a sealed delivery at the partner's own site", "encode:encode", {
        "file": _FILE, "--source": {**_FILE, "required": True}, "--keys": {**_FOLDER, "required": True},
        "--passphrase-file": {**_FILE, "help": "file of mode 0600; without it the passphrase is asked for"},
        "--sign-with": {**_FOLDER, "help": "key store of your own, made by `key request`"},
        "--own-passphrase-file": {**_FILE, "help": "its passphrase; without it you are asked"},
        "--out": {**_FILE, "required": True}, **_PERIOD, **_SUPPLEMENTS,
        "--restriction": {"action": "store_true", "help": "the rows are persons to restrict; no delivery"},
    }),
    Command("attack", "how much of hardened names an attacker without the key undoes", "attack:attack", {
        "plan": {**_FILE, "metavar": "PLAN.toml"}, **_OUT,
        "--room": {**_FOLDER, "help": "also keep the result in this room, where a domain's limit asks for it"},
    }),
    Command("check", "hold a file against its source declaration, or propose one", "check:check", {
        "file": _FILE, "--source": {**_FILE, "help": "declaration (TOML)"},
        "--out": {**_FOLDER, "help": "folder for the results"},
        "--against": {**_FILE, "metavar": "EARLIER", "help": "also tell what changed since this earlier delivery"},
        "--doubles": {**_FILE, "metavar": "MODEL.toml", "help": "also find double registrations; rows in doubles.csv"},
        **_PERIOD, **_LANGUAGE,
        "--propose": {
            "type": Path, "metavar": "S.toml", "nargs": "?", "const": Path(), "default": None,
            "help": "only propose a declaration, on the screen or in a new file",
        },
        **_SUPPLEMENTS,
    }),
    Command("quarantine", "the steward's key, and what was set apart of a delivery", "quarantine:quarantine", {
        "action": {
            "choices": ["key", "open"],
            "help": "key makes the steward's key and prints its address; open writes a sealed quarantine in clear",
        },
        "file": {**_FILE, "nargs": "?", "help": "for open: the sealed quarantine"},
        "--key": {**_FILE, "metavar": "STEWARD.key", "help": "for open: the steward's key"},
        "--out": {"type": Path, "metavar": "STEWARD.key|DIR", "required": True, "help": "new file or new folder"},
        "--passphrase-file": {**_FILE, "help": "file of mode 0600; without it the passphrase is asked for"},
    }),
    Command("parcel", "the recipient's key, and a sealed parcel in clear", "parcel:parcel", {
        "action": {
            "choices": ["key", "open"],
            "help": "key makes the recipient's key and prints its address; open writes a sealed parcel in clear",
        },
        "folder": {"type": Path, "nargs": "?", "metavar": "PARCEL", "help": "for open: the parcel's folder"},
        "--identity": {**_FILE, "metavar": "MY.key", "help": "for open: the recipient's key"},
        "--key": {**_FILE, "help": "for open: the room's public key, from other hands than the parcel's"},
        "--out": {"type": Path, "metavar": "MY.key|DIR", "required": True, "help": "new file or new folder"},
        "--passphrase-file": {**_FILE, "help": "file of mode 0600; without it the passphrase is asked for"},
    }),
    Command("gate", "examine a table or microdata under a signed policy; exit 0 only for PASS", "workbench:gate", {
        "file": _FILE, "--policy": {**_FILE, "required": True},
        "--key": {**_FILE, "required": True, "help": "public key of the policy's owner"}, **_OUT,
        "--microdata": {**_FILE, "help": "the file holds a row for every person; what each column is (TOML)"},
        "--table": {**_FILE, "help": "concepts and hierarchies of the file's dimensions (TOML)"},
        "--linked": {**_FILE, "nargs": "+", "default": (), "help": "tables that are published together with the file"},
        "--against": {**_FILE, "nargs": "+", "default": (), "help": "tables of the same people that left before"},
        "--dictionary": {**_FILE, "help": "concepts besides those of the policy (TOML, as a room's dictionary.toml)"},
    }),
)  # fmt: skip


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The call, with `command` (runs it), `name` and `json`. Exits 2 on wrong usage."""
    parser = argparse.ArgumentParser(
        prog="koppelkamer", description="Data clean room and pseudonymised record linkage."
    )
    commands = parser.add_subparsers(dest="name", metavar="COMMAND", required=True)
    for command in COMMANDS:
        _add(commands, command)
    return parser.parse_args(arguments)


def _add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", command: Command) -> None:
    part = commands.add_parser(command.name, help=command.help, description=command.help.capitalize() + ".")
    for name, option in command.options.items():
        part.add_argument(name, **option)
    part.add_argument("--json", action="store_true", help="print facts as JSON")
    run: Callable[[argparse.Namespace], Screen] = command.run
    part.set_defaults(command=run)
