"""What templates show is what Jinja's own way would, whatever it is."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest
from flask import Flask, render_template
from markupsafe import Markup

from homebooru.phrases import phrase
from homebooru.web import languages
from homebooru.web.serving import rendering

VALUES = ["<a> & 'b'", Markup("<b>"), 17, True, 1.5, None, phrase("<{n}>", n="&"), ["<"]]
SHOWN = "{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}{{ value }}|{{ twice(value) }}|{{ [value]|join }}"


@pytest.fixture
def app(tmp_path):
    app = Flask(__name__, template_folder=str(tmp_path), static_folder=None)
    rendering.install(app)
    languages.install(app)
    with app.test_request_context():
        yield app


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", ["page.html", "page.txt"])
def test_a_value_is_shown_as_jinja_does_it(app, value, name):
    (Path(app.root_path) / app.template_folder / name).write_text(SHOWN)
    plain = jinja2.Environment(autoescape=name.endswith("html"))

    assert render_template(name, value=value) == plain.from_string(SHOWN).render(value=value)


@pytest.mark.usefixtures("app")
def test_values_in_a_text_are_escaped_and_its_own_words_are_not():
    say = languages.Sayings(_English()).say

    assert say("<b>%(share)s %%</b> of %(name)s", share="100%%", name="<i>") == Markup(
        "<b>100%% %</b> of &lt;i&gt;"
    )
    assert say("100 %% & more") == Markup("100 % & more")


class _English:
    def ugettext(self, text):
        return text
