"""The page of the studio in a browser: turned by hand, left by its server, and found again."""

import signal
import socket
import time
import urllib.request

import pytest

pytest.importorskip("starlette")

from driftsim.scenario.notation import parsed

pytestmark = pytest.mark.browser
DRAGGED = """
const slider = document.querySelector(`input[data-path="${arguments[0]}"]`);
for (const place of arguments[1]) {
  slider.value = place;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
}
slider.dispatchEvent(new Event("change", { bubbles: true }));
"""
FETCHED = """
const done = arguments[1];
fetch(document.getElementById(arguments[0]).href).then(async (answer) => {
  done([answer.status, await answer.text()]);
});
"""
READY = "return Boolean(globalThis.studio?.frame?.about) && !studio.frame.pending.length"
TWO = """\
streams:
  early: {drift: {kind: sudden, at: [1_500]}}
  late: {drift: {kind: sudden, at: [2_500]}}
defaults: {length: 3_000, concepts: {a: sea, b: {kind: sea, threshold: 12}}}
models: {naive: {learner: naive_bayes, policy: online}}
"""
CONTROLS = "const every = studio.state.groups.flatMap((group) => group.controls);"
LINES = """return [...document.querySelectorAll("#picture .line")].map((p) => p.dataset.name)"""


class Page:
    """The page of a studio, opened."""

    def __init__(self, chromium, address, width=1280, dark=False):
        self.chromium = chromium
        about = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", about)
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        chromium.get("about:blank")  # as the page before looks for its server
        chromium.get_log("browser")
        chromium.get(address)
        self.until(READY)

    def ask(self, script, *given):
        return self.chromium.execute_script(script, *given)

    def until(self, script, *given, seconds=30):
        end = time.monotonic() + seconds
        while not self.ask(script, *given):
            assert time.monotonic() < end, f"not so after {seconds} s: {script}"
            time.sleep(0.02)

    def find(self, selector):
        return self.chromium.find_element("css selector", selector)

    def drag(self, path, *places):
        self.ask(DRAGGED, path, places)

    def values(self):
        """The values of all controls, by their paths, as the server has them."""
        return self.ask(
            f"{CONTROLS} return Object.fromEntries(every.map((c) => [c.path, c.value]))"
        )

    def until_value(self, path, value):
        found = "return every.find((one) => one.path === arguments[0])?.value === arguments[1]"
        self.until(f"{CONTROLS} {found}", path, value)

    def errors(self):
        own = self.ask("return studio.errors")
        return own + [one["message"] for one in self.chromium.get_log("browser")]


@pytest.mark.slow
def test_a_slider_turns_the_world_and_undo_turns_it_back(chromium, serve):
    from selenium.webdriver.common.action_chains import ActionChains

    server = serve()
    page = Page(chromium, server.address)
    before = page.ask("return document.querySelector('#board .value').textContent")
    noise = "stream.noise"
    slider = page.find(f"input[data-path='{noise}']")
    actions = ActionChains(chromium, duration=40)  # ms for each step, of which selenium takes 250
    actions.move_to_element_with_offset(slider, -100, 0).click_and_hold()
    for _ in range(10):
        actions.move_by_offset(20, 0)
    actions.release().perform()
    page.until(
        f"{CONTROLS} return every.find((one) => one.path === arguments[0]).value > 0.35", noise
    )
    page.until("return studio.frame.number === studio.connection.number")
    assert page.ask("return studio.times.length")
    page.until(READY)
    after = page.ask("return document.querySelector('#board .value').textContent")
    assert float(after.split()[0]) > float(before.split()[0]) + 5
    assert page.ask(LINES)[:4] == ["trained once", "every 2,000 rows", "on alarms", "online"]
    page.find("#undo").click()  # all of the drag
    page.until_value(noise, 0.02)
    page.until(
        "return document.querySelector('#board .value').textContent === arguments[0]", before
    )
    assert page.find("#undo").get_attribute("disabled") and not page.errors()
    assert server.end(signal.SIGTERM) == 0


@pytest.mark.slow
def test_typing_adding_removing_saving_and_reading(chromium, serve):
    from selenium.webdriver.common.keys import Keys

    server = serve()
    page = Page(chromium, server.address)
    field = page.find("input[data-path='stream.drift.at.0']").find_element("xpath", "../input[1]")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys("12,500", Keys.ENTER)
    page.until_value("stream.drift.at.0", 12_500)
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys("90000", Keys.ENTER)
    page.until("return !document.getElementById('refused').hidden")
    assert "lies outside the stream" in page.find("#refused").text
    page.find("#learner").send_keys("hoeffding_tree", Keys.ENTER)
    page.until("return document.querySelectorAll('#board li').length === 5")
    page.until(READY)
    assert "hoeffding tree online" in page.ask(LINES)
    colours = "return studio.state.contenders.map((one) => studio.lookOf(one.name).colour)"
    known = page.ask(colours)
    page.find("button[title='Remove trained once']").click()
    page.until("return document.querySelectorAll('#board li').length === 4")
    page.until(READY)
    assert page.ask(colours) == known[1:]  # each keeps its own
    from selenium.webdriver.support.select import Select

    Select(page.find("select[data-path='stream.drift']")).select_by_value("recurring")
    page.until_value("stream.drift", "recurring")
    page.until(READY)
    with urllib.request.urlopen(server.address.replace("/?", "/scenario?")) as answer:
        saved = parsed(answer.read().decode())[0]
    assert saved["stream"]["drift"]["kind"] == "recurring" and len(saved["models"]) == 4
    with urllib.request.urlopen(server.address.replace("/?", "/report?")) as answer:
        assert "hoeffding tree online" in answer.read().decode()
    for link in ("save", "report", "share"):
        found = page.chromium.execute_async_script(FETCHED, link)
        assert found[0] == 200 and "hoeffding" in found[1]
    page.ask("document.getElementById('picture').focus()")
    page.chromium.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert "hoeffding tree online" in page.find("#picture").get_attribute("aria-valuetext")
    page.chromium.refresh()
    page.until(READY)
    assert page.values()["stream.drift"] == "recurring" and not page.errors()


@pytest.mark.slow
def test_the_streams_of_a_suite_are_switched_and_their_curves_named(chromium, serve, tmp_path):
    from selenium.webdriver.common.keys import Keys

    (path := tmp_path / "two.yaml").write_text(TWO)
    page = Page(chromium, serve(path).address)
    names = "return [...document.querySelectorAll('#legend button')].map((b) => b.textContent)"
    shown = page.ask(names)
    assert shown[0].startswith("naive") and "%" in shown[0]
    assert shown[1].startswith("oracle (best possible)")
    page.find("#next").click()
    page.until("return studio.state.stream === 'late'")
    page.until(f"return (() => {{ {names} }})()[0] !== arguments[0]", shown[0])
    assert page.find("#which").text == "2 of 2"
    page.find("#legend button").click()
    page.until("return !document.querySelector('#picture .line[data-name=naive]')")
    page.find("#next").click()  # the first again
    page.until("return studio.state.stream === 'early'")
    page.until(READY)
    tabs = "const all = document.querySelectorAll('#panel, main'); return [...all].map((o) => o.id)"
    assert page.ask(tabs)[0] == "panel"  # which Tab reaches first
    page.find(".skip").send_keys(Keys.ENTER)
    page.until("return document.activeElement.id === 'stage'")
    assert not page.errors()


@pytest.mark.slow
def test_a_page_waits_for_a_new_studio_and_goes_on(chromium, serve):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    first = serve(port=port)
    page = Page(chromium, first.address)
    page.drag("stream.noise", 800)
    page.until_value("stream.noise", 0.4)
    first.end(signal.SIGKILL)
    page.until("return !document.getElementById('gone').hidden")
    page.drag("stream.noise", 400)  # which nobody takes
    second = serve(port=port)
    assert second.address == first.address  # with the same token
    page.until("return document.getElementById('gone').hidden")
    page.until_value("stream.noise", 0.4)
    page.until(READY)
    page.drag("stream.noise", 200)
    page.until_value("stream.noise", 0.1)


@pytest.mark.slow
def test_keys_move_by_a_step_and_a_step_that_is_lost_leaves_the_page_live(chromium, serve):
    page = Page(chromium, serve().address)
    for path in ("stream.concepts.before.separation", "stream.length", "stream.drift.width"):
        first = page.values()[path]
        slider = page.find(f"input[data-path='{path}']")
        slider.send_keys("\ue014")  # arrow right
        page.until(f"{CONTROLS} return every.find((c) => c.path === '{path}').value > {first}")
        slider.send_keys("\ue012")  # arrow left
        page.until_value(path, first)
    page.ask("""
      const own = fetch;
      globalThis.fetch = () => ((globalThis.fetch = own), Promise.reject(new TypeError("lost")));
      studio.turn({ do: "set", path: "stream.noise", value: 0.3 });
    """)
    page.until("return !document.getElementById('gone').hidden")
    page.until("return document.getElementById('gone').hidden")
    field = page.find("input[data-path='stream.noise']").find_element("xpath", "../input[1]")
    field.send_keys("x\n")
    page.until("return document.getElementById('refused').textContent.includes('give a number')")


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(400, True), (1280, False)])
def test_it_fits_and_all_can_be_reached_by_keys_and_names(chromium, serve, width, dark):
    page = Page(chromium, serve().address, width, dark)
    page.ask("for (const one of document.querySelectorAll('details')) one.open = true")
    wide = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.ask(wide)
    unnamed = """
    const named = (one) =>
      one.labels?.length || one.ariaLabel || one.textContent.trim() || one.title || one.ariaHidden;
    return [...document.querySelectorAll("button, input, select, a, canvas, [role=slider]")]
      .filter((one) => one.checkVisibility() && !named(one)).map((one) => one.outerHTML)
    """
    assert page.ask(unnamed) == []
    slider = page.find("input[data-path='stream.noise']")
    slider.send_keys("\ue014")  # arrow right
    page.until("return studio.state.undo")
    assert page.ask("return document.activeElement.dataset.path") == "stream.noise"
    assert not page.errors()
