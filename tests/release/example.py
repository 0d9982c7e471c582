"""A made-up report with something in every section, for looking at the page and testing it."""

from dataclasses import replace

from release.profile import ColumnProfile, Slice
from release.report.came import Came, Due, Told
from release.report.facts import (
    Asked,
    Contact,
    Definition,
    Disclosure,
    Dpia,
    FindingLine,
    Ground,
    GroupGap,
    GroupRate,
    Homonym,
    LinkError,
    LinkFacts,
    Proof,
    QualityFact,
    ReportFacts,
    SourceFacts,
)  # fmt: skip
from release.report.leaves import Column, Leaves
from release.series import CellChanges, Changes, Moved

WARNED = FindingLine(
    rule="B04", outcome="WARN", count=1, about="residents.nationaliteit", measured=0.061, threshold=0.05,
    message="link rates differ by 6.1 points", remedy="improve the model",
)  # fmt: skip
PROXY = FindingLine(
    rule="B02", outcome="WARN", count=1, about="incomes.income_class", measured=None, threshold=None,
    message="income is a known proxy", remedy="coarsen",
)  # fmt: skip
DOMINATED = FindingLine(
    rule="D02", outcome="WARN", count=3, about="cell 7", measured=0.8123, threshold=0.4321,
    message="largest share is 0.8123", remedy="merge until below 0.4321",
)  # fmt: skip
REFUSED = FindingLine(
    rule="B13", outcome="FAIL", count=1, about="persons", measured=None, threshold=None,
    message="a ranked list of persons without a case decision", remedy="ask for an aggregate",
)  # fmt: skip

FACTS = ReportFacts(
    release="meldingen-2026-001",
    room_title="Koppelkamer Havenstad",
    demo=True,
    made_on="2026-11-21",
    outcome="WARN",
    counts=(("FAIL", 0), ("NOT ASSESSABLE", 0), ("WARN", 2), ("PASS", 11)),
    draft_digest="a" * 64,
    blind="e" * 64,
    verdict_digest="b" * 64,
    policy="nl-streng",
    policy_digest="c" * 64,
    asked=Asked(
        request="meldingen",
        title="Meldingen naar gemeente, inkomensklasse en leeftijd",
        purpose="Zicht op ondermijning: waar komen meldingen over malafide verhuur vandaan?",
        requester="A. de Analist (gemeente)",
        agreement="Convenant Zicht op Havenstad, artikel 4",
        grounds=(
            Ground(source="residents", law="Wet BRP art. 1.7", document="besluit 2026-12"),
            Ground(source="incomes", law="AWR art. 67, ontheffing", document="ontheffing 2026-3"),
            Ground(source="reports", law="Wgs art. 2.1", document="convenant art. 4"),
        ),
        dpia=Dpia(id="DPIA-2026-07", approved="2026-06-01", valid_until="2027-06-01"),
        recipients=("gemeente", "RIEC"),
        retention_until="2027-12-31",
        effect="Twee wijken kiezen voor gerichte voorlichting aan huurders",
        definitions=(
            Definition(
                title="Verzamelinkomen", definition="Income of a person over a calendar year before tax, in euros.",
                owner="Belastingdienst", columns=("incomes.inkomen",),
            ),
            Definition(
                title="Geslachtsnaam", definition="The surname a person was given at birth.",
                owner="Gemeente Havenstad", columns=("residents.geslachtsnaam", "incomes.naam"),
            ),
        ),
        contacts=(Contact(partner="Gemeente Havenstad", contact="privacyloket@havenstad.example"),),
        homonyms=(Homonym(name="naam", meanings=("incomes: Geslachtsnaam", "reports: Naam in gebruik")),),
    ),
    leaves=Leaves(
        kind="table",
        files=("table.csv", "table.parquet"),
        rows=342,
        columns=(
            Column(name="residents.gemeentecode", use="breakdown"),
            Column(name="incomes.income_class", use="breakdown"),
            Column(name="residents.age_band", use="breakdown"),
            Column(name="reports.bedrag", use="magnitude"),
        ),
        people=3104,
        records_eligible=4012,
        records_counted=3755,
        minors=False,
    ),
    sources=(
        SourceFacts(
            source="residents", title="Ingezetenen", owner="Gemeente Havenstad", snapshot="2026-11-01",
            delivery="d" * 64, rows_in=20150, rows_kept=20031, rows_quarantined=119,
            reasons=(("bsn: elfproef", 84), ("geboortedatum: toekomst", 35)), approved_by="E. Eigenaar",
            approved_at="2026-11-20T10:00:00Z",
        ),
        SourceFacts(
            source="incomes", title="Inkomens", owner="Belastingdienst", snapshot="2026-10-15", delivery="e" * 64,
            rows_in=15320, rows_kept=15301, rows_quarantined=19, reasons=(("inkomen: geen getal", 19),),
            approved_by="F. Fiscus", approved_at="2026-11-20T10:05:00Z",
        ),
        SourceFacts(
            source="reports", title="Meldingen", owner="Inspectie", snapshot="2026-11-10", delivery="f" * 64,
            rows_in=4100, rows_kept=4012, rows_quarantined=88, reasons=(("toelichting: bevat BSN", 51),),
            approved_by="G. Inspecteur", approved_at="2026-11-20T11:00:00Z",
        ),
    ),
    links=(
        LinkFacts(
            model="incomes-residents", digest="1" * 64, candidates=21034, links=15120, threshold=0.5,
            precision=0.9991, recall=0.9914, precision_low=0.9983, precision_high=0.9995,
        ),
        LinkFacts(
            model="reports-residents", digest="2" * 64, candidates=61200, links=3805, threshold=0.5,
            precision=0.9923, recall=0.9612, precision_low=0.9889, precision_high=0.9947,
        ),
    ),
    disclosure=Disclosure(
        cells=281, hidden_primary=41, hidden_complementary=12, share_hidden=0.032, narrowest=11.0,
        earlier_releases=12, nearest="meldingen-2025-012", smallest_difference=10,
        not_covered=("amounts", "reports", "models", "exports", "outside"), people=3104, records=3755,
    ),
    groups=(
        GroupRate(attribute="residents.nationaliteit", group="Nederlandse", rate=0.96, low=0.95, high=0.97),
        GroupRate(attribute="residents.nationaliteit", group="andere EU", rate=0.90, low=0.87, high=0.93),
        GroupRate(attribute="residents.nationaliteit", group="buiten EU", rate=0.92, low=None, high=None),
        GroupRate(attribute="residents.nationaliteit", group="onbekend", rate=None, low=None, high=None),
    ),
    not_assessable=("herkomst", "religie"),
    quality=(
        QualityFact(source="reports", what="unlinked", count=257, of=4012),
        QualityFact(source="residents", what="conflicting", count=12, of=3755),
        QualityFact(source="addresses", what="ingetrokken adres nog in gebruik", count=31, of=9000),
    ),
    changes=None,
    findings=(WARNED, PROXY),
    link_error=LinkError(half=1, nine_in_ten=10, all=100),
    gaps=(GroupGap(attribute="residents.nationaliteit", points=6),),
    proof=Proof(size=42, head="9" * 64),
)  # fmt: skip

CHANGES = Changes(
    since="meldingen-1", made_on="2026-08-21", columns_added=("linkage_error",), columns_gone=("reports.bedrag",),
    sources=("reports", "incomes"), otherwise=("policy", "recipients", "purpose", "model:incomes-residents"),
    people_before=2990, people_now=3104,
    cells=CellChanges(
        new=3, gone=1, shown=2, hidden=4, changed=120, moved=(Moved(cell="0363, 65+", before=40, now=90),)
    ),
)  # fmt: skip
UNCHANGED = replace(
    CHANGES, columns_added=(), columns_gone=(), sources=(), otherwise=(), people_before=3104, cells=None
)
PROFILE = (
    ColumnProfile(
        name="residents.gemeentecode", kind="category", values=14, complete=0.98, unshown=2, drift=0.031,
        slices=(Slice(label="0363", share=0.4), Slice(label="0599", share=0.2), Slice(label="1730", share=None)),
    ),
    ColumnProfile(
        name="people", kind="figure", values=228, complete=0.81, outliers=("0363, 65+",),
        slices=(Slice(label="10 – < 20", share=0.7), Slice(label="20 – < 50", share=0.3)),
    ),
    ColumnProfile(name="value", kind="figure", values=0, complete=None, slices=()),
)  # fmt: skip
CAME = Came(
    releases=3, answered=2,
    told=(
        Told(release="meldingen-2", partner="Gemeente Aardam", indicator="Minder meldingen", text="Een kwart minder.",
             day="2026-10-03"),
        Told(release="meldingen-1", partner="Gemeente Aardam", indicator="", text="Twee straten heringericht.",
             day="2026-09-14"),
    ),
    due=(Due(release="meldingen-1", indicator="Vaker bij de juiste wijk", since="2026-08-21"),),
)  # fmt: skip
