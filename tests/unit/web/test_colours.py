"""What is written can be read, in both themes."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[3] / "static/css/tokens.css").read_text()
HEX = "#[0-9a-f]{3,6}"
PAIRS = re.findall(rf"--([a-z-]+): light-dark\(({HEX}), ({HEX})\);", CSS)
LIGHT = {name: light for name, light, _ in PAIRS}
DARK = {name: dark for name, _, dark in PAIRS}
GROUNDS = ("ground", "surface", "sunken")
WORDS = ("text", "quiet", "accent", "good", "warn", "bad", *(n for n in LIGHT if "tag-" in n))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_colour_of_words_stands_out_from_every_ground(theme):
    pairs = [(word, ground) for word in WORDS for ground in GROUNDS]
    pairs += [("on-accent", "accent"), ("accent", "accent-ground"), ("text", "accent-ground")]
    for kind in ("good", "warn", "bad"):
        pairs += [("text", f"{kind}-ground"), (kind, f"{kind}-ground")]
    weak = {
        pair: round(contrast(theme[pair[0]], theme[pair[1]]), 2)
        for pair in pairs
        if contrast(theme[pair[0]], theme[pair[1]]) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_of_controls_stand_out(theme):
    for ground in GROUNDS:
        assert contrast(theme["edge"], theme[ground]) >= 3
