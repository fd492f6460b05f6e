"""The trainer on the spiral page answers every control, and says why a run fails."""

import re

from playwright.sync_api import expect

from .live import control, fresh, kept, open_live, picture, run_script

AT_REST = """() => {
  const app = document.querySelector(".live-trainer");
  const [shown, said] = [".live-readout", "[role=status]"].map((one) => app.querySelector(one));
  return shown.textContent === said.textContent;
}"""


def step_of(page) -> int:
    return int(re.search(r"\d+", page.locator(".live-readout").text_content())[0])


def test_mouse_and_keyboard_train_pause_step_and_reset(open_page):
    page, app = open_live(open_page, "spiral/", "trainer")
    status, line = app.locator("[role=status]"), app.locator(".live-line")
    expect(status).to_have_text(
        re.compile(r"^Step 0: loss 1\.\d+\. Right: \d+% of .* fresh ones\.$")
    )
    start = picture(app)
    step = app.get_by_role("button", name="One step")
    step.click()
    expect(status).to_contain_text("Step 1:")
    step.press("Enter")
    expect(status).to_contain_text("Step 2:")
    train = app.get_by_role("button", name="Train")
    train.press("Space")
    long = "() => document.querySelector('.live-line').getAttribute('d').length > 400"
    page.wait_for_function(long)
    pause = app.get_by_role("button", name="Pause")
    pause.click()
    expect(train).to_be_visible()
    page.wait_for_function(AT_REST)
    stopped = step_of(page)
    assert stopped > 20
    expect(status).to_contain_text(f"Step {stopped}: loss 0.")
    assert picture(app) != start
    expect(page).not_to_have_url(re.compile(r"\?"))
    app.get_by_role("button", name="Reset").click()
    expect(status).to_contain_text("Step 0:")
    assert line.get_attribute("d") == ""
    assert picture(app) == start


def test_every_setting_begins_anew_and_stands_in_the_address(open_page):
    page, app = open_live(open_page, "spiral/", "trainer")
    status, seen = app.locator("[role=status]"), [fresh(app, "")]
    for key, change, told in (
        ("Points", lambda e: e.select_option("moons"), "data:moons"),
        ("Activation", lambda e: e.select_option("tanh"), "activation:tanh"),
        ("Optimizer", lambda e: e.select_option("momentum"), "optimizer:momentum"),
        ("Hidden layers", lambda e: e.press("ArrowRight"), "depth:2"),
        ("Units in each", lambda e: e.press("ArrowLeft"), "width:31"),
        ("Learning rate", lambda e: e.press("End"), "rate:10"),
        ("Seed", lambda e: e.click(position={"x": 60, "y": 10}), "seed:"),
    ):
        app.get_by_role("button", name="One step").click()
        expect(status).to_contain_text("Step 1:")
        change(control(app, key))
        expect(status).to_contain_text("Step 0:")
        kept(page, told)
        if key not in ("Optimizer", "Learning rate"):  # which act with the first step
            seen.append(fresh(app, seen[-1]))
    assert len(set(seen)) == 6
    told = page.url
    again, app = open_live(open_page, "spiral/?" + told.partition("?")[2], "trainer")
    assert fresh(app, "") == seen[-1]
    assert again.url == told
    assert control(app, "Units in each").input_value() == "31"


FAILURES = [  # activation, optimizer, hidden layers more than before, what is said
    ("none", "sgd", 0, "Diverged at step"),
    ("relu", "sgd", 1, "units of hidden layer 2 are off"),
    ("tanh", "momentum", 0, "The loss is higher than at the start"),
    ("sigmoid", "sgd", 6, "Next to no gradient reaches the first layer"),
]


def test_a_run_that_fails_says_why(open_page):
    _, app = open_live(open_page, "spiral/?trainer=rate:10,width:12", "trainer")
    for activation, optimizer, deeper, says in FAILURES:
        for _ in range(deeper):
            control(app, "Hidden layers").press("ArrowRight")
        control(app, "Activation").select_option(activation)
        control(app, "Optimizer").select_option(optimizer)
        if activation == "sigmoid":
            control(app, "Learning rate").press("Home")
        app.get_by_role("button", name="Train").click()
        expect(app.locator(".live-readout")).to_contain_text(says)
        if says.startswith("Diverged"):
            expect(app.get_by_role("button", name="Train")).to_be_visible()  # it stopped by itself
            expect(app.locator("[role=status]")).to_contain_text("Try 1.")
        else:
            app.get_by_role("button", name="Pause").click()


def test_an_address_out_of_limits_is_not_taken(open_page):
    query = "data:evil,width:65,depth:-1,rate:7,seed:1e9,optimizer:<b>,f:alert(1)"
    _, app = open_live(open_page, f"spiral/?trainer={query}", "trainer")
    expect(app.locator("[role=status]")).to_contain_text("Step 0: loss 1.")
    assert control(app, "Units in each").input_value() == "32"
    assert control(app, "Points").input_value() == "spiral"
    assert app.locator("[type=text]").input_value() == "sin(5x) - 2y"


def drawn_points(count: int) -> re.Pattern:
    """An address with so many points, three letters each."""
    return re.compile(rf"points:[\w-]{{{3 * count}}}$")


def test_points_are_drawn_by_mouse_finger_and_keyboard_and_stay_in_the_address(open_page):
    page, app = open_live(open_page, "spiral/", "trainer", has_touch=True)
    status, canvas = app.locator("[role=status]"), app.locator("canvas")
    control(app, "Points").select_option("hand")
    expect(status).to_contain_text("at least two classes")
    empty = picture(app)
    app.get_by_role("button", name="Train").click()
    expect(app.get_by_role("button", name="Train")).to_be_visible()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 200, steps=10)
    page.mouse.up()
    page.wait_for_timeout(500)  # until the address rests
    points = page.url.partition("points:")[2]
    many = len(points) // 3
    assert 3 <= many <= 12
    app.get_by_role("button", name="▲ 1").tap()
    page.touchscreen.tap(box["x"] + 250, box["y"] + 100)
    expect(page).to_have_url(drawn_points(many + 1))
    canvas.focus()
    for key in ("2", "ArrowUp", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    expect(page).to_have_url(drawn_points(many + 2))
    expect(app.get_by_role("button", name="■ 2")).to_have_attribute("aria-pressed", "true")
    expect(status).to_contain_text("Step 0: loss")
    page.keyboard.press("Delete")
    app.get_by_role("button", name="Undo").click()
    kept(page, f"points:{points}")
    expect(page).to_have_url(drawn_points(many))
    page.reload()
    page.locator("#live-trainer").scroll_into_view_if_needed()
    expect(page.locator("#live-trainer.is-live canvas")).to_be_visible()
    assert picture(app) != empty


def test_a_function_is_chosen_and_written_and_stands_in_the_address(open_page):
    page, app = open_live(open_page, "zh/spiral/", "trainer", has_touch=True)
    status, written = app.locator("[role=status]"), app.get_by_role("textbox")
    expect(written).not_to_be_visible()
    seen = [picture(app)]
    control(app, "数据点").select_option("function")
    expect(status).to_contain_text("第 0 步")
    seen.append(fresh(app, seen[-1]))
    app.get_by_role("button", name="圆环").tap()
    kept(page, "trainer=data:function,f:sin")
    seen.append(fresh(app, seen[-1]))
    app.get_by_role("button", name="圆盘").click()
    expect(written).to_have_value("x² + y² - 0.4")
    seen.append(fresh(app, seen[-1]))
    written.focus()
    page.keyboard.press("End")
    page.keyboard.type(" + ")
    expect(status).to_contain_text("“f(x, y) = x ^ 2 + y ^ 2 - 0.4 +”")
    expect(written).to_have_attribute("aria-invalid", "true")
    assert picture(app) == seen[-1]
    page.keyboard.type("x")
    expect(status).to_contain_text("第 0 步")
    expect(written).not_to_have_attribute("aria-invalid", "true")
    seen.append(fresh(app, seen[-1]))
    app.get_by_role("button", name="走一步").click()
    expect(status).to_contain_text("新点答对")
    app.locator("summary").click()
    expect(app.locator(".live-code pre")).to_contain_text("return x ** 2 + y ** 2 - 0.4 + x\n")
    assert len(set(seen)) == 5
    kept(page, "0.4+%2B+x")
    page.reload()
    page.locator("#live-trainer").scroll_into_view_if_needed()
    expect(written).to_have_value("x² + y² - 0.4 + x")
    expect(status).to_contain_text("第 0 步")
    assert fresh(app, "") == seen[-1]


def test_the_same_in_pytorch_is_shown_and_copied(open_page):
    page, app = open_live(
        open_page, "zh/spiral/?trainer=width:12", "trainer",
        permissions=["clipboard-read", "clipboard-write"],
    )  # fmt: skip
    app.locator("summary").press("Enter")
    shown = app.locator(".live-code pre")
    expect(shown).to_contain_text("nn.Linear(2, 12),")
    control(app, "每层单元数").press("ArrowRight")
    expect(shown).to_contain_text("nn.Linear(2, 13),")
    app.get_by_role("button", name="复制脚本").click()
    expect(app.locator("[role=status]")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == shown.text_content()
    assert len(run_script(copied.replace("range(50)", "range(2)"))["losses"]) == 2
