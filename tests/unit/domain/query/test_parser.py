"""The grammar: what texts mean, and where they stop making sense."""

from __future__ import annotations

import pytest

from homebooru.domain.query import Query, parse
from homebooru.domain.query.orders import Order, OrderBy
from homebooru.domain.query.tree import (
    And,
    Detail,
    Everything,
    FileType,
    From,
    Has,
    Is,
    Not,
    Or,
    Rated,
    Status,
    Tag,
    Text,
    TextField,
    Wildcard,
    all_of,
    any_of,
    leaves,
    negated,
)
from homebooru.domain.ratings import Rating
from homebooru.errors import QuerySyntaxError

A, B, C, D = Tag("a"), Tag("b"), Tag("c"), Tag("d")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Everything()),
        ("  \n ", Everything()),
        ("a", A),
        ("A", A),
        ("a b", And((A, B))),
        ("a and b AND c", And((A, B, C))),
        ("a a", A),
        ("a (b c)", And((A, B, C))),
        ("a or b", Or((A, B))),
        ("a OR b c", Or((A, And((B, C))))),
        ("(a or b) c", And((Or((A, B)), C))),
        ("a or (b or c)", Or((A, B, C))),
        ("-a", Not(A)),
        ("-(a b)", Not(And((A, B)))),
        ("-(-a)", A),
        ("~a ~b", Or((A, B))),
        ("a ~b ~c", And((A, Or((B, C))))),
        ("~b a ~c", And((A, Or((B, C))))),
        ("~a", A),
        ("~a ~-b", Or((A, Not(B)))),
        ("~(a b) ~c", Or((And((A, B)), C))),
        ("~a and ~b or c", Or((A, B, C))),
        ("(a) b", And((A, B))),
        ('(tag:"a")b', And((A, B))),
        ("a*", Wildcard("a*")),
        ("*A**b*", Wildcard("*a*b*")),
        ("-*", Not(Wildcard("*"))),
    ],
)
def test_terms_are_joined_as_danbooru_joins_them(text, tree):
    assert parse(text).tree == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("hatsune_miku_(cosplay)", Tag("hatsune_miku_(cosplay)")),
        ("(hatsune_miku_(cosplay))", Tag("hatsune_miku_(cosplay)")),
        ("((hatsune_miku_(cosplay)))", Tag("hatsune_miku_(cosplay)")),
        ("(a :))", And((A, Tag(":)")))),
        (":)", Tag(":)")),
        ("(a or :( )", Or((A, Tag(":(")))),
        ("a)", Tag("a)")),
        ("(x)(y)", Tag("x)(y")),
        ("(folder:art_(old))", Text(TextField.FOLDER, "art_(old)")),
        ("(folder:art)", Text(TextField.FOLDER, "art")),
        ('tag:"(o)_(o)"', Tag("(o)_(o)")),
        ("tag:or", Tag("or")),
        ("tag:a*", Wildcard("a*")),
        ('tag:"black hair"', Tag("black_hair")),
    ],
)
def test_a_parenthesis_belongs_to_the_tag_that_opened_it(text, tree):
    assert parse(text).tree == tree


@pytest.mark.parametrize("name", ["re:zero", ":3", "nier:automata", "\\m/", "type:_null", "1:1"])
def test_what_is_no_metatag_is_a_tag(name):
    assert parse(name).tree == Tag(name)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('source:"foo bar"', Text(TextField.SOURCE, "foo bar")),
        ("SOURCE:'foo \"bar'", Text(TextField.SOURCE, 'foo "bar')),
        (r'filename:"a\"b\\c"', Text(TextField.FILENAME, 'a"b\\c')),
        ('(filename:"a)")', Text(TextField.FILENAME, "a)")),
        ("filename:Cafe\u0301.PNG", Text(TextField.FILENAME, "Café.PNG")),
        ("folder:/art/old/", Text(TextField.FOLDER, "art/old")),
        ("source:danbooru", From(frozenset({"danbooru"}))),
        ("from:yande.re,person", From(frozenset({"yandere", "person"}))),
        ("source:none", Not(Has(Detail.SOURCE))),
        ("source:any", Has(Detail.SOURCE)),
        ("rating:safe", Rated(frozenset({Rating.GENERAL, Rating.SENSITIVE}))),
        ("rating:g,Explicit", Rated(frozenset({Rating.GENERAL, Rating.EXPLICIT}))),
        ("rating:none", Not(Has(Detail.RATING))),
        ("rating:none,q", Or((Not(Has(Detail.RATING)), Rated(frozenset({Rating.QUESTIONABLE}))))),
        ("filetype:jpeg,gif", FileType(frozenset({"jpg", "gif"}))),
        ("is:png", FileType(frozenset({"png"}))),
        ("is:sfw", Rated(frozenset({Rating.GENERAL, Rating.SENSITIVE}))),
        ("is:parent", Has(Detail.CHILDREN)),
        ("is:untagged", Not(Has(Detail.TAGS))),
        ("has:child", Has(Detail.CHILDREN)),
        ("status:active", And((Not(Is(Status.MISSING)), Not(Is(Status.TRASHED))))),
        ("status:deleted", Is(Status.TRASHED)),
        ("status:all", Is(Status.ANY)),
        ("score:none", Not(Has(Detail.SCORE))),
        ("date:any", Has(Detail.DATE)),
    ],
)
def test_metatags_become_what_they_hold(text, tree):
    assert parse(text).tree == tree


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("", Order(OrderBy.ID)),
        ("order:id", Order(OrderBy.ID, descending=False)),
        ("order:id_desc", Order(OrderBy.ID)),
        ("order:created_at_asc", Order(OrderBy.ID, descending=False)),
        ("a ORDER:Score b", Order(OrderBy.SCORE)),
        ("(order:score_asc a)", Order(OrderBy.SCORE, descending=False)),
        ("order:landscape", Order(OrderBy.RATIO)),
        ("order:aspect_ratio_asc", Order(OrderBy.RATIO, descending=False)),
        ("order:hot", Order(OrderBy.SCORE)),
        ("order:-SCORE", Order(OrderBy.SCORE, descending=False)),
        ("order:-filename", Order(OrderBy.FILENAME)),
        ("order:pool_count", Order(OrderBy.POOLS)),
        ("id:3,1 order:custom", Order(OrderBy.CUSTOM, descending=False, named="3,1")),
        ("ordpool:A_b", Order(OrderBy.POOL, descending=False, named="A_b")),
        ("ordfav:me", Order(OrderBy.FAVOURITED, named="me")),
        ("ordfav:me order:id", Order(OrderBy.ID, descending=False)),
        ("order:portrait", Order(OrderBy.RATIO, descending=False)),
        ("order:filename", Order(OrderBy.FILENAME, descending=False)),
        ("order:random", Order(OrderBy.RANDOM)),
        ("order:random:Seed:1", Order(OrderBy.RANDOM, seed="Seed:1")),
        ("order:score order:score", Order(OrderBy.SCORE)),
    ],
)
def test_orders_go_by_danboorus_names(text, order):
    assert parse(text).order == order


def test_limit_and_random_say_how_many_there_shall_be():
    assert parse("a limit:20") == Query(A, limit=20)
    assert parse("random:5") == Query(Everything(), Order(OrderBy.RANDOM), 5)


@pytest.mark.parametrize(
    ("text", "position", "message", "suggestion"),
    [
        ("(a b", 4, "A closing `)` is expected.", ")"),
        ("(a)b", 4, "A closing `)` is expected.", ")"),
        ("a ()", 3, "A tag is expected after `(`.", None),
        ("a or", 4, "A tag is expected after `or`.", None),
        ("or a", 0, "tag:or", "tag:or"),
        ("a -and", 3, "tag:and", "tag:and"),
        ("a )", 2, "There is no `(`", None),
        ("- a", 0, "stands directly before a tag", None),
        ("~ -a", 0, "stands directly before a tag", None),
        ("--a", 1, "A tag is expected after `-`.", None),
        ("-~a", 1, "A tag is expected after `-`.", None),
        ("a, b", 0, "A tag holds no comma", "a"),
        ("cat *,*", 4, "A tag holds no comma", "* *"),
        ("a \x00", 2, "control character", None),
        ("a \ud800", 2, "control character", None),
        ('source:"a', 7, 'A closing `"` is expected.', '"a"'),
        ('source:"a"b', 10, "A space is expected", None),
        ("x order:scoer", 8, "order: does not know `scoer`; did you mean `score`?", "score"),
        ("order:xyz", 6, "it knows id, date, change", None),
        ("order:", 6, "order: wants one of id", None),
        ("-order:id", 1, "order: concerns the whole search; it cannot be excluded.", None),
        ("~limit:5", 1, "limit: concerns the whole search; it cannot have a `~`.", None),
        ("a or b order:id", 7, "in parentheses", None),
        ("-(a (order:id))", 5, "it cannot be excluded", None),
        ("order:id order:score", 9, "A search has one order.", None),
        ("random:5 limit:6", 9, "A search has one limit.", None),
        ("limit:0", 6, "limit: wants a number from 1 to 200.", None),
        ("limit:201", 6, "limit: wants a number from 1 to 200.", None),
        ("random:x", 7, "random: wants a number", None),
        ("order:random:", 6, "order:random: wants a seed", None),
        ("width:wide", 6, "width: wants a number or a range such as >1000 or 500..900.", None),
        ("width:5,wide", 8, "width: wants", None),
        ("width:5..wide", 9, "width: wants", None),
        ("width:..", 6, "width: wants", None),
        ("id:9999999999999999", 3, "too large", None),
        ("conf:>80", 6, "conf: wants a share from 0 to 1", None),
        ("rating:x", 7, "rating: does not know `x`", None),
        ("rating:g,genral", 9, "did you mean `general`?", "general"),
        ("from:danboru", 5, "did you mean `danbooru`?", "danbooru"),
        ("md5:abc", 4, "md5: wants 32 hexadecimal digits.", None),
        ("filename:", 9, "filename: wants the name of a file.", None),
        ("folder:/", 7, "folder: wants", None),
        ("tag:", 4, "1 to 255", None),
        ("user:me", 0, "has nothing that could be found by user:", None),
        ("cat order:custom", 4, "order:custom is that of a list", None),
        ("id:3,1..5 order:custom", 10, "order:custom is that of a list", None),
        ("fav:", 4, "fav: wants me, any or none.", "me"),
        ("ordfav:any", 7, "ordfav: wants me", "me"),
        ("ordpool:series", 8, "ordpool: wants the name or number of a pool.", None),
        ("cat or ordpool:5", 7, "in parentheses", None),
        ("ordpool:5 ordfav:me", 10, "A search has one order.", None),
        ('search:" "', 8, "search: wants the name of a saved search.", None),
        ("date:2024-02-30", 5, "There is no such date as 2024-02-30.", None),
        ("date:soon", 5, "date: wants a date", None),
        ("date:..", 5, "date: wants a date", None),
        ("date:>9999", 6, "The calendar ends there.", None),
        ("date:<0001-01-01", 6, "The calendar ends there.", None),
    ],
)
def test_mistakes_are_told_at_the_character(text, position, message, suggestion):
    with pytest.raises(QuerySyntaxError) as caught:
        parse(text)

    assert caught.value.position == position
    assert message in str(caught.value)
    assert caught.value.suggestion == suggestion


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a " * 1001, "at most 1,000 terms"),
        ("(" * 51 + "a" + ")" * 51, "at most 50 deep"),
        ("a" * 20_001, "at most 20,000 characters"),
        ("a" * 300, "1 to 255"),
        ("order:random:" + "x" * 101, "at most 100"),
        ("a* " * 51, "at most 50 patterns"),
        ("filename:*a* -folder:b album:c " * 17, "at most 50 patterns"),
        ("a " * 10_000, "at most 1,000 terms"),
        ("(" * 9_000, "at most 1,000 terms"),
        ("-" * 19_000 + "a", "at most 1,000 terms"),
    ],
)
def test_a_search_has_limits(text, message):
    with pytest.raises(QuerySyntaxError, match=message):
        parse(text)


def test_the_deepest_and_the_longest_search_are_read():
    assert parse("(" * 50 + "a" + ")" * 50).tree == A
    assert len(leaves(parse(" ".join(f"t{n}" for n in range(1000))).tree)) == 1000


def test_each_tag_is_remembered_where_it_stands_first():
    assert parse('a -b (tag:"c d" or a)').places == {"a": 0, "b": 3, "c_d": 6}


@pytest.mark.parametrize(
    ("text", "lifted"),
    [
        ("a", set()),
        ("is:missing", {Status.MISSING}),
        ("a -(b is:trashed)", {Status.TRASHED}),
        ("status:any", {Status.MISSING, Status.TRASHED}),
        ("status:active", {Status.MISSING, Status.TRASHED}),
        ("is:pending", set()),
    ],
)
def test_who_speaks_of_missing_and_trashed_posts_sees_them(text, lifted):
    assert parse(text).lifts() == lifted


def test_trees_have_one_shape():
    assert all_of() == Everything()
    assert all_of(A, Everything(), all_of(B, C)) == And((A, B, C))
    assert any_of(A, any_of(B, A)) == Or((A, B))
    assert any_of(A) == A
    assert negated(negated(A)) == A
    assert leaves(And((Or((A, Not(B))), C, D))) == [A, B, C, D]
