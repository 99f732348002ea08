"""Metadata as other programs write it into pictures, above all exiftool."""

import io
import random
import struct
import subprocess
import zlib
from datetime import UTC, datetime, timedelta, timezone

import brotli
import pillow_heif
import pillow_jxl  # noqa: F401  lets Pillow write JPEG XL
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from homebooru.domain.fields import said_by_fields
from homebooru.domain.said import Said
from homebooru.domain.tags import Category, SaidTag
from homebooru.files.embedded import read_embedded
from homebooru.files.xmp.reading import read_xmp

NAMES = ["初音ミク", "smile_😀", "a&b", "<o>_<o>", '"quoted"', "fate/stay_night", "rem_(re:zero)"]
FORMATS = ["jpg", "png", "webp", "tif", "gif", "heic", "avif", "jxl", "mp4"]


def make(path):
    picture = Image.new("RGB", (32, 24), (200, 30, 60))
    match path.suffix:
        case ".heic":
            pillow_heif.from_pillow(picture).save(path)
        case ".mp4":
            make_video(path)
        case _:
            picture.save(path)
    return path


def make_video(path):
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 32, 24, "yuv420p"
        frame = av.VideoFrame.from_image(Image.new("RGB", (32, 24)))
        for packet in [*stream.encode(frame), *stream.encode()]:
            container.mux(packet)


def exiftool(*arguments, config=None):
    start = ["exiftool"] if config is None else ["exiftool", "-config", str(config)]
    done = subprocess.run(
        [*start, "-overwrite_original", "-charset", "iptc=UTF8", "-m", "-q", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


def read(path):
    with path.open("rb") as file:
        return said_by_fields(read_embedded(file)[0])


SOLO = (
    b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
    b"xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:subject><rdf:Bag><rdf:li>solo</rdf:li>"
    b"</rdf:Bag></dc:subject></rdf:Description></rdf:RDF>"
)


def described(text):
    exif = Image.Exif()
    exif[0x010E] = text
    return exif.tobytes()


def tag_names(said):
    return [tag.name for tag in said.tags]


def all_tags(names):
    return [f"-XMP-dc:Subject={name}" for name in names]


HIERARCHY = [
    "-XMP-digiKam:TagsList=booru/Character/Rem (Re:Zero)",
    "-XMP-digiKam:TagsList=booru/Copyright/fate|stay_night",
    "-XMP-lr:HierarchicalSubject=booru|Character|Rem (Re:Zero)",
    "-XMP-lr:HierarchicalSubject=People|安奈",
    "-XMP-dc:Subject=Character",
    "-XMP-dc:Subject=smile_😀",
    "-XMP-dc:Subject=a&b <c>",
    "-XMP:Rating=4",
    '-XMP-dc:Description=Two lines\u2028of "text" & 海',
    "-XMP-photoshop:DateCreated=2021:02:03 04:05:06+09:00",
    "-XMP-photoshop:City=Kyōto",
    "-XMP-photoshop:Country=日本",
    "-XMP-dc:Source=https://a.example/?x=1&y=2",
]
UNDERSTOOD = Said(
    tags=(
        SaidTag("a&b_<c>"),
        SaidTag("fate/stay_night", Category.COPYRIGHT),
        SaidTag("rem_(re:zero)", Category.CHARACTER),
        SaidTag("smile_😀"),
        SaidTag("安奈"),
    ),
    stars=4,
    description='Two lines\u2028of "text" & 海',
    taken_at=datetime(2021, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=9))),
    place="Kyōto, 日本",
    sources=("https://a.example/?x=1&y=2",),
)


@pytest.mark.parametrize("suffix", FORMATS)
def test_xmp_in_pictures_is_read_as_exiftool_wrote_it(tmp_path, suffix):
    picture = make(tmp_path / f"a.{suffix}")
    assert read(picture) == Said()

    exiftool(*HIERARCHY, picture)

    assert read(picture) == UNDERSTOOD


def test_xmp_in_sidecars_is_read_as_exiftool_wrote_it(tmp_path):
    sidecar = tmp_path / "a.jpg.xmp"

    exiftool(*HIERARCHY, sidecar)

    assert said_by_fields(read_xmp(sidecar.read_bytes())) == UNDERSTOOD


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_iptc_is_read_as_exiftool_wrote_it(tmp_path, suffix):
    picture = make(tmp_path / f"a.{suffix}")

    exiftool(
        "-IPTC:CodedCharacterSet=UTF8",
        *(f"-IPTC:Keywords={name}" for name in NAMES),
        "-IPTC:Caption-Abstract=A caption & 海",
        "-IPTC:City=Rome",
        "-IPTC:Country-PrimaryLocationName=Italy",
        "-IPTC:DateCreated=2020:01:02",
        "-IPTC:TimeCreated=03:04:05+01:00",
        picture,
    )

    said = read(picture)
    assert tag_names(said) == sorted(NAMES)
    assert said.description == "A caption & 海"
    assert said.place == "Rome, Italy"
    assert said.taken_at == datetime(2020, 1, 2, 2, 4, 5, tzinfo=UTC)


def test_iptc_in_latin_1_is_read(tmp_path):
    picture = make(tmp_path / "a.jpg")

    exiftool("-charset", "iptc=Latin", "-IPTC:Keywords=Übung", "-IPTC:Keywords=café", picture)

    assert tag_names(read(picture)) == ["café", "übung"]


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "heic", "avif"])
@pytest.mark.parametrize("order", ["II", "MM"])
def test_exif_is_read_as_exiftool_wrote_it(tmp_path, suffix, order):
    picture = make(tmp_path / f"a.{suffix}")

    exiftool(
        f"-ExifByteOrder={order}",
        "-EXIF:ImageDescription=A walk",
        "-EXIF:DateTimeOriginal=2022:03:04 05:06:07",
        "-EXIF:OffsetTimeOriginal=-03:00",
        "-EXIF:Rating=3",
        "-EXIF:XPKeywords=solo;blue sky;海",
        "-EXIF:GPSLatitude=33.8688",
        "-EXIF:GPSLatitudeRef=S",
        "-EXIF:GPSLongitude=151.2093",
        "-EXIF:GPSLongitudeRef=E",
        picture,
    )

    assert read(picture) == Said(
        tags=(SaidTag("blue_sky"), SaidTag("solo"), SaidTag("海")),
        stars=3,
        description="A walk",
        place="-33.86880, 151.20930",
        taken_at=datetime(2022, 3, 4, 5, 6, 7, tzinfo=timezone(timedelta(hours=-3))),
    )


@pytest.mark.parametrize("order", ["II", "MM"])
@pytest.mark.parametrize(
    ("comment", "description"),
    [("Us at 海", "Us at 海"), ("plain", "plain"), ("a\nSteps: 20", None)],
)
def test_a_users_comment_describes_a_picture_unless_a_generator_wrote_it(
    tmp_path, order, comment, description
):
    picture = make(tmp_path / "a.jpg")

    exiftool(f"-ExifByteOrder={order}", f"-EXIF:UserComment={comment}", picture)

    assert read(picture).description == description


def test_xmp_goes_before_iptc_and_iptc_before_exif_and_all_tags_count(tmp_path):
    picture = make(tmp_path / "a.jpg")

    exiftool(
        "-XMP-lr:HierarchicalSubject=Animals|Dog",
        "-XMP-dc:Subject=Animals",
        "-IPTC:Keywords=Animals",
        "-IPTC:Keywords=beach",
        "-EXIF:XPKeywords=sunny;dog",
        "-IPTC:Caption-Abstract=from iptc",
        "-EXIF:ImageDescription=from exif",
        "-XMP:Rating=2",
        "-EXIF:Rating=5",
        picture,
    )

    said = read(picture)
    assert tag_names(said) == ["beach", "dog", "sunny"]
    assert said.description == "from iptc"
    assert said.stars == 2


def test_more_xmp_than_a_segment_holds_is_read(tmp_path):
    picture = make(tmp_path / "a.jpg")
    many = [f"tag_{number:05}_{'x' * 100}" for number in range(1200)]
    arguments = tmp_path / "arguments"
    arguments.write_text("\n".join(all_tags(many)))

    exiftool("-@", arguments, picture)

    assert b"http://ns.adobe.com/xmp/extension/" in picture.read_bytes()
    assert tag_names(read(picture)) == many


def test_png_profiles_of_imagemagick_and_descriptions_are_read(tmp_path):
    iptc = b"\x1c\x02\x19\x00\x04solo"
    resources = b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(iptc)) + iptc + b"\0"
    text = f"\niptc\n{len(resources):8}\n{resources.hex()}\n"
    info = PngImagePlugin.PngInfo()
    info.add_text("Raw profile type iptc", text, zip=True)
    info.add_itxt("Description", "Das Meer 海", zip=True)
    info.add_text("parameters", "masterpiece, 1girl\nSteps: 20")
    info.add_text("Comment", "not, tags")
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png", pnginfo=info)

    assert read(tmp_path / "a.png") == Said(tags=(SaidTag("solo"),), description="Das Meer 海")


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (b"<x:xmpmeta", "cut short"),
        (b"<note>no metadata</note>", "no rdf:RDF"),
        (b" \n\0", None),
    ],
)
def test_xmp_that_makes_no_sense_is_named_and_the_rest_is_heard(tmp_path, packet, reason):
    picture = tmp_path / "a.png"
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", packet.decode())
    info.add_text("Description", "Das Meer")
    Image.new("RGB", (8, 8)).save(picture, pnginfo=info)

    with picture.open("rb") as file:
        fields, reasons = read_embedded(file)

    assert fields.description == "Das Meer"
    assert [one for one in reasons if reason in one] == reasons if reason else reasons == []


def test_packed_boxes_of_jpeg_xl_are_read(tmp_path):
    picture = tmp_path / "a.jxl"
    Image.new("RGB", (32, 24)).save(
        picture, xmp=SOLO, exif=described("Das Meer"), use_container=True, compress_metadata=True
    )
    assert picture.read_bytes().count(b"brob") == 2

    assert read(picture) == Said(tags=(SaidTag("solo"),), description="Das Meer")


def test_a_packed_box_that_is_broken_or_a_bomb_is_named():
    def box(name, data):
        return struct.pack(">I", len(data) + 8) + name + data

    head = box(b"JXL ", b"\r\n\x87\n")
    bomb = brotli.compress(b"a" * 100_000_000)
    assert len(bomb) < 1000
    for packed, reason in ((b"no Brotli at all", "no XML"), (bomb, "larger than")):
        file = io.BytesIO(head + box(b"brob", b"xml " + packed) * 3 + box(b"xml ", SOLO))
        fields, reasons = read_embedded(file)
        assert reasons
        assert all(reason in one for one in reasons)
        assert fields.words in {("solo",), ()}  # as far as the budget reaches


@pytest.mark.parametrize("order", ["little", "big"])
def test_a_bigtiff_is_read(tmp_path, order):
    picture = tmp_path / "a.tif"
    if order == "little":
        info = {0x02BC: SOLO, 0x010E: "Das Meer"}
        Image.new("RGB", (32, 24)).save(picture, big_tiff=True, tiffinfo=info)
        assert picture.read_bytes().startswith(b"II+\0")
    else:
        text = b"Das Meer\0"
        entries = struct.pack(">HHQQ", 0x010E, 2, len(text), 300)
        entries += struct.pack(">HHQQ", 0x02BC, 1, len(SOLO), 400)
        directory = struct.pack(">Q", 2) + entries + bytes(8)
        head = b"MM\0+" + struct.pack(">HHQ", 8, 0, 16) + directory
        picture.write_bytes((head.ljust(300, b"\0") + text).ljust(400, b"\0") + SOLO)

    assert read(picture) == Said(tags=(SaidTag("solo"),), description="Das Meer")


def test_a_bomb_of_packed_text_stops_at_its_bounds():
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + b"\0\0\0\0"

    bomb = chunk(b"zTXt", b"Description\0\0" + zlib.compress(b"a" * 20_000_000))
    late = chunk(b"tEXt", b"Description\0late")
    data = b"\x89PNG\r\n\x1a\n" + bomb * 50 + late

    assert len(said_by_fields(read_embedded(io.BytesIO(data))[0]).description) <= 50_000


@pytest.mark.parametrize("suffix", ["jpg", "tif", "heic"])
def test_pixels_are_not_read(tmp_path, suffix):
    """Metadata of a picture of 100 MB must not cost 100 MB of reading."""

    class Counted(io.BytesIO):
        count = 0

        def read(self, size=-1):
            data = super().read(size)
            self.count += len(data)
            return data

    noise = random.Random(1).randbytes(3 * 600 * 400)
    picture = tmp_path / f"a.{suffix}"
    image = Image.frombytes("RGB", (600, 400), noise)
    if suffix == "heic":
        pillow_heif.from_pillow(image).save(picture)
    else:
        image.save(picture)
    exiftool("-XMP-dc:Subject=solo", picture)

    file = Counted(picture.read_bytes())
    assert read_embedded(file)[0].words == ("solo",)
    assert file.count < 20_000 < picture.stat().st_size


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """One picture of each format with all kinds of metadata in it."""
    folder = tmp_path_factory.mktemp("samples")
    pictures = [make(folder / f"a.{suffix}") for suffix in FORMATS]
    plain = ["-EXIF:GPSLatitude=1", "-EXIF:GPSLongitude=2", "-EXIF:XPKeywords=a;b"]
    exiftool(*HIERARCHY, *plain, "-EXIF:UserComment=hello", "-IPTC:Keywords=x", *pictures)
    packed, big = folder / "packed.jxl", folder / "big.tif"
    plain = Image.new("RGB", (32, 24))
    plain.save(packed, xmp=SOLO, exif=described("sea"), use_container=True, compress_metadata=True)
    plain.save(big, big_tiff=True, tiffinfo={0x02BC: SOLO, 0x010E: "sea"})
    return [picture.read_bytes() for picture in [*pictures, packed, big]]


@given(data=st.data())
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_damage_raises(samples, data):
    sample = data.draw(st.sampled_from(samples))
    damaged = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(damaged)))
        length = data.draw(st.integers(0, 9))
        damaged[at : at + length] = data.draw(st.binary(max_size=length + 1))
    if data.draw(st.booleans()):
        del damaged[data.draw(st.integers(0, len(damaged))) :]

    said_by_fields(read_embedded(io.BytesIO(bytes(damaged)))[0])


@pytest.mark.parametrize(
    "head", [b"\xff\xd8", b"GIF89a", b"II*\0", b"\x89PNG\r\n\x1a\n", b"\0\0\0\x14ftyp", b""]
)
def test_any_bytes_are_read_and_say_nothing_much(head):
    for seed in range(200):
        noise = random.Random(seed).randbytes(400)
        said_by_fields(read_embedded(io.BytesIO(head + noise))[0])
