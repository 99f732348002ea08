"""Opens a picture: sizes are checked before anything is decoded, damage is mended where it can be."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from homebooru.errors import Unreadable
from homebooru.imaging.decoders import check_decoders
from homebooru.imaging.headers import jxl_size
from homebooru.imaging.sniffing import Kind
from homebooru.phrases import joined, phrase

PLUGINS = (  # named, because importing them is what makes Pillow know them
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
FORMATS = {
    Kind.JPEG: "JPEG",
    Kind.PNG: "PNG",
    Kind.GIF: "GIF",
    Kind.WEBP: "WEBP",
    Kind.AVIF: "AVIF",
    Kind.HEIC: "HEIF",
    Kind.JXL: "JXL",
    Kind.BMP: "BMP",
    Kind.TIFF: "TIFF",
}
MOST_SIDE = 65_535
ORIENTATION = 0x0112
DAMAGED = phrase("The file is broken off or damaged; what could be read of it is shown.")


@dataclass(frozen=True, slots=True)
class Opened:
    """A decoded picture: its pixels as stored (maybe fewer), the stored size, how to turn it."""

    image: Image.Image
    size: tuple[int, int]
    orientation: int
    damage: str | None = None


def open_picture(kind: Kind, data: bytes, *, megapixels: int, enough: int | None = None) -> Opened:
    """Decode the first frame of a picture; raises Unreadable with the reason where that fails.

    With `enough`, a format that decodes to fewer pixels at less cost (JPEG) is asked for no more
    than a picture needs whose longer side is `enough`.
    """
    check_decoders(kind)
    _register(kind)
    with _bounded(megapixels), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of decoders, about what we judge ourselves
        try:
            return _decode(kind, data, megapixels, enough)
        except (Unreadable, MemoryError):
            raise
        except Image.DecompressionBombError as error:
            raise Unreadable(_too_big(megapixels)) from error
        except Exception as error:  # noqa: BLE001 (decoders raise whatever they like)
            return _mend(kind, data, megapixels, enough, error)


def check_size(width: int, height: int, megapixels: int) -> None:
    """Raise Unreadable where a picture of this size is not to be decoded."""
    if width < 1 or height < 1:
        raise Unreadable(
            phrase(
                "The picture is broken: it says it measures {width} x {height} pixels.",
                width=width,
                height=height,
            )
        )
    if max(width, height) > MOST_SIDE:
        raise Unreadable(
            phrase(
                "The picture measures {width} x {height} pixels; no side may exceed {most_side}.",
                width=width,
                height=height,
                most_side=MOST_SIDE,
            )
        )
    if width * height > megapixels * 1_000_000:
        raise Unreadable(
            joined(
                [
                    _too_big(megapixels),
                    phrase("It measures {width} x {height} pixels.", width=width, height=height),
                ]
            )
        )


def _too_big(megapixels: int) -> str:
    return phrase(
        "The picture has more than {megapixels} megapixels, and is not opened. "
        "HOMEBOORU_PICTURE_MEGAPIXELS sets the limit.",
        megapixels=megapixels,
    )


def _decode(kind: Kind, data: bytes, megapixels: int, enough: int | None) -> Opened:
    if kind is Kind.JXL and (told := jxl_size(data)):
        check_size(*told, megapixels)
    image = Image.open(io.BytesIO(data), formats=[FORMATS[kind]])
    check_size(*image.size, megapixels)
    size = image.size
    if enough and kind is Kind.JPEG:
        image.draft(None, (enough, enough))
        image.load()
    else:
        image.load()
        size = image.size  # TIFF and HEIC are turned while they load
    return Opened(image, size, _orientation(kind, image))


def _mend(kind: Kind, data: bytes, megapixels: int, enough: int | None, error: Exception) -> Opened:
    """Decode what can be decoded of a damaged picture."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        opened = _decode(kind, data, megapixels, enough)
    except (Unreadable, MemoryError):
        raise
    except Exception:  # noqa: BLE001 (decoders raise whatever they like)
        raise Unreadable(_explain(kind, error)) from error
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    return Opened(opened.image, opened.size, opened.orientation, DAMAGED)


def _explain(kind: Kind, error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError) or not str(error):
        return phrase(
            "The file begins like {kind}, but is broken: what follows makes no sense.",
            kind=kind.name,
        )
    return phrase(
        "The {kind} file is broken and cannot be decoded: {error}.", kind=kind.name, error=error
    )


@contextmanager
def _bounded(megapixels: int) -> Iterator[None]:
    """Have Pillow itself refuse what is too big, also where a size shows up late, in a frame."""
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = megapixels * 500_000  # it refuses from twice this number on
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _orientation(kind: Kind, image: Image.Image) -> int:
    """Return how stored pixels are to be turned: EXIF's 1 to 8."""
    if kind is Kind.HEIC or (kind is Kind.JXL and not getattr(image, "jpeg", False)):
        return 1  # their decoders have turned the pixels
    try:
        value = image.getexif().get(ORIENTATION, 1)
    except Exception:  # noqa: BLE001 (EXIF that makes no sense turns nothing)
        return 1
    return value if value in range(1, 9) else 1


def _register(kind: Kind) -> None:
    """Make Pillow know the formats that it does not bring along; imported only when needed."""
    if kind is Kind.HEIC and "HEIF" not in Image.OPEN:
        import pillow_heif  # noqa: PLC0415 (26 MB that most children never need)

        pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    if kind is Kind.JXL and "JXL" not in Image.OPEN:
        from pillow_jxl import JpegXLImagePlugin  # noqa: PLC0415

        JpegXLImagePlugin.DECODE_THREADS = 0
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # pictures are read side by side already
