"""A made-up Hydrus client, by the documentation of its Client API."""

from __future__ import annotations

import hashlib
import json

from tests.fakes.services import FakeService, Reply

KEY = "0123456789abcdef" * 4
HEADER = "hydrus-client-api-access-key"
VERSIONS = {"version": 80, "hydrus_version": 620}
MY_TAGS, DOWNLOADER_TAGS = "6c6f63616c2074616773", "646f776e6c6f61646572"
REPOSITORY, ALL_TAGS = "37e3849bda234f53", "616c6c206b6e6f776e2074616773"
FAVOURITES, STARS = "74d52c6238d25f84", "90769255dae5c205"
SERVICES = {
    MY_TAGS: ("my tags", 5),
    DOWNLOADER_TAGS: ("downloader tags", 5),
    REPOSITORY: ("public tag repository", 0),
    ALL_TAGS: ("all known tags", 10),
    FAVOURITES: ("favourites", 7),
    STARS: ("quality", 6),
    "6c6f63616c2066696c6573": ("my files", 2),
    "7472617368": ("trash", 14),
}
SEARCH = 3


def trouble(status, kind, text):
    """Return how it tells an error."""
    return Reply({"error": text, "exception_type": kind, "status_code": status} | VERSIONS, status)


EXPIRED = trouble(419, "SessionException", "That session key expired!")


class FakeHydrus(FakeService):
    """Knows files by numbers; what would change something is kept in `changes`."""

    def __init__(self, permissions=(SEARCH,)):
        super().__init__()
        self.permissions = list(permissions)
        self.files, self.data, self.changes = {}, {}, []

    def add(self, data, extension=".png", **told):
        """Add a file; return its SHA-256. `tags` are by service, then by status."""
        sha256 = hashlib.sha256(data).hexdigest()
        number = len(self.files) * 7 + 11
        tags = {
            service: {"storage_tags": by_status, "display_tags": by_status}
            for service, by_status in told.pop("tags", {}).items()
        }
        self.data[number] = data
        self.files[number] = {
            "file_id": number,
            "hash": sha256,
            "size": len(data),
            "mime": "image/png",
            "ext": extension,
            "is_inbox": False,
            "is_local": True,
            "is_trashed": False,
            "is_deleted": False,
            "known_urls": [],
            "ratings": {FAVOURITES: None, STARS: None},
            "notes": {},
            "tags": tags,
        } | told
        return sha256

    def answer(self, asked):
        if asked.method != "GET":
            self.changes.append(asked)
            return trouble(403, "InsufficientCredentialsException", "Not permitted!")
        if HEADER not in asked.headers:
            return trouble(401, "MissingCredentialsException", "No access key provided!")
        if asked.headers[HEADER] != KEY:
            return trouble(403, "InsufficientCredentialsException", "Did not find an entry!")
        if asked.path == "/verify_access_key":
            return self.said(
                name="me", permits_everything=False, basic_permissions=self.permissions
            )
        if SEARCH not in self.permissions:
            return trouble(403, "InsufficientCredentialsException", "You do not have permission!")
        return self.found(asked)

    def found(self, asked):
        match asked.path:
            case "/get_services":
                return self.said(services=dict(map(service, SERVICES.items())))
            case "/get_files/search_files":
                return self.said(file_ids=list(self.search(json.loads(asked.params["tags"]))))
            case "/get_files/file_metadata":
                return self.told(json.loads(asked.params["file_ids"]), asked.params)
            case "/get_files/file":
                number = int(asked.params["file_id"])
                if number not in self.data:
                    return trouble(404, "NotFoundException", "Could not find that file!")
                return Reply(self.data[number], kind="image/png")
        return trouble(404, "NotFoundException", "No such thing!")

    def search(self, terms):
        for number, row in self.files.items():
            tags = {
                tag for told in row["tags"].values() for tag in told["display_tags"].get("0", ())
            }
            wanted = {term for term in terms if not term.startswith("system:")}
            archived = "system:archive" not in terms or not row["is_inbox"]
            if wanted <= tags and archived and not row["is_trashed"]:
                yield number

    def told(self, numbers, params):
        if not set(numbers) <= self.files.keys():
            return trouble(404, "NotFoundException", "Did not find all of these files!")
        rows = [dict(self.files[number]) for number in numbers]
        if params.get("include_notes") != "true":
            for row in rows:
                del row["notes"]
        return self.said(metadata=rows)

    def said(self, **body):
        return Reply(body | VERSIONS)


def service(named):
    key, (name, kind) = named
    more = {"min_stars": 0, "max_stars": 10, "star_shape": "fat star"} if kind == 6 else {}
    return key, {"name": name, "type": kind, "type_pretty": name, **more}
