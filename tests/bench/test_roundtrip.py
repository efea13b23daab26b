"""bench/roundtrip.py: what it counts, and what it fails for."""

from pathlib import Path

import pytest
import roundtrip
from carried import carried
from msgspec.structs import replace

from feedkit.model import Entry
from feedkit.publish.jobs import StoredEntry

SAMPLES = Path(__file__).parents[2] / "feeds" / "samples"


def test_entries_that_come_back_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert roundtrip.main(SAMPLES) == 0
    first, *formats = capsys.readouterr().out.splitlines()
    assert first == "2 feeds, 9 entries"
    assert [line.split()[0] for line in formats[::2]] == ["atom", "rss", "json"]
    assert all("9 of 9 came back as docs/formats.md says" in line for line in formats[::2])


def test_what_the_table_does_not_explain_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def promised(stored: StoredEntry, format_name: str) -> Entry:
        return replace(carried(stored, format_name), rights="More than there is")

    monkeypatch.setattr(roundtrip, "carried", promised)
    assert roundtrip.main(SAMPLES) == 1
    assert "rights" in capsys.readouterr().out.splitlines()[3]
