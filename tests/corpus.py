"""Pictures made for tests: small, quick, the same every time, another one for each seed."""

from __future__ import annotations

import io
import random
import struct
import zlib
from functools import lru_cache

from PIL import Image


def picture(width: int = 64, height: int = 48, seed: int = 0) -> Image.Image:
    """Draw soft patches of colour; two seeds look nothing alike."""
    dice = random.Random(seed)
    patches = Image.new("RGB", (5, 4))
    patches.putdata([tuple(dice.randbytes(3)) for _ in range(20)])
    return patches.resize((width, height), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    """Return `image` as the bytes of a file of that kind."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@lru_cache(100)
def png(width: int = 64, height: int = 48, seed: int = 0, **options) -> bytes:
    return encoded(picture(width, height, seed), "PNG", **options)


def jpeg(width: int = 64, height: int = 48, seed: int = 0, **options) -> bytes:
    return encoded(picture(width, height, seed), "JPEG", **options)


def webp(width: int = 64, height: int = 48, seed: int = 0, **options) -> bytes:
    return encoded(picture(width, height, seed), "WEBP", **options)


def gif(width: int = 64, height: int = 48, seed: int = 0, **options) -> bytes:
    return encoded(picture(width, height, seed), "GIF", **options)


def animation(kind: str, frames: int = 4, milliseconds: int = 50, **options) -> bytes:
    first, *others = (picture(48, 32, seed) for seed in range(frames))
    return encoded(
        first, kind, save_all=True, append_images=others, duration=milliseconds, loop=0, **options
    )


def film(kind: str = "mp4", *, frames: int = 20, rotation: int = 0, sound: bool = False) -> bytes:
    """Return a film of ten frames a second that fades from black to white."""
    import av  # large, and most tests need no film

    buffer = io.BytesIO()
    with av.open(buffer, "w", format=kind) as container:
        stream = container.add_stream("libx264" if kind == "mp4" else "libvpx", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.gop_size = 1
        voice = (
            container.add_stream("aac" if kind == "mp4" else "libopus", rate=48_000, layout="mono")
            if sound
            else None
        )
        for number in range(frames):
            shade = round(255 * number / (frames - 1))
            frame = av.VideoFrame.from_image(Image.new("RGB", (64, 48), (shade, shade, shade)))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if voice:
            _hum(container, voice)
    return _turned(buffer.getvalue(), rotation)


def _hum(container, voice) -> None:
    import av
    import numpy as np

    for number in range(20):
        samples = np.zeros((1, 960), np.float32 if voice.format.name == "fltp" else np.int16)
        frame = av.AudioFrame.from_ndarray(samples, format=voice.format.name, layout="mono")
        frame.sample_rate, frame.pts = 48_000, number * 960
        container.mux(voice.encode(frame))
    container.mux(voice.encode())


def _turned(film: bytes, rotation: int) -> bytes:
    """Write a quarter turn clockwise into the first track's matrix."""
    if not rotation:
        return film
    upright = bytes.fromhex("00010000 00000000 00000000 00000000 00010000")
    quarter = bytes.fromhex("00000000 00010000 00000000 ffff0000 00000000")
    header = film.index(b"tkhd")
    place = film.index(upright, header)
    return film[:place] + quarter + film[place + len(upright) :]


def png_chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


def png_of(width: int, height: int, rows: bytes | None = None, bits: int = 1) -> bytes:
    """Return a grey PNG of any size; without `rows` the header is all there is."""
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    chunks = png_chunk(b"IHDR", header)
    if rows is not None:
        chunks += png_chunk(b"IDAT", zlib.compress(rows, 9))
    return b"\x89PNG\r\n\x1a\n" + chunks + png_chunk(b"IEND", b"")


def black_png(width: int, height: int) -> bytes:
    """Return a black PNG that is tiny as a file, whatever its size."""
    return png_of(width, height, bytes((width + 7) // 8 + 1) * height)


def jpeg_of_scans(scans: int) -> bytes:
    """Return a progressive JPEG that refines itself over and over."""
    whole = jpeg(progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * scans + b"\xff\xd9"


def gif_of_frames(frames: int) -> bytes:
    """Return a GIF of very many frames, a hundredth of a second each."""
    whole = gif(16, 16)
    start = whole.rindex(b",", 0, 900)
    frame = b"!\xf9\x04\x00\x02\x00\x00\x00" + whole[start:-1]
    return b"GIF89a" + whole[6:start] + frame * frames + b";"


def hostile_files() -> dict[str, tuple[bytes, str]]:
    """Return files that nobody would want, by name, each with what is to become of it.

    That is `ready`, `damaged` (shown as far as it goes), or a part of the reason why not.
    """
    large = picture(400, 300)
    return {
        "empty.png": (b"", "empty"),
        "text.png": (b"I am no picture at all.\n" * 9, "text"),
        "page.jpg": (b"<!DOCTYPE html><html><body>404</body></html>", "web page"),
        "zeros.jpg": (bytes(5000), "zeros"),
        "noise.webp": (random.Random(1).randbytes(5000), "no known format"),
        "a JPEG.png": (jpeg(), "ready"),
        "a PNG.gif": (png(), "ready"),
        "a film.jpg": (film(), "ready"),
        "broken off.jpg": (encoded(large, "JPEG")[:-2000], "damaged"),
        "broken off.png": (encoded(large, "PNG")[:-20_000], "damaged"),
        "broken off.gif": (encoded(large, "GIF")[:-20_000], "damaged"),
        "broken off.webp": (encoded(large, "WEBP")[:-800], "broken"),
        "broken off.avif": (encoded(large, "AVIF")[:-500], "broken"),
        "broken off.tif": (encoded(large, "TIFF")[:9000], "damaged"),
        "broken off.bmp": (encoded(large, "BMP")[:-9000], "damaged"),
        "head only.jpg": (jpeg()[:30], "broken"),
        "head only.png": (png()[:40], "broken"),
        "huge by its header.png": (png_of(50_000, 50_000), "megapixels"),
        "huge by its header.webp": (
            b"RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00" + bytes(4) + b"\xff\xff\xff" * 2,
            "megapixels",
        ),
        "bomb.png": (black_png(20_000, 20_000), "megapixels"),
        "wide.png": (black_png(65_535, 1), "ready"),
        "wider.png": (black_png(100_000, 1), "no side may exceed"),
        "of no size.png": (png_of(0, 0), "broken"),
        "of 5,000 scans.jpg": (jpeg_of_scans(5000), "scans"),
        "of 10,000 frames.gif": (gif_of_frames(10_000), "ready"),
        "broken.mp4": (film()[:1000], "broken"),
        "broken.webm": (film("webm")[:200], "broken"),
        "a head.mp4": (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomavc1" + bytes(99), "broken"),
        "matroska.webm": (b"\x1aE\xdf\xa3\x93\x42\x82\x88matroska" + bytes(99), "Matroska"),
    }
