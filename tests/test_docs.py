"""The README and the docs say what is true."""

import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from together import together
from typer.main import get_command

import driftsim
from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.shift_tests import ShiftTest
from driftsim.cli import app
from driftsim.kinds import FAMILIES, ordered_keys
from driftsim.overview.columns import column_lines
from driftsim.scenario.notation import parsed
from driftsim.streams.concepts import Concept
from driftsim.streams.recorded import Recorded

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
BESIDE = ("README.md", "CONTRIBUTING.md", "scenarios/README.md")  # pages outside docs/
VERDICTS = yaml.safe_load((ROOT / "reports/pictures/verdicts.yaml").read_text(encoding="utf-8"))
TESTED_ALONE = ("models", "own_parts", "your_table")

BAYES = {"bayes": {"learner": "naive_bayes", "policy": "online"}}


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def test_the_readme_sets_up_in_plain_posix():
    begin, test = blocks(README, "sh")
    for block in (begin, test):
        assert block.startswith("python3 -m venv") and "source" not in block
    assert "driftsim run" in begin and "pytest" in test


def test_the_scenario_of_the_readme_is_the_quickstart():
    quickstart = (ROOT / "scenarios" / "quickstart.yaml").read_text(encoding="utf-8")
    assert blocks(README, "yaml") == [quickstart]


def test_links_and_pictures_lead_somewhere():
    for page in [*map(ROOT.joinpath, BESIDE), *PAGES]:
        for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
            path, _, heading = target.partition("#")
            found = page.parent / path if path else page
            if not path.startswith(("http", "reference/", "../reference/")):  # made with the site
                assert found.exists(), f"{page.name}: {target}"
                assert not heading or heading in anchors(found), f"{page.name}: {target}"


def anchors(page):
    """The names by which a link leads to the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


def test_every_page_is_in_the_navigation_of_the_site():
    named = re.findall(r"(\S+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.M)
    assert {page.relative_to(DOCS).as_posix() for page in PAGES} - {*named} == set()


def test_lists_within_lists_are_indented_as_the_site_needs_it():
    flat = [page.name for page in PAGES if re.search(r"^ {2,3}- ", page.read_text("utf-8"), re.M)]
    assert not flat, "four blanks"


def test_the_site_makes_pages_readable(monkeypatch):
    monkeypatch.syspath_prepend(DOCS / "site")
    from readable import readable

    long, columns = f"the {'very ' * 20}end", f"a {' ' * 90} column of one"
    block = '<div class="highlight"><pre><span></span><code>{}</code></pre></div>'
    assert 'class="prose"' in readable(block.format(long))
    assert readable(block.format(columns)) == block.format(columns)
    assert readable("<td>8.5 ± 0.2</td><td>since 2024</td>").count('class="number"') == 1
    assert readable(r"<td><code>A\|B</code></td>") == '<td><code class="whole">A|B</code></td>'
    assert "adaptive_<wbr>random_" in readable("<td><code>adaptive_random_forest</code></td>")
    table = "<table><tr><th>a</th><th>b</th><th></th></tr><tr><td>1</td><td>2</td><td>{}</td></tr>"
    shown = readable(table.format("words " * 9) + "</table>")
    assert 'class="stacked' in shown and shown.count("data-head") == 2
    assert "stacked" not in readable(table.format("few") + "</table>")
    assert readable('<img src="a.png">').startswith('<a class="picture" href="a.png">')


def test_the_page_on_the_interface_has_all_of_it():
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    assert {one for one in driftsim.__all__ if f"heading: driftsim.{one}" not in page} == set()


def test_the_table_of_drills_has_a_row_for_each_test_of_them():
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| .* \| `(test_\w+)` \|$", page, re.M)
    tests = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "tests").glob("test_drills*.py"))
    assert sorted(rows) == sorted(re.findall(r"^def (test_\w+)", tests, re.M))


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").rglob("*.yaml")), ids=lambda p: p.stem)
def test_scenarios_that_ship_are_valid_and_ask_a_question(path):
    study = driftsim.load(path)
    assert study.question.endswith((".", "?")) and "?" in study.question
    assert VERDICTS[path.stem]  # written by docs/gallery.py
    if path.parent.name == "scenarios":
        assert (ROOT / "reports" / "pictures" / f"{path.stem}.png").stat().st_size < 300_000


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda p: p.stem)
def test_scenarios_that_ship_run(path, tmp_path):
    command = [sys.executable, "-m", "driftsim", "run", path, "--out", tmp_path, "--seeds", "1"]
    subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / path.stem / "report.html").exists()


def test_the_quickstart_runs_and_so_does_the_python_of_the_readme(tmp_path, monkeypatch, capsys):
    quickstart = str(ROOT / "scenarios" / "quickstart.yaml")
    command = [sys.executable, "-m", "driftsim", "run", quickstart, "--jobs", "1"]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert blocks(README, "")[0].splitlines()[0] in done.stdout and "oracle" in done.stdout
    assert VERDICTS["quickstart"] in " ".join(done.stdout.split())  # what the gallery says
    monkeypatch.chdir(tmp_path)
    namespace = {}
    exec(blocks(README, "python")[0].replace("scenarios/quickstart.yaml", quickstart), namespace)
    assert "online has the lowest error" in capsys.readouterr().out
    error = namespace["results"].summary().set_index("contender").error
    assert error["online"] < error["retrained"] < error["frozen"] < error["majority"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_yaml_of_the_docs_is_valid(page, tmp_path, monkeypatch):
    """A whole scenario, or some keys of one in the place of those of the quickstart.

    Pages whose scenarios need more files or packages have tests of their own.
    """
    monkeypatch.chdir(tmp_path)
    if page.stem == "operators":
        rows = [f"{i % 70},{i},{'north' if i % 3 else 'south'},{i % 2}\n" for i in range(31_000)]
        for name in ("mine.csv", "2023.csv", "2024.csv"):
            Path(name).write_text("age,income,region,label\n" + "".join(rows))
    for block in blocks(page.read_text(encoding="utf-8"), "yaml"):
        given = parsed(block)[0]
        if "path: prices.csv" not in block and page.stem not in TESTED_ALONE:
            driftsim.load(given if "models" in given and len(given) > 1 else completed(given))


def completed(given):
    """Keys of a scenario in the place of those of the quickstart, or concepts of its stream."""
    if "concepts" in given:
        stream = given | {"length": 2_000, "drift": {"kind": "recurring", "every": 500}}
        return {"stream": stream, "models": BAYES}
    named = [one for one in ("spam", "ham", "urgent", "normal") if f"'{one}'" in str(given)]
    if named:
        mails = driftsim.Function(lambda rng, t: (rng.random((len(t), 2)), t % len(named)), named)
        return {"stream": {"length": 2_000, "concepts": {"mails": mails}}, "models": BAYES} | given
    return parsed(blocks(README, "yaml")[0])[0] | given


def test_the_suite_in_the_docs_is_valid_and_leaves_out_what_it_says(tmp_path):
    every = blocks((ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8"), "yaml")
    [suite] = [block for block in every if "\nstreams:\n" in block]
    (tmp_path / "s.yaml").write_text(suite, encoding="utf-8")
    study = driftsim.load(tmp_path / "s.yaml")
    left_out = [[*one.left_out] for one in study.variants]
    assert left_out == [[], [], ["at_drift"]]


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda page: page.stem)
def test_commands_of_the_docs_have_options_that_there_are(page):
    text = page.read_text(encoding="utf-8")
    lines = re.findall(r"^ *(?:\.venv/bin/)?driftsim ((?![A-Z\[])[a-z][^\n]*)$", text, re.M)
    commands = get_command(app).commands
    for line in lines:
        name, *given = shlex.split(line.partition(" #")[0].partition("    ")[0])
        if name in commands and "[" not in line and "…" not in line:
            command = commands[name]
            command.make_parser(command.context_class(command)).parse_args(given)


@together("page", [ROOT / "README.md", *PAGES], ids=lambda page: page.stem)
def test_parts_that_the_docs_write_in_a_line_are_valid(page):
    text = page.read_text(encoding="utf-8")
    for written in re.findall(r"\{kind: [a-z_]+(?:, [^`…{}*\n]*)?\}", text):
        given = parsed(written)[0]
        families = [one for one in FAMILIES.values() if given["kind"] in one.kinds]
        assert families or page.stem == "own_parts", written
        if given.get("of") in ("as it is", "after"):  # names of concepts beside it
            given["of"] = "sea"
        for family in families:
            family.model_validate(given)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_every_parameter_of_a_part_is_in_the_docs(family):
    """But for those of generators, detectors and shift tests, which `driftsim kinds` lists."""
    names = ("scenarios", "time", "models", "learners", "policies")
    text = " ".join((ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in names)
    if family in (Concept, Detector, ShiftTest):
        kinds = [kind for kind in family.kinds.values() if issubclass(kind, Recorded)]
    else:
        kinds = family.kinds.values()
    for kind in kinds:
        for key in ordered_keys(kind):
            assert re.search(rf"`{key}`|\b{key}: ", text), f"{kind.kind()}: {key}"


def script(name):
    """The script beside a page that fills its tables."""
    spec = importlib.util.spec_from_file_location("page", ROOT / "docs" / f"{name}.py")
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    return page


def test_a_cell_of_the_table_of_policies_is_what_its_suite_gives(tmp_path):
    page = script("policies")
    head, _, *lines = page.PAGE.read_text(encoding="utf-8").partition("|  | none")[2].splitlines()
    column = head.split(" | ").index("sudden") + 1
    cells = next(one for one in lines if one.startswith("| on_drift |")).split(" | ")
    study = driftsim.load(page.SUITE, only=["on_drift"], only_streams=["sudden"])
    (value,) = driftsim.run(study, out=tmp_path).benchmark().value
    assert cells[column].strip("*") == f"{100 * value:.2f}"


@pytest.mark.slow
def test_a_run_of_the_suite_of_policies_writes_the_table_of_the_docs(tmp_path):
    page = script("policies")
    command = [sys.executable, "-m", "driftsim", "run", str(page.SUITE), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    written = (tmp_path / "policies" / "benchmark.md").read_text(encoding="utf-8")
    table = next(part for part in written.split("\n\n") if part.startswith("|"))
    assert f"\n\n{table}\n\n" in page.PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_cell_of_the_table_of_benchmarks_is_what_its_suite_gives(tmp_path):
    page = script("benchmarks")
    head, _, *lines = page.PAGE.read_text(encoding="utf-8").partition("|  | static")[2].splitlines()
    column = head.split(" | ").index("neighbours") + 2
    cells = next(one for one in lines if one.startswith("| sine, abrupt |")).split(" | ")
    study = driftsim.load(page.CLASSIC, only=["neighbours"], only_streams=["sine, abrupt"])
    (value,) = driftsim.run(study, out=tmp_path).benchmark().value
    assert cells[column - 1].strip("*") == f"{100 * value:.2f}"


@pytest.mark.slow
def test_a_line_of_the_table_of_alarms_is_what_a_detector_gets(tmp_path):
    page = script("benchmarks")
    results = driftsim.run(driftsim.load(page.DETECTORS, only=["hddm_w"]), out=tmp_path)
    (line,) = [*page.alarm_lines(results)][2:]
    assert f"\n{line}\n" in page.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("naive_bayes", "hyperplane"),
        pytest.param("drift_restart", "stagger", marks=pytest.mark.slow),
        pytest.param("loss_weighted_forest", "random tree", marks=pytest.mark.slow),
    ],
)
def test_a_cell_of_the_table_of_learners_is_what_they_get(row, column, tmp_path):
    page = script("learners")
    head, *lines = page.PAGE.read_text(encoding="utf-8").partition("| learner |")[2].splitlines()
    cells = next(one for one in lines if one.startswith(f"| `{row}` |")).split("|")[2:]
    ((excess, _, kilobytes),) = page.played(column, (row,), out=tmp_path).values()
    cell = cells[[name.strip() for name in head.split("|")].index(column)].strip(" *")
    assert cell == f"{sum(excess) / len(excess):.2f}"
    assert kilobytes > 0


@pytest.mark.slow
def test_a_line_of_the_table_of_rare_classes_is_what_a_learner_gets(tmp_path):
    page, row, column = script("rare_classes"), "hyperplane, 1 %", "oversampling_online_bagging"
    head, *lines = page.PAGE.read_text(encoding="utf-8").partition("| stream | |")[2].splitlines()
    cells = next(one for one in lines if one.startswith(f"| {row} |")).split("|")
    (measures,) = page.played(row, (column,), out=tmp_path).values()
    cell = cells[head.split("|").index(f" `{column}` ") + 3].strip(" *")
    assert page.shown({column: measures["balanced accuracy"]}).strip("*") == cell


@pytest.mark.slow
def test_the_table_of_fine_tuning_is_what_its_scenario_gives(tmp_path):
    page = script("policies")
    text = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    assert "\n".join(page.tuning_rows(tmp_path)) in text


def test_the_table_of_the_docs_is_read_as_they_say(tmp_path):
    page = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    scenario = next(block for block in blocks(page, "yaml") if "kind: table" in block)
    (tmp_path / "prices.yaml").write_text(scenario, encoding="utf-8")
    rows = [f"{i % 7 + 1},{i},{'UP' if i % 3 else 'DOWN'}" for i in range(700)]
    rows[5:7] = ["3,-,UP", "4,-999,DOWN"]
    (tmp_path / "prices.csv").write_text("\n".join(["day,price,class", *rows]) + "\n")
    stream = driftsim.load(tmp_path / "prices.yaml").variants[0].scenario.stream
    assert (stream.length, stream.schema.nominal) == (698, {0: 7})
    listed = "\n".join(f"  {line}" for line in column_lines(stream, 78))
    assert listed in page


def test_the_scenarios_of_the_page_on_models_load(tmp_path):
    pytest.importorskip("lightgbm")
    page = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    for i, scenario in enumerate(blocks(page, "yaml")):
        (tmp_path / f"s{i}.yaml").write_text(scenario, encoding="utf-8")
        driftsim.load(tmp_path / f"s{i}.yaml")
    assert i == 1


@pytest.mark.slow
def test_the_cells_of_the_page_on_python_run(tmp_path):
    """In one process, in their order, like those of a notebook; it is read from no file."""
    done = played(blocks((DOCS / "python.md").read_text(encoding="utf-8"), "python"), tmp_path)
    assert "stream.concepts.a: no concept is called 'sae'; did you mean 'sea'?" in done.stdout
    assert (tmp_path / "reports" / "first" / "report.html").exists()
    fits = dict(re.findall(r"(as it is|replaced) +0\.\d+ +(\d+)", done.stdout))
    assert fits == {"as it is": "0", "replaced": "3"}


def played(cells, folder):
    """What the cells of a page do, one after another in a process of their own."""
    command = [sys.executable, "-"]
    settings = {"cwd": folder, "capture_output": True, "text": True}
    done = subprocess.run(command, input="\n".join(cells), **settings)
    assert (done.returncode, done.stderr) == (0, "")
    return done


@pytest.mark.slow
def test_the_cells_of_other_pages_run(tmp_path):
    """Those of other frameworks, too, where the framework is installed: river."""
    teaching = (DOCS / "tutorials" / "teaching.md").read_text(encoding="utf-8")
    coming = (DOCS / "coming_from.md").read_text(encoding="utf-8")
    of_river = [cell for cell in blocks(coming, "py") if "from river" in cell]
    done = played([*blocks(teaching, "python"), *blocks(coming, "python"), *of_river], tmp_path)
    assert blocks(teaching, "text")[0] in done.stdout
    assert "bayes" in done.stdout and "Accuracy: 8" in done.stdout


@pytest.mark.slow
def test_the_studies_beside_those_of_other_frameworks_run(tmp_path):
    page, accuracy = (DOCS / "coming_from.md").read_text(encoding="utf-8"), []
    for i, block in enumerate(blocks(page, "yaml")):
        results = driftsim.run(parsed(block)[0], out=tmp_path, name=f"study{i}", jobs=1)
        accuracy.append(results.summary().set_index("contender").accuracy["bayes"])
    assert accuracy[0] == 0.874 and "87.4 % in both" in page  # what MOA prints
    assert min(accuracy) > 0.6


@pytest.mark.slow
def test_the_answer_of_the_decision_page_is_that_of_its_scenario(tmp_path):
    """Costs, floors and ranges of prices, and the verdict, which rests on no seconds."""
    page = (ROOT / "docs" / "decision.md").read_text(encoding="utf-8")
    results = driftsim.run(ROOT / "scenarios" / "decision.yaml", out=tmp_path)
    for row in results.costs().itertuples():
        assert f"| {row.contender} | {row.cost:,.0f} | {row.low:,.0f} to {row.high:,.0f} |" in page
    for row in results.floor().itertuples():
        assert f"| {row.floor} | {row.cost:,.0f} ({row.low:,.0f} to {row.high:,.0f}) |" in page
    for row in results.worth().dropna(subset="cheapest_from").itertuples():
        assert f"| {row.contender} | {row.mistakes:,.0f} | {row.trainings:,.1f} |" in page
    decision = " ".join(blocks(page, "text")[0].split())
    assert decision in " ".join(str(results.verdict()).split())
    shown = next(one for one in blocks(README, "text") if one.startswith("Retrain"))
    assert decision.startswith(" ".join(shown.split()))
