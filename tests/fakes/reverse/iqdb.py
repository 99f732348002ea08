"""A made-up IQDB."""

from __future__ import annotations

import html

from tests.fakes.reverse.looks import Memory, NoPicture
from tests.fakes.services import FakeService, Reply

MOST_BYTES = 8192 * 1024
RELEVANT = 60
PAGE = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN">
<html><head><title>Multi-service image search - Search results</title></head><body>
<h1>Multi-service image search</h1>
{results}
<form action="/" method="post" enctype="multipart/form-data">
<table class="form"><tr><th>File</th><td><input type="file" name="file"></td></tr></table></form>
</body></html>"""
YOURS = (
    "<div><table><tr><th>Your image</th></tr><tr><td class='image'>"
    "<img src='/thu/thu_1.jpg' alt=\"[IMG]\"></td></tr></table></div>"
)
NOTHING = (
    "<div><table><tr><th>No relevant matches</th></tr><tr><td>Could not find your image on any "
    "of the selected services. Maybe try this search on:</td></tr>"
    '<tr><td><a href="//saucenao.com/search.php">SauceNao</a></td></tr></table></div>'
)
ROW = (
    "<div><table><tr><th>{head}</th></tr><tr><td class='image'><a href=\"{link}\">"
    '<img src=\'/danbooru/3/6/f/36fb.jpg\' alt="{words}" title="{words}"></a></td></tr>'
    '<tr><td><img alt="icon" src="/icon/danbooru.ico" class="service-icon">{service}</td></tr>'
    "<tr><td>500×708 [{rated}]</td></tr><tr><td>{alike}% similarity</td></tr></table></div>"
)


class FakeIqdb(FakeService, Memory):
    """Takes pictures as they come from forms, and answers with a page for people."""

    label = "IQDB"

    def __init__(self):
        FakeService.__init__(self)
        Memory.__init__(self)

    def answer(self, asked):
        picture = asked.files.get("file")
        if asked.path != "/" or not picture or not asked.form.get("service[]"):
            return page("")
        if len(picture) > MOST_BYTES:
            return failed(f"File picture.jpg too large ({len(picture) // 1024} KB)")
        try:
            found = self.most_alike(picture, 4)
        except NoPicture:
            return failed("Not an image or image format not supported")
        good = any(alike >= RELEVANT for alike, _ in found)
        rows = "".join(self.row(alike, told, good=good) for alike, told in found)
        return page(f"<div id='pages' class='pages'>{YOURS}{'' if good else NOTHING}{rows}</div>")

    @staticmethod
    def row(alike, told, *, good):
        words = f"Rating: g Score: 3 Tags: {told.get('tags', '')}"
        return ROW.format(
            head="Best match" if good else "Possible match",
            link=html.escape(told["link"]),
            words=html.escape(words),
            service=told.get("service", "Danbooru"),
            rated=told.get("rated", "Safe"),
            alike=int(alike),
        )


def page(results):
    return Reply(PAGE.format(results=results), kind="text/html; charset=utf-8")


def failed(complaint):
    return page(f"<div class='flow'><div class='err'>{complaint}</div></div>")
