"""The register's rows: firms, statements, identity, people, imports."""

from huiqi.enterprises.models.firm import Contact, Enterprise, Registration, SavedView
from huiqi.enterprises.models.identity import DuplicatePair, FormerIdentity, Merging, SizeDispute, Succession
from huiqi.enterprises.models.imports import ColumnMapping, ExportRun, ImportFault, ImportRun
from huiqi.enterprises.models.people import Claim, FirmAccess, MemberInvitation, Membership
from huiqi.enterprises.models.snapshots import ChangedFirm, SnapshotMark
from huiqi.enterprises.models.statements import Filing, SourceKind, Standing, Statement

__all__ = [
    "ChangedFirm",
    "Claim",
    "ColumnMapping",
    "Contact",
    "DuplicatePair",
    "Enterprise",
    "ExportRun",
    "Filing",
    "FirmAccess",
    "FormerIdentity",
    "ImportFault",
    "ImportRun",
    "MemberInvitation",
    "Membership",
    "Merging",
    "Registration",
    "SavedView",
    "SizeDispute",
    "SnapshotMark",
    "SourceKind",
    "Standing",
    "Statement",
    "Succession",
]
