"""A daemon that is reloaded and killed while a publisher publishes and a reader reads."""

import signal
import threading
from collections import Counter
from pathlib import Path

from feed_server import FeedServer, rss
from planet import Planet, is_well_formed
from service import Service, daemon, wait_for

KILLS = 4
ENTRIES = 24
CONFIG = (
    '[fetch]\nallow_private_hosts = true\n[schedule]\nmin = "1s"\nevery = "1s"\n'
    '[publish]\nentries = 100\n[[articles]]\npath = "articles"\n'
)


class Reader(threading.Thread):
    """Reads a document all the time, as feed readers might."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.done = threading.Event()
        self.broken: list[bytes] = []
        self.read = 0

    def run(self) -> None:
        while not self.done.wait(0.01):
            if self.path.exists():
                data = self.path.read_bytes()
                self.read += 1
                if not is_well_formed(data):
                    self.broken.append(data)


def test_kills_and_reloads_lose_nothing_double_nothing_and_break_no_document(
    tmp_path: Path,
) -> None:
    titles = [f"entry {n}" for n in range(ENTRIES)]
    share = ENTRIES // (KILLS + 1) + 1
    with FeedServer().serving() as server:
        url = server.put("/a.xml", rss("a"), etag='"0"')
        configs = [CONFIG + f'[[feeds]]\nurl = "{url}"\ntitle = "{name}"\n' for name in "AB"]
        planet = Planet(tmp_path, configs[0])
        reader = Reader(tmp_path / "public/atom.xml")
        reader.start()
        try:
            for turn in range(KILLS + 1):
                there = titles[: (turn + 1) * share]
                server.change("/a.xml", body=rss("a", *there).encode(), etag=f'"{turn}"')
                planet.article(f"{turn}.md")
                with daemon(tmp_path) as service:
                    planet.configure(configs[turn % 2])
                    live(service, is_last=turn == KILLS)
            wait_for(lambda: reader.read > 20, "it reads")
        finally:
            reader.done.set()
            reader.join()
    assert reader.broken == []
    expected = Counter([*titles, *map(str, range(KILLS + 1))])
    assert Counter(planet.titles()) == expected


def live(service: Service, *, is_last: bool) -> None:
    """A life of the daemon, ended in the middle of something unless it is the last."""
    if is_last:
        service.until("entries", "/a.xml")
        assert service.stop() == 0
        return
    service.until("published")
    service.signal(signal.SIGHUP)
    service.until("reloaded")
    service.signal(signal.SIGKILL)
    service.process.wait()


def test_a_hundred_reloads_leave_nothing_open(tmp_path: Path) -> None:
    Planet(tmp_path, CONFIG)

    def open_files(service: Service) -> int:
        return len(list(Path(f"/proc/{service.process.pid}/fd").iterdir()))

    with daemon(tmp_path) as service:
        service.until("published")
        service.signal(signal.SIGHUP)
        service.until("reloaded")
        before = open_files(service)
        for _ in range(100):
            service.signal(signal.SIGHUP)
            service.until("reloaded")
        wait_for(lambda: open_files(service) <= before, "files are closed again")
        assert len(list(Path(f"/proc/{service.process.pid}/task").iterdir())) < 16
        assert service.stop() == 0
