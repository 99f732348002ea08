"""The JSON of both major versions, and their three ways of writing a moment."""

from __future__ import annotations


def plain(moment):
    """As on top of an answer: milliseconds, Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def nested(moment):
    """As within other things: microseconds, +00:00."""
    return moment.isoformat()


def zoneless(moment):
    """As in the timeline."""
    return moment.replace(tzinfo=None).isoformat()


class Shapes:
    """Writes what the server knows as a version of it does."""

    def __init__(self, major):
        self.major = major

    def error(self, refused):
        if self.major >= 3:
            body = {"message": refused.message}
            return body | ({"errors": refused.where} if refused.where else {})
        names = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
        lines = [one["message"] for one in refused.where] if refused.where else refused.message
        return {
            "message": lines,
            "error": names.get(refused.status, "Internal Server Error"),
            "statusCode": refused.status,
            "correlationId": "fake0001",
        }

    def user(self, user, *, whole=False):
        shown = {
            "id": user.id,
            "email": f"{user.name.lower()}@example.test",
            "name": user.name,
            "profileImagePath": "",
            "avatarColor": "orange",
            "profileChangedAt": "2026-11-21T00:10:41.914666+00:00",
        }
        return shown | ({"isAdmin": user.is_admin, "status": "active"} if whole else {})

    def asset(self, asset, *, people=False, exif=False, time=plain):
        shown = {
            "id": asset.id,
            "createdAt": time(asset.created),
            "ownerId": asset.owner.id,
            "libraryId": asset.library and asset.library.id,
            "type": "IMAGE" if asset.video_ms is None else "VIDEO",
            "originalPath": asset.path,
            "originalFileName": asset.name,
            "originalMimeType": "image/jpeg" if asset.video_ms is None else "video/mp4",
            "thumbhash": "0ccJHYiGZ3dwh4dEl3iJqpB/OfiI",
            "fileCreatedAt": time(asset.taken),
            "fileModifiedAt": time(asset.taken),
            "localDateTime": time(asset.local),
            "updatedAt": time(asset.updated),
            "isFavorite": asset.favourite,
            "isArchived": asset.visibility == "archive",
            "isTrashed": asset.trashed,
            "visibility": asset.visibility,
            "duration": self._duration(asset.video_ms),
            "livePhotoVideoId": None,
            "people": [self.person(one, time=nested) for one in asset.people] if people else [],
            "checksum": asset.checksum,
            "isOffline": asset.offline,
            "hasMetadata": True,
            "duplicateId": asset.duplicate,
            "resized": True,
            "width": asset.size[0],
            "height": asset.size[1],
            "isEdited": False,
        }
        if self.major < 3:
            shown |= {"deviceAssetId": asset.name, "deviceId": "Library Import"}
            shown["unassignedFaces"] = []
        return shown | ({"exifInfo": self._exif(asset)} if exif and asset.extracted else {})

    def detail(self, asset):
        """An asset alone: the only place for tags and the stack."""
        stack = asset.stack
        return self.asset(asset, people=True, exif=True) | {
            "owner": self.user(asset.owner),
            "tags": [
                self.tag(tag, time=nested) for tag in sorted(asset.tags, key=lambda tag: tag.value)
            ],
            "stack": stack
            and {
                "id": stack.id,
                "primaryAssetId": stack.assets[0].id,
                "assetCount": len(stack.assets),
            },
        }

    def _duration(self, milliseconds):
        if self.major >= 3:
            return milliseconds
        if milliseconds is None:
            return "0:00:00.00000"
        seconds = milliseconds / 1000
        return f"{int(seconds // 3600):02d}:{int(seconds // 60 % 60):02d}:{seconds % 60:06.3f}"

    def _exif(self, asset):
        return {
            "make": "TestCam",
            "model": "TC-1",
            "exifImageWidth": asset.size[0],
            "exifImageHeight": asset.size[1],
            "fileSizeInByte": asset.bytes_there,
            "orientation": None,
            "dateTimeOriginal": nested(asset.taken),
            "modifyDate": nested(asset.taken),
            "timeZone": None,
            "lensModel": None,
            "fNumber": None,
            "focalLength": None,
            "iso": None,
            "exposureTime": None,
            "latitude": None,
            "longitude": None,
            "city": None,
            "state": None,
            "country": None,
            "description": asset.description,
            "projectionType": None,
            "rating": asset.stars,
        }

    def month(self, assets):
        """Assets of the timeline, column by column."""
        nothing = [None] * len(assets)
        return {
            "id": [asset.id for asset in assets],
            "ownerId": [asset.owner.id for asset in assets],
            "visibility": [asset.visibility for asset in assets],
            "isFavorite": [asset.favourite for asset in assets],
            "isImage": [asset.video_ms is None for asset in assets],
            "isTrashed": [asset.trashed for asset in assets],
            "fileCreatedAt": [zoneless(asset.taken) for asset in assets],
            "createdAt": [zoneless(asset.created) for asset in assets],
            "duration": [self._duration(asset.video_ms) for asset in assets],
            "ratio": [round(asset.size[0] / asset.size[1], 3) for asset in assets],
            "thumbhash": ["0ccJHYiGZ3dwh4dEl3iJqpB/OfiI"] * len(assets),
            "status": ["trashed" if asset.trashed else "active" for asset in assets],
            "localOffsetHours": [0] * len(assets),
        } | dict.fromkeys(("livePhotoVideoId", "projectionType", "city", "country"), nothing)

    def tag(self, tag, *, time=plain):
        shown = {
            "id": tag.id,
            "name": tag.value.rpartition("/")[2],
            "value": tag.value,
            "createdAt": time(tag.created),
            "updatedAt": time(tag.updated),
        }
        return shown | ({"parentId": tag.parent.id} if tag.parent else {})

    def person(self, person, *, time=plain):
        return {
            "id": person.id,
            "name": person.name,
            "birthDate": None,
            "thumbnailPath": "",
            "isHidden": person.hidden,
            "isFavorite": False,
            "updatedAt": time(person.updated),
        }

    def album(self, album, *, assets=True):
        there = [asset for asset in album.assets.values() if not asset.trashed]
        users = [{"user": self.user(one), "role": "editor"} for one in album.shared_with]
        shown = {
            "albumName": album.name,
            "description": "",
            "albumThumbnailAssetId": there[0].id if there else None,
            "createdAt": plain(album.created),
            "updatedAt": plain(album.updated),
            "id": album.id,
            "albumUsers": users,
            "shared": bool(users),
            "hasSharedLink": False,
            "assetCount": len(there),
            "isActivityEnabled": True,
            "order": "desc",
        }
        if there:
            shown["startDate"] = plain(min(asset.taken for asset in there))
            shown["endDate"] = plain(max(asset.taken for asset in there))
            shown["lastModifiedAssetTimestamp"] = plain(max(asset.updated for asset in there))
        if self.major >= 3:
            shown["albumUsers"] = [{"user": self.user(album.owner), "role": "owner"}, *users]
            return shown
        shown |= {"ownerId": album.owner.id, "owner": self.user(album.owner)}
        listed = [self.asset(one, exif=True, time=nested) for one in there] if assets else []
        return shown | {"assets": listed}

    def stack(self, stack):
        assets = [self.asset(asset, exif=True, time=nested) for asset in stack.assets]
        return {"id": stack.id, "primaryAssetId": stack.assets[0].id, "assets": assets}

    def library(self, library):
        return {
            "id": library.id,
            "ownerId": library.owner.id,
            "name": library.name,
            "createdAt": "2026-11-21T00:19:38.400Z",
            "updatedAt": "2026-11-21T00:20:42.962Z",
            "refreshedAt": "2026-11-21T00:20:42.960Z",
            "assetCount": 0,
            "importPaths": [library.folder],
            "exclusionPatterns": [],
        }

    def version(self):
        minor, patch = {2: (7, 5), 3: (0, 3)}.get(self.major, (144, 1))
        told = {"major": self.major, "minor": minor, "patch": patch}
        return told | ({"prerelease": None} if self.major >= 3 else {})
