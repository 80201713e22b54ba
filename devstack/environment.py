"""The Python environment of the checkout (.venv) and the system programs that it can't hold.

Runs before there is an environment, so it imports nothing but the standard library.
"""
from __future__ import annotations

import ctypes
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".devstack"
CKAN_VERSIONS = ("2.12", "2.11")
#: The environment with the lowest versions that pyproject.toml allows and CKAN's pins leave.
LOWEST = "lowest"
#: Of these, only versions that are built already: they would need a compiler.
_NATIVE = ("ijson", "lxml", "nh3", "pyoxigraph", "python-calamine", "pyyaml", "rapidfuzz")
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
#: Folders of the checkout whose code is compiled before each command.
OWN_CODE = ("ckanext", "devstack", "benchmarks")
JAVA_NEEDED = 17
JDK_PACKAGES = ("openjdk-21-jdk-headless", "openjdk-17-jdk-headless", "default-jdk-headless")


class SetupError(Exception):
    """Something is missing that can't be installed from here; the message says what to do."""


def say(message: str) -> None:
    """One line of progress, on standard error so that a command's own output stays clean."""
    print(f"· {message}", file=sys.stderr, flush=True)


def guarded(work: Callable[[], int]) -> int:
    """Runs a command's work; what is missing becomes a message instead of a traceback.

    Being asked to end (SIGTERM) is Ctrl-C by another name: what was started gets stopped. So is
    SIGINT in a shell's background, where it would be ignored.
    """
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, signal.default_int_handler)
    try:
        return work()
    except SetupError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def enter(module: str, arguments: list[str], ckan: str = CKAN_VERSIONS[0]) -> int:
    """Goes on as ``python -m module`` in the checkout's environment, made first if it's missing."""
    def work() -> int:
        python = str(ensure(ckan))
        _compile(Path(python), *OWN_CODE)
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        os.execve(python, [python, "-m", module, *arguments], environ)

    return guarded(work)


def venv_dir(ckan: str = "2.12") -> Path:
    """Where the environment for this CKAN lives: .venv for 2.12, .venv-2.11 for 2.11; that of
    LOWEST is .venv-lowest."""
    return ROOT / (".venv" if ckan == CKAN_VERSIONS[0] else f".venv-{ckan}")


def ensure(ckan: str = "2.12") -> Path:
    """Makes or updates the environment and returns its python; at once when nothing changed."""
    if sys.version_info < (3, 10):  # noqa: UP036 (this runs on whatever python3 there is)
        raise SetupError(f"Python 3.10 or newer is needed, this is {sys.version.split()[0]}.")
    if ckan not in (*CKAN_VERSIONS, LOWEST):
        raise SetupError(f"No environment for CKAN {ckan}; there is {' and '.join(CKAN_VERSIONS)}.")
    venv = venv_dir(ckan)
    python = venv / "bin" / "python"
    stamp = venv / "hanoi-stamp"
    wanted = _fingerprint(ckan)
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    install = installer()
    say(f"Python environment {venv.name}: CKAN {ckan} and all libraries, with {install.name}")
    if not python.exists():
        install.make_venv(venv)
    install.packages(python, requirements(ckan), "-e", f"{ROOT}[test]")
    if ckan == LOWEST:
        install.lower(python)
    if not _has_library("libmagic.so.1"):
        apt_install(["libmagic1"], "libmagic, with which CKAN tells uploads apart,")
    _compile(python, venv.name)
    stamp.write_text(wanted)
    say(f"Python environment {venv.name} is ready")
    return python


def _compile(python: Path, *folders: str) -> None:
    """Writes the bytecode of folders below ROOT; what is compiled already costs nothing.

    uv leaves it to the first start, which never does it where PYTHONDONTWRITEBYTECODE is set:
    each CKAN process would compile all of its code anew, which doubles its start.
    """
    # Libraries carry templates and code for other Pythons that don't compile: no matter.
    subprocess.run(
        [str(python), "-m", "compileall", "-qq", "-j", "0", *folders],
        cwd=ROOT, capture_output=True, check=False,
    )


def installer() -> _UvInstaller | _PipInstaller:
    """uv where it can be had, else pip."""
    return _UvInstaller.find() or _PipInstaller()


def requirements(ckan: str = CKAN_VERSIONS[0]) -> Path:
    """The requirements file of an environment with this CKAN."""
    suffix = "" if ckan in (CKAN_VERSIONS[0], LOWEST) else f"-{ckan}"
    return ROOT / "devstack" / f"requirements{suffix}.txt"


def _fingerprint(ckan: str) -> str:
    digest = hashlib.sha256(f"{ROOT}\n{sys.version_info[:2]}\n".encode())
    for path in (requirements(ckan), ROOT / "devstack/overrides.txt", ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run(command: list[str], **options) -> None:
    """Runs a set-up command with a clock ticking; its output is shown only when it fails."""
    with tempfile.TemporaryFile() as output:
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, **options
        ) as child:
            _tick(child)
        if child.returncode:
            output.seek(0)
            tail = "\n".join(output.read().decode(errors="replace").splitlines()[-25:])
            raise SetupError(f"{' '.join(map(str, command[:6]))} … failed:\n{tail}")


def _tick(child: subprocess.Popen) -> None:
    """Waits for the process, showing a person how long it has taken."""
    began = time.monotonic()
    person = sys.stderr.isatty()
    while True:
        try:
            child.wait(1)
            break
        except subprocess.TimeoutExpired:
            if person:
                print(f"\r  {time.monotonic() - began:.0f} s", end="", file=sys.stderr, flush=True)
    if person:
        print("\r" + " " * 12 + "\r", end="", file=sys.stderr, flush=True)


#: Prints what CKAN needs of one line of its metadata, ``r``.
_PINS = (
    "    name, _, marker = r.partition(';')\n"
    "    if not marker or 'requirements' in marker: print(name.strip())\n"
)


class _UvInstaller:
    name = "uv"

    def __init__(self, uv: str):
        self.uv = uv
        # The cache too stays inside the checkout, unless someone has one already.
        self.environ = {"UV_CACHE_DIR": str(TOOLS / "uv-cache"), **os.environ}
        if SYSTEM_CERTIFICATES.exists():  # as pip and Maven do; uv would ask its own list only
            self.environ |= {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}

    @classmethod
    def find(cls) -> _UvInstaller | None:
        """uv from the PATH, or fetched with pip into .devstack; None when neither works."""
        own = TOOLS / "uv" / "bin" / "uv"
        for uv in (str(own), shutil.which("uv")):
            if uv and _works([uv, "--version"]):
                return cls(uv)
        if not _has("pip") and not _has("ensurepip"):
            apt_install(["python3-venv"], "pip and venv for Python")
        python = sys.executable
        try:
            if not _has("pip"):
                run([sys.executable, "-m", "venv", str(TOOLS / "bootstrap")])
                python = str(TOOLS / "bootstrap" / "bin" / "python")
            run([python, "-m", "pip", "install", "--quiet", "--upgrade", "--target",
                 str(TOOLS / "uv"), "uv"])
        except SetupError as error:
            say(f"uv can't be had ({str(error).splitlines()[-1]}); pip does the work, slower")
            return None
        return cls(str(own)) if _works([str(own), "--version"]) else None

    def make_venv(self, venv: Path) -> None:
        run([self.uv, "venv", "--quiet", "--python", sys.executable, str(venv)], env=self.environ)

    def packages(self, python: Path, requirements: Path, *extension: str) -> None:
        """Installs the requirements and the extension (arguments to ``pip install``)."""
        run(
            [self.uv, "pip", "install", "--quiet", "--python", str(python),
             "--override", str(ROOT / "devstack" / "overrides.txt"),
             "-r", str(requirements), *extension],
            env=self.environ,
        )


    def lower(self, python: Path) -> None:
        """Puts the lowest versions of the extension's own needs in the place of the newest."""
        listing = f"import importlib.metadata as m\nfor r in m.requires('ckan') or []:\n{_PINS}"
        pins = subprocess.check_output([str(python), "-c", listing], text=True)
        with tempfile.TemporaryDirectory() as folder:
            constraints, found = Path(folder, "pins.txt"), Path(folder, "lowest.txt")
            constraints.write_text(pins)
            built = [word for name in _NATIVE for word in ("--only-binary", name)]
            run([self.uv, "pip", "compile", "--quiet", "--python", str(python), "--no-deps",
                 "--resolution", "lowest-direct", *built, "-c", str(constraints),
                 "-o", str(found), str(ROOT / "pyproject.toml")], env=self.environ)
            self.packages(python, found)


class _PipInstaller:
    name = "pip"

    def lower(self, python: Path) -> None:
        raise SetupError("The lowest versions are found by uv, which can't be had here.")

    def make_venv(self, venv: Path) -> None:
        if not _has("ensurepip"):
            apt_install(["python3-venv"], "pip and venv for Python")
        run([sys.executable, "-m", "venv", str(venv)])

    def packages(self, python: Path, requirements: Path, *extension: str) -> None:
        """pip knows no overrides: CKAN goes in alone, then what it requires save psycopg2."""
        if not _works([str(python), "-m", "pip", "--version"]):
            run([str(python), "-m", "ensurepip"])
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        lines = [line.strip() for line in requirements.read_text().splitlines()]
        wanted = [line for line in lines if line and not line.startswith("#")]
        ckan = next(line for line in wanted if line.startswith("ckan["))
        run([*pip, "--no-deps", ckan])
        listing = f"import importlib.metadata as m\nfor r in m.requires('ckan') or []:\n{_PINS}"
        found = subprocess.check_output([str(python), "-c", listing], text=True).splitlines()
        needs = [name for name in found if not re.match(r"psycopg2\b(?!-)", name)]
        run([*pip, *needs, *(line for line in wanted if line != ckan), *extension])


def _has_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
        return True
    except OSError:
        return False


def _has(module: str) -> bool:
    return _works([sys.executable, "-c", f"import {module}"])


def _works(command: list[str]) -> bool:
    try:
        return not subprocess.run(command, capture_output=True, check=False).returncode
    except OSError:
        return False


def apt_install(packages: list[str], purpose: str) -> None:
    """Installs Debian packages when root or sudo without a password allows it, else says how."""
    by_hand = f"sudo apt-get install {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise SetupError(f"{purpose} is missing; install the like of: {' '.join(packages)}")
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix and not _works([*prefix, "true"]):
        raise SetupError(f"{purpose} is missing. Please run: {by_hand}")
    say(f"{purpose} is missing: apt-get install {' '.join(packages)}")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    try:
        run([*apt, "update"])
        run([*apt, "install", "--no-install-recommends", *packages])
    except SetupError as error:
        raise SetupError(f"{error}\n{purpose} is missing. Please run: {by_hand}") from None


def java(program: str = "java") -> str:
    """A ``java`` or ``javac`` of version 17 or newer; installs one where it's missing."""
    found = _find_java(program)
    if not found:
        apt_install([_first_available(JDK_PACKAGES)], "Java 17 or newer, for Solr,")
        found = _find_java(program)
    if not found:
        raise SetupError("Java 17 or newer (a JDK) is needed for Solr.")
    return found


def _find_java(program: str) -> str | None:
    homes = [os.environ.get("JAVA_HOME", ""), *map(str, Path("/usr/lib/jvm").glob("*"))]
    candidates = [shutil.which(program), *(f"{home}/bin/{program}" for home in homes if home)]
    for path in candidates:
        if path and os.path.exists(path):
            told = subprocess.run([path, "-version"], capture_output=True, text=True, check=False)
            version = re.search(r"(\d+)", told.stdout + told.stderr)
            if version and int(version[1]) >= JAVA_NEEDED:
                return path
    return None


def _first_available(packages: tuple[str, ...]) -> str:
    for package in packages:
        told = subprocess.run(
            ["apt-cache", "policy", package], capture_output=True, text=True, check=False
        )
        if "Candidate:" in told.stdout and "Candidate: (none)" not in told.stdout:
            return package
    return packages[-1]


def maven() -> str:
    """The ``mvn`` program; installs it where it's missing."""
    if not shutil.which("mvn"):
        apt_install(["maven"], "Maven, which fetches Solr,")
    return shutil.which("mvn") or "mvn"


def chromium() -> str:
    """Debian's chromium, for the browser tests; installs it where it's missing."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if not found:
        apt_install(["chromium", "fonts-dejavu-core"], "Chromium, for the browser tests,")
        found = next(filter(None, map(shutil.which, names)), None)
    if not found:
        raise SetupError("Chromium is needed for the browser tests.")
    return found
