"""Written tables: what a report's table holds in each format, and what cannot be written."""

import csv
import re
import shutil
import subprocess

import pytest
from examples import played
from typer.testing import CliRunner

from driftsim.cli import app
from driftsim.report.benchmarks import Entry, Grid
from driftsim.report.written_tables import html, in_latex, latex, markdown

SCENARIO = """# Which?
streams:
  a_1 & b: {}
  noisy: {noise: 0.2}
defaults: {length: 600, concepts: {a: {kind: sea, threshold: 8}}}
models:
  majority: {learner: majority, policy: online}
  "<last>": {learner: no_change, policy: online}
  bayes: {learner: naive_bayes, policy: online}
evaluation: {warmup: 100, seeds: 3}
"""
GRID = Grid(
    ["a_1 & b", "mean rank"],
    {"x %": [Entry("1.00", "0.10", True), Entry("1.50")], "<y>": [Entry("–"), Entry("2.00")]},
    True,
    "error",
    "%",
)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return played(SCENARIO, "two", tmp_path_factory.mktemp("two"))


def written(results, to, *more):
    """What `driftsim table` writes of a study that has been run, or its message."""
    folder = results.store.folder.parent
    asked = ["table", str(folder.parent.parent / "two.yaml"), "--out", str(folder.parent)]
    ended = CliRunner().invoke(app, [*asked, "--to", str(to), *more])
    return to.read_text(encoding="utf-8") if ended.exit_code == 0 else ended.output


def test_latex_has_rules_bold_cells_and_escaped_names():
    table = latex(GRID, ["driftsim run x.yaml\n\\evil"]).splitlines()
    assert table[0] == r"% driftsim run x.yaml \evil"
    body = table[table.index(r"\toprule") :]
    assert body == [
        r"\toprule",
        r" & a\_1 \& b & mean rank \\",
        r"\midrule",
        r"x \% & \textbf{1.00} {\scriptsize$\pm$ 0.10} & 1.50 \\",
        r"\textless{}y\textgreater{} & -- & 2.00 \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]
    assert r"\begin{tabular}{lrr}" in table
    assert in_latex("[b]|*") == r"{[}b]\textbar{}{*}"  # as the first of a row, none is of its end
    assert in_latex("a~b^c\\{}$#") == (
        r"a\textasciitilde{}b\textasciicircum{}c\textbackslash{}\{\}\$\#"
    )


def test_plain_tables_have_values_alone_and_say_what_they_are(results, tmp_path):
    table = written(results, tmp_path / "t.tex", "--plain")
    assert "\\pm" not in table and "±" not in table and "\\textbf{" in table
    across = Grid(["a"], {"s": [Entry("1.00")], "mean rank": [Entry("1.50")]}, False, "error", "%")
    assert "\\midrule\nmean rank & 1.50" in latex(across, [])
    tested = latex(across._replace(ranked="mean rank over 8 streams: p < 0.1"), [])
    assert tested.endswith(
        "\\bottomrule\n\\multicolumn{2}{l}{\\footnotesize mean rank over 8} \\\\\n"
        "\\multicolumn{2}{l}{\\footnotesize streams: p~\\textless{}~0.1} \\\\\n\\end{tabular}\n"
    )
    known = written(results, tmp_path / "t.md", "--metric", "kappa").splitlines()
    (about,) = [one for one in known if one.startswith("kappa; ")]
    assert about.startswith("kappa; bold: the best and those that do not differ")
    both = written(results, tmp_path / "u.tex", "--plain", "--std")
    assert "--plain: --std and --interval say what stands after ±" in both


def test_one_stream_of_a_suite_is_plotted(results, tmp_path):
    folder = results.store.folder.parent
    asked = ["plot", str(folder.parent.parent / "two.yaml"), "--out", str(folder.parent)]
    texts = []
    for stream in ("noisy", "a_1 & b"):
        to = tmp_path / "one.svg"
        ended = CliRunner().invoke(app, [*asked, "--to", str(to), "--only-stream", stream])
        assert ended.exit_code == 0, ended.output
        texts.append(to.read_text(encoding="utf-8"))
    assert texts[0] != texts[1]
    ended = CliRunner().invoke(app, [*asked, "--to", str(to), "--only-stream", "nosy"])
    assert ended.exit_code == 2 and "did you mean 'noisy'?" in ended.output


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no LaTeX here")
def test_latex_compiles(results, tmp_path):
    table = written(results, tmp_path / "t.tex") + latex(GRID, ["driftsim run x.yaml\n\\evil"])
    page = "\\documentclass{article}\\usepackage{booktabs}\\begin{document}\n"
    (tmp_path / "page.tex").write_text(f"{page}{table}\\end{{document}}\n", encoding="utf-8")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def test_markup_of_names_is_text():
    table = re.sub(' style="[^"]*"', "", html(GRID, ["a --> b"]))
    assert '<th scope="row">&lt;y&gt;</th><td>–</td>' in table and table.count("-->") == 1
    assert "<!--\na --b\n-->" in markdown(GRID, ["a --b"])  # options stay as they are written
    assert "<b>1.00</b> ± 0.10" in html(GRID, [])
    assert "| \\<y> | – | 2.00 |" in markdown(GRID, ["a --> b"])
    assert markdown(GRID, ["a --> b"]).count("-->") == 1


def test_every_value_is_that_of_the_results(results, tmp_path):
    table = [*csv.reader(written(results, tmp_path / "t.csv", "--digits", "4").splitlines())]
    head, *rows = table
    assert head[:5] == ["error in %", "a_1 & b", "a_1 & b ±", "noisy", "noisy ±"]
    frame = results.benchmark().set_index(["stream", "contender"])
    for name, *cells in rows:
        one = frame.loc["noisy", name]
        assert float(cells[2]) == pytest.approx(100 * one.value, abs=1e-4)
        assert float(cells[3]) == pytest.approx(50 * (one.high - one.low), abs=1e-4)


def test_another_metric_has_ranks_of_its_own(results, tmp_path):
    table = written(results, tmp_path / "t.md", "--metric", "accuracy")
    errors = written(results, tmp_path / "e.md")
    assert [line.split("|")[-2] for line in table.splitlines()[:5]] == [
        line.split("|")[-2] for line in errors.splitlines()[:5]
    ]
    assert "Versions: driftsim" in table and "Scenario with every default: " in table
    assert r"\toprule" in written(results, tmp_path / "t.tex")


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("t.pdf", [], "'.pdf' is no format of a table; end it in .tex, .md, .csv or .html"),
        ("t", [], "this has no suffix"),
        ("t.md", ["--metric", "eror"], "--metric: no metric is called 'eror'; did you mean"),
        ("t.md", ["--metric", "auc"], "--metric: 'auc' needs scores in bins; set evaluation"),
        ("t.md", ["--digits", "99"], "--digits: 99 is not valid; give 0 to 10"),
    ],
)
def test_what_cannot_be_written_is_refused_in_a_line(results, tmp_path, name, more, words):
    message = written(results, tmp_path / name, *more)
    assert words in message and message.count("\n") == 1
    assert not (tmp_path / name).exists()


def test_a_report_without_runs_is_refused(results, tmp_path):
    study = tmp_path / "new.yaml"
    study.write_text(SCENARIO, encoding="utf-8")
    asked = ["table", str(study), "--out", str(tmp_path), "--to", str(tmp_path / "t.md")]
    ended = CliRunner().invoke(app, asked)
    assert ended.exit_code == 2 and "holds no run of this scenario" in ended.output
