"""Whoever reads posts for somebody says for whom.

Of `db/queries`, `search` and `services`, every public function that names posts' rows, or returns
posts as they are shown, takes a `Scope`. Two kinds are excepted, by name and with the reason:
machinery, which shows nobody anything and which nothing that does may import; and those that are
handed what a scope has already let through.
"""

import ast
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parent.parent.parent / "homebooru"
READING = ["db/queries", "search", "services"]
SHOWING = ["web", "cli", "search"]
SHOWN = {"PostView", "PostDetails", "SearchAnswer", "TagView", "LocationView", "ClaimView"}

MACHINERY = {
    "db/queries/alike/orders.py": "orders posts to be described by models",
    "db/queries/duplicates/finding.py": "lets posts look for their copies",
    "db/queries/deriving": "keeps the derived columns of all posts",
    "db/queries/immich/assets.py": "mirrors what lies in Immich",
    "db/queries/immich/pictures.py": "fetches what lies in Immich alone",
    "db/queries/intake.py": "reads files",
    "db/queries/locations.py": "keeps what lies where",
    "db/queries/locks.py": "locks rows",
    "db/queries/lookups": "asks others about posts",
    "db/queries/outgoing/orders.py": "orders what is written beside pictures",
    "db/queries/posts.py": "keeps digests and looks",
    "db/queries/takeover/staged.py": "keeps what waits for pictures",
    "db/queries/transfer": "carries a library elsewhere as a whole",
    "search/index/reading.py": "keeps the index of all posts",
    "services/library": "finds and reads files",
}
LET_THROUGH = {
    "db/queries/alike/originals.py:has_upgrade": "is a part of a condition",
    "db/queries/alike/originals.py:keep": "keeps what boorus tell of posts",
    "db/queries/alike/spaces.py:count_left": "tells how far a model has come",
    "db/queries/alike/spaces.py:keep_vectors": "keeps what a model made of posts",
    "db/queries/alike/spaces.py:make": "makes a table for a model",
    "db/queries/alike/spaces.py:waiting": "numbers posts, of which a search within a scope counts its own",
    "db/queries/counts.py:count_shown": "is for whoever sees everything",
    "db/queries/looks.py:claim_undescribed": "tells workers which thumbnails to read",
    "db/queries/media.py:visible_post": "takes the condition of a scope",
    "db/queries/scope.py:shown": "is a part of the condition itself",
    "db/queries/views.py:views_of": "takes the rows of posts that were let through",
    "db/queries/views.py:tag_views": "takes the tags of posts that were let through",
    "services/searching.py:named": "names tags that were counted within a scope",
    "search/columns.py:age": "is a part of a condition",
    "search/shuffling.py:shuffled": "is an order",
    "search/plain.py:kept": "is a part of a condition",
}


def modules(*folders):
    for folder in folders:
        for file in sorted((HOME / folder).rglob("*.py")):
            yield file.relative_to(HOME).as_posix(), ast.parse(file.read_text("utf-8"))


def is_machinery(name):
    return any(name == part or name.startswith(f"{part}/") for part in MACHINERY)


def names_in(node):
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def reads_posts(function):
    returned = names_in(function.returns) if function.returns else set()
    return "PostRow" in names_in(function) or bool(returned & SHOWN)


def takes_scope(function):
    arguments = [*function.args.args, *function.args.kwonlyargs]
    return any("Scope" in names_in(a.annotation) for a in arguments if a.annotation)


def without_scope():
    return {
        f"{module}:{function.name}"
        for module, tree in modules(*READING)
        for function in tree.body
        if isinstance(function, ast.FunctionDef)
        and not function.name.startswith("_")
        and not is_machinery(module)
        and reads_posts(function)
        and not takes_scope(function)
    }


def test_whoever_reads_posts_takes_a_scope():
    assert without_scope() - LET_THROUGH.keys() == set()


def test_the_list_of_exceptions_is_no_longer_than_it_must_be():
    assert LET_THROUGH.keys() - without_scope() == set()
    assert [part for part in MACHINERY if not (HOME / part).exists()] == []


@pytest.mark.parametrize("folder", SHOWING)
def test_nothing_that_shows_posts_imports_the_machinery_of_queries(folder):
    forbidden = {
        f"homebooru.{part.removesuffix('.py').replace('/', '.')}"
        for part in MACHINERY
        if part.startswith("db/")
    }
    for module, tree in modules(folder):
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                brought = {node.module} | {f"{node.module}.{name.name}" for name in node.names}
                assert not {
                    (module, name)
                    for name in brought
                    for part in forbidden
                    if name == part or name.startswith(f"{part}.")
                }
