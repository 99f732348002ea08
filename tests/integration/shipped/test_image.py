"""The image of a container: what it copies is there, and nothing but that is sent to its builder."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

TOP = Path(__file__).resolve().parents[3]
DOCKERFILE = (TOP / "Dockerfile").read_text()


def build(folder):
    return subprocess.run(
        [folder / "scripts/build-image", "--dry-run", "gallery"],
        capture_output=True,
        text=True,
        check=False,
    )


def copied():
    lines = re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE)
    return [name for line in lines for name in line.split()]


def test_what_the_image_needs_is_here():
    done = build(TOP)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[1:] == ["build", "--tag", "gallery", "."]


@pytest.mark.parametrize("gone", ["migrations", "scripts/environment"])
def test_what_the_image_lacks_is_told(tmp_path, gone):
    for name in ("Dockerfile", "scripts/build-image", *copied()):
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if name != gone:
            shutil.copy2(TOP / name, place) if (TOP / name).is_file() else place.mkdir()
    done = build(tmp_path)
    assert done.returncode == 1
    assert gone in done.stderr


def test_what_is_copied_is_sent_to_the_builder():
    sent = (TOP / ".dockerignore").read_text().splitlines()
    assert "*" in sent
    for name in copied():
        assert any(line.startswith(f"!{name}") for line in sent), name


def test_beside_immich_it_reads_pictures_and_writes_to_its_own_volume():
    told = yaml.safe_load((TOP / "compose.yaml").read_text())
    service = told["services"]["homebooru"]
    assert service["build"] == "."
    assert "data:/data" in service["volumes"]
    assert [volume for volume in service["volumes"] if volume != "data:/data"] == [
        "${PICTURES:-./pictures}:/pictures:ro"
    ]
    assert told["networks"]["immich"]["external"] is True
    assert set(service["networks"]) == {"default", "immich"}
    assert re.search(r"^USER homebooru$", DOCKERFILE, re.MULTILINE)
