"""The forms in which boorus publish their lists."""

import io
import json

import pytest

from homebooru.domain.tags import Category
from homebooru.domain.vocabulary.lists import (
    CHUNK,
    LinkEntry,
    ListKind,
    Mistake,
    PassedOver,
    TagEntry,
    kind_of,
    read_list,
    site_of,
)
from homebooru.errors import InvalidInput

LINKS = [
    {"id": 1, "antecedent_name": "a", "consequent_name": "b", "status": "active"},
    {"id": 2, "antecedent_name": "c", "consequent_name": "d", "status": "deleted"},
    {"id": 3, "antecedent_name": "E F", "consequent_name": "g", "creator_id": 7},
]
READ = [LinkEntry(1, "a", "b"), PassedOver(2), LinkEntry(3, "e_f", "g")]


def read(text, kind=ListKind.ALIASES, site="danbooru", **more):
    return list(read_list(io.StringIO(text), kind, site, **more))


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(map(json.dumps, LINKS)),
        json.dumps(LINKS),
        json.dumps(LINKS, indent=1),
        "\ufeff" + json.dumps(LINKS),
        "1,a,b,active\n2,c,d,deleted\n3,E F,g,active\n",
        "a,b\nc,d,deleted\nE F,g\n",
    ],
)
def test_every_form_tells_the_same(text):
    assert read(text) == READ


def test_a_header_names_the_columns_in_any_order():
    text = "status,consequent_name,antecedent_name\r\nactive,b,a\r\n"
    assert read(text) == [LinkEntry(2, "a", "b")]
    assert read("category,name\n4,tom\n", ListKind.TAGS) == [TagEntry(2, "tom", Category.CHARACTER)]


def test_a_long_array_on_one_line_is_read_piece_by_piece():
    many = [LINKS[0] | {"id": number} for number in range(CHUNK // 40)]
    found = read(json.dumps(many))
    assert (len(found), found[-1].line) == (len(many), len(many))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[{"antecedent_name": "a", "consequent_name": "b"}, {"antecedent_na', 2),
        ('{"antecedent_name": "a"}', 1),
        ("{nonsense}", 1),
        ("[1]", 1),
        ("antecedent_name,consequent_name\na,\n", 2),
        ("[" * 5000, 1),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text, line):
    assert [each.line for each in read(text) if isinstance(each, Mistake)] == [line]


def test_categories_are_those_of_the_site():
    def category(number, site):
        [entry] = read(f"x,{number},5\n", ListKind.TAGS, site)
        return getattr(entry, "category", None)

    assert category(5, "danbooru") is Category.META
    assert category(5, "e621") is Category.SPECIES
    assert category("artist", "danbooru") is Category.ARTIST
    assert category(6, "e621") is None


def test_abbreviations_are_no_other_names():
    [entry] = read('cat,0,5,"/c,kitty,cat,Puss Cat"\n', ListKind.TAGS, other_names=True)
    assert entry.other_names == ("kitty", "puss_cat")


def test_names_of_files_tell_what_is_in_them():
    assert kind_of("tag_aliases.json") is ListKind.ALIASES
    assert kind_of("Danbooru-Tag-Implications.csv") is ListKind.IMPLICATIONS
    assert (kind_of("e621_tags.csv"), site_of("e621_tags.csv")) == (ListKind.TAGS, "e621")
    with pytest.raises(InvalidInput):
        kind_of("list.csv")
