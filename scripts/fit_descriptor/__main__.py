"""Fits the descriptor's whitening on Debian's picture packages, and tells how good it is."""

from __future__ import annotations

import random
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import click
import numpy as np

from homebooru.cli.bars import BarProgress
from homebooru.imaging import descriptor
from homebooru.imaging.descriptor import Numbers, Whitening
from homebooru.imaging.looks import perceptual_hash
from scripts.fit_descriptor.corpus import KINDS, Sample, fetch, load, samples
from scripts.fit_descriptor.edits import EDITS
from scripts.fit_descriptor.fitting import fit
from scripts.fit_descriptor.judging import company, first_hits

SEED = 1
TRAINED, JUDGED = 300, 260
TARGET = Path(descriptor.__file__).with_name("whitening.npz")
BITS = 64


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--judge", is_flag=True, help="Only tell how good the committed one is.")
def main(folder: Path, *, judge: bool) -> None:
    """Fetch picture packages into FOLDER (about 900 MB), and fit the descriptor's whitening.

    It is fitted on four kinds of pictures, and judged on those and on four that it never saw.
    """
    fetch(folder)
    some = samples(folder, SEED)
    judged, trained = _split(some)
    measured = _measured(some, {*judged, *(() if judge else trained)})
    plain = np.stack([measures for measures, _, _ in measured])
    if not judge:
        fitted = [place for place in range(len(some)) if KINDS[some[place].kind].is_fitted]
        seen = np.array([place for place in fitted if place not in set(judged)])
        edited = np.stack([measured[place][1] for place in trained])
        _keep(fit(plain[seen], edited, plain[trained]))
    _tell(some, measured, np.array(judged))


def _split(some: list[Sample]) -> tuple[list[int], list[int]]:
    """Return which pictures are judged, and from which it is learnt what edits do."""
    places = list(range(len(some)))
    random.Random(SEED).shuffle(places)  # noqa: S311  no secret
    judged, rest = places[:JUDGED], places[JUDGED:]
    return judged, [place for place in rest if KINDS[some[place].kind].is_fitted][:TRAINED]


def _measured(some: list[Sample], edited: set[int]) -> list[tuple[Numbers, Numbers, Numbers]]:
    bar = BarProgress("Pictures")
    bar.expect(len(some))
    found = []
    with ProcessPoolExecutor() as pool:
        work = partial(_look, edited=edited)
        for one in pool.map(work, enumerate(some), chunksize=8):
            found.append(one)
            bar.advance()
    bar.finish()
    return found


def _look(numbered: tuple[int, Sample], edited: set[int]) -> tuple[Numbers, Numbers, Numbers]:
    """Return the measures of a picture and of its edited versions, and the hashes of all."""
    place, sample = numbered
    image = load(sample.path)
    chance = random.Random(place)  # noqa: S311  no secret
    edits = [edit(image, chance) for edit in EDITS.values()] if place in edited else []
    hashes = [perceptual_hash(each) for each in (image, *edits)]
    measures = [descriptor.measure(each) for each in edits]
    return descriptor.measure(image), np.array(measures, np.float32), np.array(hashes)


def _keep(found: Whitening) -> None:
    halves = {name: numbers.astype(np.float16) for name, numbers in found._asdict().items()}
    np.savez_compressed(TARGET, **halves)
    descriptor.whitening.cache_clear()
    click.echo(f"{TARGET} has {TARGET.stat().st_size:,} bytes.")


def _tell(some: list[Sample], measured: list, judged: Numbers) -> None:
    descriptions = _described(np.stack([plain for plain, _, _ in measured]))
    edited = _described(np.stack([measured[place][1] for place in judged]))
    hits = first_hits(descriptions, edited, judged)
    signs = _signs(np.stack([measured[place][2][0] for place in range(len(some))]))
    edited_signs = _signs(np.stack([measured[place][2][1:] for place in judged]))
    hash_hits = first_hits(signs, edited_signs, judged)
    click.echo(f"\n{len(some):,} pictures, {len(judged)} of them edited\n")
    click.echo("| what happened | descriptor | 64-bit hash |\n| --- | --: | --: |")
    for name in EDITS:
        click.echo(f"| {name} | {hits[name]:.2f} | {hash_hits[name]:.2f} |")
    means = [sum(each.values()) / len(each) for each in (hits, hash_hits)]
    click.echo(f"| mean | {means[0]:.3f} | {means[1]:.3f} |\n")
    click.echo(
        "| five nearest with the same label | descriptor | 64-bit hash |\n| --- | --: | --: |"
    )
    alike, hash_alike = company(descriptions, some), company(signs, some)
    for kind, share in alike.items():
        click.echo(f"| {kind} | {share:.2f} | {hash_alike[kind]:.2f} |")


def _described(measures: Numbers) -> Numbers:
    kept = descriptor.whitening()
    levelled = descriptor.levelled(measures, kept.centre)
    return descriptor.unit((levelled - kept.mean) @ kept.turn)


def _signs(hashes: Numbers) -> Numbers:
    """Return hashes as vectors whose products order them as the bits that differ would."""
    bits = (hashes.astype(np.uint64)[..., None] >> np.arange(BITS, dtype=np.uint64)) & np.uint64(1)
    return descriptor.unit(bits.astype(np.float32) * 2 - 1)


if __name__ == "__main__":
    main()
