"""The table of what the stored networks can do stands in README as it would be written now."""

from pathlib import Path

from metricsuite.report.readme import between
from metricsuite.report.zoo_table import MARK, main, zoo_table

README = Path(__file__).parents[2] / "README.md"


def test_readme_shows_what_is_stored():
    assert zoo_table() == between(README.read_text(), MARK)


def test_another_table_is_told(tmp_path, capsys):
    file = tmp_path / "README.md"
    file.write_text(README.read_text().replace("| master | all weights |", "| master | nothing |"))
    assert 1 == main([str(file), "--check"])
    assert f"zoo table: {file} says something else; write it without --check\n" == capsys.readouterr().out


def test_it_writes_what_it_checks(tmp_path, capsys):
    file = tmp_path / "README.md"
    file.write_text(f"<!-- {MARK} -->\n<!-- /{MARK} -->\n")
    assert (0, 0) == (main([str(file)]), main([str(file), "--check"]))
    assert "zoo table: as stored\n" == capsys.readouterr().out
