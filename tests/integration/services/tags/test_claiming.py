from tests.factories import make_post


def test_a_post_has_the_tags_that_are_said_of_it(sessions):
    with sessions.begin() as session:
        post = make_post(session, tags="1girl artist:somebody", rating="s")
        again = make_post(session, tags="1girl", rating="s")
    assert len(post.tag_ids) == 2
    assert (post.rating, post.rating_by) == ("s", "text")
    assert (post.general_count, post.artist_count) == (1, 1)
    assert post.dated_at is not None
