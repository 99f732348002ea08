"""Reads films through FFmpeg: their facts, and one frame as their picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from typing import Any

import av
import av.error
import av.logging
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from homebooru.domain.media import Facts
from homebooru.errors import Unreadable
from homebooru.files.probe import MOST_FRAMES, Rendering, render
from homebooru.files.thumbs import LARGE, SMALL
from homebooru.imaging import descriptor, looks
from homebooru.imaging.decoders import check_decoders
from homebooru.imaging.opening import Opened, check_size
from homebooru.imaging.sniffing import Kind
from homebooru.phrases import phrase

POSTER_AT = 0.1
CONTAINERS = {Kind.MP4: "mp4", Kind.WEBM: "webm"}
DECODERS = frozenset(
    {"h264", "hevc", "av1", "libdav1d", "vp8", "vp9", "mpeg4", "mpeg2video", "mpeg1video", "h263", "mjpeg", "prores"}
)  # fmt: skip
"""What films are coded in. FFmpeg knows hundreds more, where most of its holes are; sound is never decoded."""
ORIENTATIONS = {0: 1, 90: 8, 180: 3, 270: 6}  # of FFmpeg's anticlockwise degrees, in EXIF's words

# Words in films may be no UTF-8. PyAV minds by itself from 19 on, which is for Python 3.12.
MINDS_ITSELF = int(av.__version__.partition(".")[0]) >= 19
TOLERANT: dict[str, Any] = {} if MINDS_ITSELF else {"metadata_errors": "replace"}
ALLOWED = {"codec_whitelist": ",".join(sorted(DECODERS))}


def probe_video(file: FileIO, kind: Kind, *, megapixels: int) -> Rendering:
    """Read a film; raises Unreadable with a named reason."""
    with _film(file, kind) as container:
        return _read(container, kind, megapixels)


def open_poster(file: FileIO, kind: Kind, *, megapixels: int) -> Opened:
    """Return the frame that stands for a film; raises Unreadable with a named reason."""
    with _film(file, kind) as container:
        stream = _pictures(container, megapixels)
        return _opened(_poster(container, stream, _duration(container, stream)), megapixels)


@contextmanager
def _film(file: FileIO, kind: Kind) -> Iterator[InputContainer]:
    check_decoders(kind)
    av.logging.set_level(None)
    file.seek(0)
    try:  # the container is named, lest a playlist in disguise reaches for other files
        with av.open(
            file, "r", format=CONTAINERS[kind], options=dict(ALLOWED), **TOLERANT
        ) as container:
            yield container
    except MemoryError:
        raise
    except av.error.FFmpegError as error:
        raise Unreadable(
            phrase("The film is broken and cannot be decoded: {strerror}.", strerror=error.strerror)
        ) from error


def _read(container: InputContainer, kind: Kind, megapixels: int) -> Rendering:
    stream = _pictures(container, megapixels)
    duration = _duration(container, stream)
    opened = _opened(_poster(container, stream, duration), megapixels)
    large = looks.shrink(opened, LARGE)
    small = looks.smaller(large, SMALL)
    width, height = opened.size if opened.orientation < 5 else opened.size[::-1]
    facts = Facts(
        mime=kind.value,
        width=width,
        height=height,
        frames=min(max(1, stream.frames or _frames(stream, duration)), MOST_FRAMES),
        duration=duration,
        has_sound=bool(container.streams.audio),
        phash=looks.perceptual_hash(large),
        thumbhash=looks.thumb_hash(small),
        look=descriptor.look_of(large),
    )
    return Rendering(facts, render(large, small))


def _pictures(container: InputContainer, megapixels: int) -> VideoStream:
    if not container.streams.video:
        if container.streams.audio:
            raise Unreadable(phrase("There is only sound in this file, and no picture."))
        raise Unreadable(phrase("No picture track can be found in this film: it may be broken."))
    stream = container.streams.video[0]
    if not stream.codec_context:
        raise Unreadable(phrase("The film is coded in a way that cannot be decoded here."))
    if (decoder := stream.codec_context.codec.name) not in DECODERS:
        raise Unreadable(
            phrase("The film is coded as {coding}, which is not opened here.", coding=decoder)
        )
    check_size(stream.codec_context.width, stream.codec_context.height, megapixels)
    stream.codec_context.thread_count = 1  # films are read side by side already
    return stream


def _opened(frame: VideoFrame, megapixels: int) -> Opened:
    check_size(frame.width, frame.height, megapixels)
    return Opened(_to_image(frame), (frame.width, frame.height), _orientation(frame))


def _duration(container: InputContainer, stream: VideoStream) -> float | None:
    if container.duration:
        return round(container.duration / av.time_base, 3)
    if stream.duration and stream.time_base:
        return round(float(stream.duration * stream.time_base), 3)
    return None


def _frames(stream: VideoStream, duration: float | None) -> int:
    return round(float(stream.average_rate or 0) * (duration or 0))


def _poster(container: InputContainer, stream: VideoStream, duration: float | None) -> VideoFrame:
    """Return the key frame before a tenth of the film, else the first frame that decodes."""
    if duration:
        try:
            container.seek(int(duration * POSTER_AT * av.time_base))
            return next(container.decode(stream))
        except (av.error.FFmpegError, StopIteration):
            container.seek(0)
    try:
        return next(container.decode(stream))
    except StopIteration:
        raise Unreadable(
            phrase("There is no picture in this film: not one frame decodes.")
        ) from None


def _to_image(frame: VideoFrame) -> Image.Image:
    """Return a frame, scaled down already where it is much larger than its rendering."""
    width, height = looks.fitted((frame.width, frame.height), 2 * LARGE)
    return Image.fromarray(frame.to_ndarray(format="rgb24", width=width, height=height))


def _orientation(frame: VideoFrame) -> int:
    return ORIENTATIONS.get(round(frame.rotation) % 360, 1)
