"""The tables, one module a family; importing this package knows them all."""

from homebooru.db.tables.accounts import AccountRow, ApiKeyRow, LoginFailureRow, WebSessionRow
from homebooru.db.tables.base import Base
from homebooru.db.tables.editing import EditBatchRow, EditOrderRow, EditRow
from homebooru.db.tables.feed import FeedReaderRow, PostChangeRow, TagChangeRow
from homebooru.db.tables.immich import (
    AlbumPostRow,
    AlbumRow,
    AssetRow,
    PersonPostRow,
    PersonRow,
)
from homebooru.db.tables.jobs import JobErrorRow, JobRunRow, JobScheduleRow
from homebooru.db.tables.library import (
    IntakeRow,
    LibraryRow,
    LocationRow,
    PreparationRow,
    ProblemRow,
    RootRow,
    ScanRequestRow,
    SettingRow,
    StatementRow,
    WorkerRow,
)
from homebooru.db.tables.lookups import RecordRow, ServiceRow
from homebooru.db.tables.outgoing import SidecarOrderRow, SidecarRow
from homebooru.db.tables.people import (
    FavouriteRow,
    PastSearchRow,
    PoolPostRow,
    PoolRow,
    SavedSearchRow,
)
from homebooru.db.tables.posts import FormerDigestRow, PostRow
from homebooru.db.tables.review import (
    ModelCurveRow,
    ModelTagRow,
    ReviewAnswerRow,
    ReviewBatchRow,
    TuningRow,
)
from homebooru.db.tables.similarity import LookOrderRow, LookRow
from homebooru.db.tables.tags import (
    ClaimRow,
    PostVerdictRow,
    RetagOrderRow,
    TagAliasRow,
    TagCountDeltaRow,
    TagImplicationRow,
    TagRow,
    VerdictRow,
)
from homebooru.db.tables.trash import TrashedFileRow, TrashOrderRow
from homebooru.db.tables.vocabulary import (
    TagDescriptionRow,
    TagLinkRefusalRow,
    TagListOrderRow,
    TagListRow,
    VocabularyActRow,
    VocabularyChangeRow,
)

__all__ = [
    "AccountRow",
    "AlbumPostRow",
    "AlbumRow",
    "ApiKeyRow",
    "AssetRow",
    "Base",
    "ClaimRow",
    "EditBatchRow",
    "EditOrderRow",
    "EditRow",
    "FavouriteRow",
    "FeedReaderRow",
    "FormerDigestRow",
    "IntakeRow",
    "JobErrorRow",
    "JobRunRow",
    "JobScheduleRow",
    "LibraryRow",
    "LocationRow",
    "LoginFailureRow",
    "LookOrderRow",
    "LookRow",
    "ModelCurveRow",
    "ModelTagRow",
    "PastSearchRow",
    "PersonPostRow",
    "PersonRow",
    "PoolPostRow",
    "PoolRow",
    "PostChangeRow",
    "PostRow",
    "PostVerdictRow",
    "PreparationRow",
    "ProblemRow",
    "RecordRow",
    "RetagOrderRow",
    "ReviewAnswerRow",
    "ReviewBatchRow",
    "RootRow",
    "SavedSearchRow",
    "ScanRequestRow",
    "ServiceRow",
    "SettingRow",
    "SidecarOrderRow",
    "SidecarRow",
    "StatementRow",
    "TagAliasRow",
    "TagChangeRow",
    "TagCountDeltaRow",
    "TagDescriptionRow",
    "TagImplicationRow",
    "TagLinkRefusalRow",
    "TagListOrderRow",
    "TagListRow",
    "TagRow",
    "TrashOrderRow",
    "TrashedFileRow",
    "TuningRow",
    "VerdictRow",
    "VocabularyActRow",
    "VocabularyChangeRow",
    "WebSessionRow",
    "WorkerRow",
]
