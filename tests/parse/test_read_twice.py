"""The same bytes give the same models: in one process, and in another that hashes otherwise."""

from pathlib import Path

import agreement
import pytest
from rules_atom import ATOM_RULES
from rules_modules import MODULE_RULES
from rules_rss import RSS_RULES

SAMPLES = Path(__file__).parents[2] / "feeds" / "samples"


@pytest.fixture
def documents(tmp_path: Path) -> dict[str, bytes]:
    """Every rule's document, whole and broken (which feedparser reads), and the samples; also as
    files of `tmp_path`."""
    found = {path.name: path.read_bytes() for path in SAMPLES.iterdir() if path.is_file()}
    for rule in (*ATOM_RULES, *RSS_RULES, *MODULE_RULES):
        end = rule.document.rindex("</")
        broken = f"{rule.document[:end]}<made>&nosuchname;</made>{rule.document[end:]}"
        found[f"rule {rule.name}"] = rule.document.encode()
        found[f"rule {rule.name}, broken"] = broken.encode()
    for name, data in found.items():
        (tmp_path / name).write_bytes(data)
    return dict(sorted(found.items()))


def test_reading_twice_gives_equal_models(documents: dict[str, bytes]) -> None:
    assert len(documents) > 300
    assert agreement.is_the_same_twice(documents)


def test_a_process_with_another_hash_seed_gives_equal_models(
    documents: dict[str, bytes], tmp_path: Path
) -> None:
    assert agreement.is_the_same_elsewhere(documents, tmp_path)


def test_other_documents_would_be_told_apart(documents: dict[str, bytes], tmp_path: Path) -> None:
    name = f"rule {ATOM_RULES[0].name}"
    changed = {**documents, name: documents[name].replace(b"<title>", b"<title>x")}
    assert changed != documents
    assert not agreement.is_the_same_elsewhere(changed, tmp_path)
