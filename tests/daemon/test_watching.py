"""Articles that change: seen at once where that can be, within a minute where not."""

import signal
import time
from pathlib import Path

import pytest
from planet import Planet
from service import daemon, wait_for


def seconds_until_published(planet: Planet, *titles: str) -> float:
    began = time.monotonic()
    wait_for(lambda: planet.titles() == list(titles), f"{titles} are published")
    return time.monotonic() - began


def test_a_changed_article_is_published_at_once(tmp_path: Path) -> None:
    planet = Planet(tmp_path)
    planet.article("a.md", title="first", date="2024-01-01")
    with daemon(tmp_path) as service:
        service.until("published")
        planet.article("a.md", title="edited", date="2024-01-01")
        assert seconds_until_published(planet, "edited") < 3
        planet.article("deep/down/b.md", title="new", date="2024-01-02")
        assert seconds_until_published(planet, "new", "edited") < 3
        (planet.articles / "a.md").unlink()
        assert seconds_until_published(planet, "new") < 3
        assert service.stop() == 0
    assert [line for line in service.lines if line["level"] != "info"] == []


def test_a_folder_that_vanishes_is_told_and_watched_again_once_it_is_back(tmp_path: Path) -> None:
    planet = Planet(tmp_path)
    planet.article("a.md", title="first")
    with daemon(tmp_path) as service:
        service.until("published")
        planet.articles.rename(tmp_path / "away")
        assert "No such file" in service.until("failing", "articles")["message"]
        (tmp_path / "away").rename(planet.articles)
        service.signal(signal.SIGHUP)  # or the next look, within a minute
        service.until("recovered")
        wait_for(lambda: (tmp_path / "feedkit.db.lock").read_text() == "", "the cycle is over")
        time.sleep(0.3)
        planet.article("a.md", title="second")
        assert seconds_until_published(planet, "second") < 3
        assert service.stop() == 0
    assert service.events("fault", "library") == []


def test_without_watchfiles_a_change_is_seen_at_the_next_look(tmp_path: Path) -> None:
    planet = Planet(tmp_path)
    planet.article("a.md", title="first")
    with daemon(tmp_path, "--verbose", minute=2, is_blind=True) as service:
        service.until("published")
        time.sleep(0.5)
        planet.article("a.md", title="edited")
        assert 1 < seconds_until_published(planet, "edited") < 4
        assert service.stop() == 0


@pytest.mark.parametrize("limit", ["max_inotify_watches", "max_inotify_instances"])
def test_a_machine_that_can_watch_no_more_is_a_line(tmp_path: Path, limit: str) -> None:
    planet = Planet(tmp_path)
    planet.article("a.md", title="first")
    none_left = f'echo 0 > /proc/sys/user/{limit}; exec "$@"'
    with daemon(
        tmp_path,
        minute=1,
        within=("unshare", "--user", "--map-root-user", "sh", "-c", none_left, "sh"),
    ) as service:
        assert "looked at every minute only" in service.until("watch")["message"]
        service.until("published")
        planet.article("a.md", title="edited")
        seconds_until_published(planet, "edited")
        assert service.stop() == 0
    assert len(service.events("watch")) == 1
