"""What is shipped to run HomeBooru as a service, run by tests without systemd."""

import configparser
import http.client
import os
import random
import re
import shlex
import shutil
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.processes import clean_environment

TOP = Path(__file__).resolve().parents[1]
PATIENCE = 120  # seconds; a busy machine loads Python slowly
MAIN = """
daemon off;
{user}
pid nginx.pid;
events {{ worker_connections 100; }}
http {{
    access_log off;
    client_body_temp_path t1;
    proxy_temp_path t2;
    fastcgi_temp_path t3;
    uwsgi_temp_path t4;
    scgi_temp_path t5;
    include site.conf;
}}
"""


def install(root, *arguments):
    """Let the installer write its files below a folder."""
    environment = os.environ | {"DESTDIR": str(root)}
    subprocess.run([TOP / "scripts/install-service", *arguments], env=environment, check=True)


def read_unit(file):
    """A unit by its parts; of several lines of one name the last."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(file)
    return parser


def free_port():
    """Return a port that nothing else takes meanwhile: connections to others begin above these."""
    while True:
        port = random.randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


class Service:
    """The units and nginx, run by the lines that they are shipped with, at ports of its own."""

    def __init__(self, root, place):
        self.root, self.place = root, place
        self.inner, self.outer = free_port(), free_port()
        self.running = {}
        self.environment = clean_environment(**self._settings()) | {
            "HOMEBOORU_DATA": str(place / "data"),
            "HOMEBOORU_PORT": str(self.inner),
            "HOMEBOORU_PROCESSES": "1",
        }

    def _settings(self):
        lines = (self.root / "etc/homebooru/homebooru.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if line and line[0] != "#")

    def line(self, unit, what="ExecStart"):
        """A command of a unit."""
        file = self.root / f"etc/systemd/system/homebooru-{unit}.service"
        return shlex.split(read_unit(file)["Service"][what])

    def reload(self, unit):
        """Let a unit start anew as `systemctl reload` does."""
        pid = str(self.running[unit].pid)
        command = [word.replace("$MAINPID", pid) for word in self.line(unit, "ExecReload")]
        subprocess.run(command, check=True)

    def start(self, unit):
        self._start(unit, self.line(unit))

    def start_nginx(self):
        (self.place / "site.conf").write_text(self._site())
        user = "user root;" if os.geteuid() == 0 else ""
        main = self.place / "nginx.conf"
        main.write_text(MAIN.format(user=user))
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        command = [program, "-p", f"{self.place}/", "-c", main, "-e", "errors.log"]
        subprocess.run([*command, "-t", "-q"], check=True)
        self._start("nginx", command)

    def _site(self):
        site = (self.root / "etc/nginx/sites-available/homebooru.conf").read_text()
        site = re.sub(r"^( *listen) 80;", rf"\1 127.0.0.1:{self.outer};", site, flags=re.MULTILINE)
        site = re.sub(r"^ *listen \[::\].*\n", "", site, flags=re.MULTILINE)
        # of the addresses of this machine, one stays of the household
        return site.replace("127.0.0.1:5000", f"127.0.0.1:{self.inner}").replace(
            "127.0.0.0/8", "127.0.0.1"
        )

    def _start(self, name, command):
        with (self.place / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )

    def run(self, *arguments, said=""):
        """Run a command of HomeBooru's with the service's settings, and return what it prints."""
        command = [*self.line("web")[:1], *arguments]
        done = subprocess.run(
            command, env=self.environment, input=said, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout.strip()

    def ask(self, path, *, method="GET", body=None, source="127.0.0.1", **headers):
        """Ask nginx, and return status, headers and what came."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.outer, timeout=PATIENCE, source_address=(source, 0)
        )
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def answers(self):
        """Tell whether the pages are there."""
        for name, process in self.running.items():
            assert process.poll() is None, (name, (self.place / f"{name}.log").read_text()[-2000:])
        try:
            return self.ask("/health")[0] == http.HTTPStatus.OK
        except OSError:
            return False

    def stop(self, name):
        """Stop one as systemd does, and return its exit status."""
        process = self.running.pop(name)
        process.terminate()
        return process.wait(PATIENCE)
