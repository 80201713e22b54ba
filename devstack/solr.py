"""Solr 9, fetched by Maven and served by a few lines of Java, with CKAN's own schema."""
from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path

from devstack import environment, process

HERE = Path(__file__).resolve().parent / "solr_server"
JARS = environment.TOOLS / "solr"
CORE = "ckan"
MEMORY = "512m"


class Solr:
    """One Solr server with its folder; the jars are shared by all instances."""

    def __init__(self, directory: Path):
        self.daemon = process.Daemon(directory)
        self.home = directory / "home"

    @property
    def url(self) -> str:
        """Address of the core."""
        return f"http://127.0.0.1:{self.daemon.port}/solr/{CORE}"

    def is_running(self) -> bool:
        """True when the process lives."""
        return self.daemon.process is not None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/admin/ping", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def start(self) -> None:
        """Starts it unless it runs; returns when the core answers."""
        if self.is_running() and self._answers():
            return
        self.daemon.stop()
        install()
        self._lay_out_core()
        port = self.daemon.claim_port()
        # the optimising compiler would take longer than it saves in an hour
        self.daemon.start(
            [environment.java(), f"-Xmx{MEMORY}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
             f"-Dsolr.solr.home={self.home}", f"-Dlog4j2.configurationFile={HERE / 'log4j2.xml'}",
             "-cp", f"{JARS / 'classes'}:{JARS / 'lib'}/*", "SolrServer", str(port)],
            self._answers, timeout=120, cwd=self.daemon.directory,
        )

    def _lay_out_core(self) -> None:
        """Writes the core's configuration anew at each start; the index stays."""
        conf = self.home / CORE / "conf"
        conf.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "solr.xml", self.home)
        shutil.copy(HERE / "solrconfig.xml", conf)
        shutil.copy(_ckan_schema(), conf)
        (self.home / CORE / "core.properties").write_text(f"name={CORE}\n")
        for name in ("synonyms.txt", "protwords.txt", "stopwords.txt"):
            (conf / name).touch()
        for lock in self.home.glob("*/data/index/write.lock"):
            lock.unlink()

    def stop(self) -> None:
        """Stops it cleanly."""
        self.daemon.stop()

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self.daemon.kill()

    def restart(self) -> None:
        """Stops and starts it."""
        self.stop()
        self.start()


def _ckan_schema() -> Path:
    spec = find_spec("ckan")
    if not spec or not spec.submodule_search_locations:
        raise process.ServerError("CKAN is not installed in this environment.")
    return Path(spec.submodule_search_locations[0]) / "config" / "solr" / "schema.xml"


def install() -> None:
    """Fetches the jars and compiles the server, once for all instances of the checkout."""
    stamp = JARS / "installed"
    wanted = (HERE / "pom.xml").read_text() + (HERE / "SolrServer.java").read_text()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    javac, mvn = environment.java("javac"), environment.maven()
    environment.say("Solr 9: fetching it with Maven (80 MB, once)")
    shutil.rmtree(JARS, ignore_errors=True)
    repository = environment.TOOLS / "m2"
    environment.run(
        [mvn, "--batch-mode", "--quiet", "--file", str(HERE / "pom.xml"),
         f"-Dmaven.repo.local={repository}", "dependency:copy-dependencies",
         "-DincludeScope=runtime", f"-DoutputDirectory={JARS / 'lib'}"],
    )
    environment.run(
        [javac, "-cp", f"{JARS / 'lib'}/*", "-d", str(JARS / "classes"),
         str(HERE / "SolrServer.java")],
    )
    shutil.rmtree(repository, ignore_errors=True)
    stamp.write_text(wanted)
