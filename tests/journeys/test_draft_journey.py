"""An assistant put together by dragging and again by keys, a planted conflict, the gate, a version and the way back."""

from __future__ import annotations

import re

import pytest

from tests.journeys.test_journeys import check, watched

pytestmark = pytest.mark.enable_socket
BLOCKS = {
    "museum-iris/persona": "You are Iris, an assistant of the museum.",
    "museum-iris/hours": "Answer every question about opening hours.",
    "museum-iris/groups": "You may promise a guided tour to a school class.",
    "museum-iris/tours": "Never promise a guided tour to a school class.",
}


@pytest.fixture(scope="module")
def blocks(site, browser, signed_in):
    """The prompts, and an empty draft of Iris for each journey."""
    page, _ = watched(browser.new_context(storage_state=signed_in))
    for slug, text in BLOCKS.items():
        page.goto(f"{site.address}/prompts/new")
        page.fill("[name=slug]", slug)
        page.locator(".cm-content").fill(text)
        page.click("button.pri")
        page.wait_for_url(re.compile(r"/prompts/\d+$"))
    page.context.close()


@pytest.fixture
def begin(site, browser, signed_in, blocks):
    """A new draft in a browser window, with the journey's blocks in the library."""

    def opened(name, **context):
        page, complaints = watched(browser.new_context(storage_state=signed_in, **context))
        page.set_default_timeout(30_000)
        page.goto(f"{site.address}/assistants/drafts")
        page.fill("#name", name)
        page.get_by_role("button", name="Begin the draft").click()
        page.wait_for_url(re.compile(r"/assistants/draft/\d+$"))
        search(page, "museum-iris")
        return page, complaints

    return opened


def search(page, words):
    page.fill("#q", words)
    page.get_by_role("heading", name="Blocks 4", exact=True).wait_for()


def card(page, slug):
    return page.locator(".card", has_text=slug)


def saved(page, version):
    page.wait_for_selector(f"[data-state]:has-text('Version {version} saved')")


def drag(page, source, target):
    box, place = source.locator("[data-grip]").bounding_box(), target.bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 30, steps=3)
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] - 4, steps=6)
    page.mouse.up()


def cluster(page, section):
    return page.locator(f".cluster[data-section={section}]")


def state(page):
    """Section -> slugs, as they stand on the page."""
    return page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.cluster')].map(c => [c.dataset.section,"
        " [...c.querySelectorAll('.block .src a')].map(a => a.textContent)]))"
    )


def add_by_keys(page, slug, rights):
    card(page, slug).locator("[data-grip]").focus()
    page.keyboard.press("Enter")
    for _ in range(rights):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")


WHOLE = {
    "identity": ["museum-iris/persona"],
    "duties": ["museum-iris/hours", "museum-iris/groups"],
    "guardrails": ["museum-iris/tours"],
    "style": [],
}


def test_an_assistant_is_dragged_together_refused_mended_deployed_and_rolled_back(site, begin):
    page, complaints = begin("Iris", viewport={"width": 1440, "height": 1000})
    page.evaluate("window.stayed = true")
    drag(page, card(page, "museum-iris/persona"), cluster(page, "identity"))
    saved(page, 2)
    drag(page, card(page, "museum-iris/hours"), cluster(page, "duties"))
    saved(page, 3)
    drag(page, card(page, "museum-iris/groups"), cluster(page, "style"))
    saved(page, 4)
    drag(page, page.locator(".block", has_text="museum-iris/groups"), cluster(page, "duties"))
    saved(page, 5)
    drag(page, card(page, "museum-iris/tours"), cluster(page, "guardrails"))
    saved(page, 6)
    assert state(page) == WHOLE
    assert page.evaluate("window.stayed") is True, "the page was not loaded again"

    # The planted conflict: on both blocks, in the text and in the list, under one number.
    page.wait_for_selector("#conflict-1:has-text('Two blocks disagree')")
    clashing = page.locator(".block.clashing")
    assert [block.locator(".badge").inner_text() for block in clashing.all()] == ["Conflict 1", "Conflict 1"]
    assert page.locator("mark.clashes").count() == 2
    assert page.locator(".compiled .flag-number").all_inner_texts() == ["1", "1"]
    assert page.get_by_role("button", name="Deploy as v1").is_disabled()
    draft = page.url
    assert check(page, draft) == []
    page.goto(f"{draft}/deploy")
    assert page.locator("li", has_text="Conflict 1: ").count() == 1
    assert page.locator("form button.pri").is_disabled()

    # Keep one, deploy, and again with another block.
    page.goto(draft)
    page.locator("#conflict-1").get_by_role("button", name="Keep museum-iris/tours").click()
    saved(page, 7)
    page.get_by_role("link", name="Deploy as v1").click()
    page.fill("#reason", "First")
    page.get_by_role("button", name="Deploy as v1").click()
    page.wait_for_url(f"{site.address}/assistants/iris")
    first = page.inner_text("pre.compiled")
    assert first.startswith("# Identity\nYou are Iris")
    page.goto(draft)
    page.locator(".block", has_text="museum-iris/hours").locator("summary").click()
    page.get_by_role("button", name="Take out").click()
    saved(page, 8)
    page.get_by_role("link", name="Deploy as v2").click()
    page.get_by_role("button", name="Deploy as v2").click()
    page.wait_for_url(f"{site.address}/assistants/iris")
    assert "opening hours" not in page.inner_text("pre.compiled")
    page.get_by_role("button", name="Roll back to v1").click()
    page.wait_for_selector(".badge:has-text('Version 3')")
    assert page.inner_text("pre.compiled") == first
    for path in (
        "/assistants/iris",
        "/assistants/iris/compare",
        "/assistants/drafts",
        "/assistants/draft?new=1",
        "/assistants/clusters",
    ):
        assert check(page, site.address + path) == []
    assert complaints == []


def test_the_same_assistant_is_built_by_keys_alone_and_each_step_is_told(begin):
    page, complaints = begin("Iris by keys")
    for number, (slug, rights) in enumerate(
        [("museum-iris/persona", 0), ("museum-iris/groups", 1), ("museum-iris/hours", 1), ("museum-iris/tours", 2)],
        start=2,
    ):
        add_by_keys(page, slug, rights)
        saved(page, number)
    grip = page.locator(".block", has_text="museum-iris/hours").locator("[data-grip]")
    grip.focus()
    page.keyboard.press("Enter")
    assert "lifted" in page.inner_text("[data-said]")
    page.keyboard.press("ArrowUp")
    assert "duties, place 1 of 2" in page.inner_text("[data-said]")
    page.keyboard.press("Enter")
    saved(page, 6)
    assert state(page) == WHOLE
    page.wait_for_selector("#conflict-1")
    assert page.evaluate("document.activeElement.closest('.block').dataset.prompt")

    # Escape puts a block back where it was.
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    assert state(page) != WHOLE
    page.keyboard.press("Escape")
    assert state(page) == WHOLE
    assert "put back" in page.inner_text("[data-said]")
    card(page, "museum-iris/hours").locator("[data-grip]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert state(page) == WHOLE
    page.reload()
    assert state(page) == WHOLE
    assert complaints == []


def test_a_finger_moves_a_block_by_its_grip(begin):
    page, complaints = begin("Iris by touch", viewport={"width": 390, "height": 844}, has_touch=True)
    page.locator(".card", has_text="museum-iris/persona").locator("summary").click()
    card(page, "museum-iris/persona").get_by_role("button", name="Add to style").click()
    saved(page, 2)
    block = page.locator(".block", has_text="museum-iris/persona")
    page.locator(".clusters").evaluate("clusters => clusters.scrollIntoView()")
    box, place = block.locator("[data-grip]").bounding_box(), cluster(page, "guardrails").bounding_box()
    touch = page.context.new_cdp_session(page)

    def finger(kind, x, y):
        points = [{"x": x, "y": y}] if kind != "touchEnd" else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    finger("touchStart", x, y)
    for step in range(1, 9):
        finger("touchMove", x + step, y + (place["y"] + place["height"] - 8 - y) * step / 8)
    finger("touchEnd", 0, 0)
    page.wait_for_selector("[data-said]:has-text('dropped in guardrails')", state="attached")
    saved(page, 3)
    assert state(page)["guardrails"] == ["museum-iris/persona"]
    assert complaints == []


def test_what_cannot_be_saved_is_kept_and_brought_back(begin):
    page, _ = begin("Iris offline")
    page.context.set_offline(True)
    add_by_keys(page, "museum-iris/persona", 0)
    page.wait_for_selector("[data-state]:has-text('Not saved. Retrying')")
    draft = page.url
    page.context.set_offline(False)
    saved(page, 2)  # it tried again by itself
    page.route(
        "**/assistants/draft/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    add_by_keys(page, "museum-iris/hours", 1)
    page.wait_for_selector("[data-state]:has-text('Not saved. Retrying')")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(draft)
    page.unroute("**/assistants/draft/*")
    assert state(page)["duties"] == []
    page.get_by_role("button", name="Bring them back").click()
    saved(page, 3)
    assert state(page)["duties"] == ["museum-iris/hours"]


def test_a_late_answer_does_not_make_an_own_change_look_like_a_conflict(begin):
    page, _ = begin("Iris late")
    page.evaluate("""async () => {
        const board = document.querySelector("draft-board");
        const answer = await fetch(board.form.action, { headers: { "HX-Request": "true" } });
        window.late = [new DOMParser().parseFromString(await answer.text(), "text/html"), board.changes];
    }""")
    add_by_keys(page, "museum-iris/persona", 0)
    saved(page, 2)
    page.evaluate("document.querySelector('draft-board').put(...window.late)")
    add_by_keys(page, "museum-iris/hours", 1)
    saved(page, 3)
    assert state(page)["identity"] == ["museum-iris/persona"]


def test_what_is_asked_for_while_a_change_waits_does_not_undo_it(begin):
    page, _ = begin("Iris asked again")
    add_by_keys(page, "museum-iris/hours", 1)
    saved(page, 2)
    page.evaluate("""() => {
        const slow = { GET: 1500, POST: 0 }, ask = window.fetch;
        window.fetch = async (address, options) => {
            const answer = await ask(address, options);
            await new Promise((done) => setTimeout(done, slow[options.method || "GET"]));
            return answer;
        };
        const board = document.querySelector("draft-board");
        board.querySelector("[data-part=preview]").dataset.again = "";
        board.again();
    }""")
    page.wait_for_timeout(500)  # it asks after 700 ms, and a change is sent 300 ms after it was made
    add_by_keys(page, "museum-iris/groups", 1)
    saved(page, 3)
    page.wait_for_timeout(2000)
    assert state(page)["duties"] == ["museum-iris/hours", "museum-iris/groups"]
    assert "Version 3 saved" in page.inner_text("[data-state]")
    add_by_keys(page, "museum-iris/persona", 0)
    saved(page, 4)


def test_nothing_is_sent_or_shown_while_a_block_is_in_the_air(begin):
    page, _ = begin("Iris behind")
    add_by_keys(page, "museum-iris/groups", 1)
    card(page, "museum-iris/hours").locator("[data-grip]").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(1000)  # the first block would be sent by now, and the second with it
    assert "Saving" in page.inner_text("[data-state]")
    page.keyboard.press("Escape")
    saved(page, 2)
    assert state(page)["duties"] == ["museum-iris/groups"]

    # An answer that comes while a block is lifted waits for it.
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        add_by_keys(page, "museum-iris/persona", 0)
        page.wait_for_timeout(290)
    card(page, "museum-iris/hours").locator("[data-grip]").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    page.keyboard.press("Escape")
    saved(page, 3)
    assert state(page)["identity"] == ["museum-iris/persona"]


def test_two_editors_meet_and_nothing_is_lost(begin, browser, signed_in):
    page, _ = begin("Iris twice")
    other, _ = watched(browser.new_context(storage_state=signed_in))
    other.goto(page.url)
    add_by_keys(page, "museum-iris/persona", 0)
    saved(page, 2)
    other.select_option("#tone", "formal")
    other.wait_for_selector("h1:has-text('Somebody saved first')")
    assert other.locator("del", has_text="museum-iris/persona").count() == 1
    other.get_by_role("button", name="Save mine on top of theirs").click()
    saved(other, 3)
    assert other.input_value("#tone") == "formal"
