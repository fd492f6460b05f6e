"""What the build adds to the kernel that runs a lesson: its source is executed there.

What a cell prints and draws is collected here, in its order and within a limit, and leaves in one
message when the cell ends: the build has all of it, or notices. What no other run could repeat is
refused where it happens.
"""

import json
import re
import sys
import threading
import warnings
from contextlib import suppress

from course_code.publish.run.inside import figures
from course_code.publish.run.inside.repeatable import SHOW, changed, generators, private_texts
from course_code.publish.run.inside.streams import Stream, flush
from course_code.publish.run.inside.values import UnusableError, usable

MIME = "application/vnd.course+json"
PIECES = 50  # separate outputs of a cell: figures, results
PRIVATE = "Draw from a private one: torch.Generator().manual_seed(seed)."
SESSION = []  # the one that runs


class Refused(BaseException):
    """What a cell may not do: cells that catch every Exception do not catch this."""


def start(shell, package, limits):
    """Prepare the kernel: outputs collected, figures in pairs, no way to import the course.

    Args:
        shell: IPython's.
        package: name of the course's package.
        limits: characters that each cell may print, the last one for `report`.
    """
    session = Session(shell, limits)
    SESSION.append(session)
    session.listen()
    import matplotlib.pyplot  # makes its font cache now, not in a lesson, where it would warn
    import numpy.random  # noqa: F401 - its generator is there to be compared
    from matplotlib_inline.config import InlineBackend

    sys.modules[package] = None  # what runs is what is shown
    warnings.filterwarnings("error", message="Glyph .* missing from")
    matplotlib.rcdefaults()  # whatever the user's matplotlibrc says
    matplotlib.rcParams.update(figures.RC)
    InlineBackend.instance(parent=shell).figure_formats = set()
    shell.display_formatter.mimebundle_formatter.for_type_by_name(
        "matplotlib.figure", "Figure", session.figure
    )


def report(names):
    """Send the lesson's values, why others are none, its checks, and the best device here."""
    (session,) = SESSION
    namespace = session.shell.user_ns
    values, unusable = {}, {}
    for name in filter(namespace.__contains__, names):
        try:
            values[name] = usable(namespace[name], session.hidden)
        except UnusableError as error:
            unusable[name] = str(error)
    claims = json.dumps(namespace.get("CLAIMS", {}), default=str)
    final = {"values": json.dumps(values), "unusable": unusable, "claims": claims}  # text: NaN
    session.outputs.append({**final, "device": device()})


def device():
    """The best device class that the lesson could use."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        return "cuda"
    return "mps" if torch is not None and torch.backends.mps.is_available() else "cpu"


class Session:
    """One lesson's run: `outputs` of the current cell, and the first thing it may not do."""

    def __init__(self, shell, limits):
        self.shell, self.limits = shell, iter(limits)
        self.running = False  # in the lesson's own code, where an error has a line
        self.streams = {name: Stream(name, self) for name in ("stdout", "stderr")}
        self.hidden = private_texts()
        self.begin(limit=10**6)

    def listen(self):
        """Take over from the shell what it prints, shows and ends."""
        sys.stdout, sys.stderr = self.streams.values()
        for stream in self.streams.values():
            stream.attach()
        publisher, events = self.shell.display_pub, self.shell.events
        self.send = publisher.publish
        publisher.publish, publisher.clear_output = self.publish, self.clear
        self.shell.display_trap.hook = self.result
        self.shell.user_ns.update(exit=self.exit, quit=self.exit)
        self.shell.ask_exit = self.exit
        events.register("pre_run_cell", lambda info: self.begin(next(self.limits)))
        events.register("post_execute", self.finish)  # before matplotlib shows what is left
        events.register("post_run_cell", self.end)

    def begin(self, limit):
        """A cell begins."""
        self.outputs, self.errors, self.shown, self.refused = [], [], {}, None
        self.size, self.limit, self.clearing = 0, limit, False
        self.threads = {*threading.enumerate()} - {threading.main_thread()}
        self.generators, self.running = generators(), True

    def finish(self):
        """The cell's own code has ended."""
        self.running = False

    def end(self, result):
        """Send what the cell gave."""
        flush()
        for name, stream in self.streams.items():
            self.add(name, stream.drain())
        with suppress(Refused):
            if result.error_in_exec and not isinstance(result.error_in_exec, Refused):
                self.look(str(result.error_in_exec))
            for name in changed(self.generators, generators()):
                self.refuse(f"changes the global random generator of {name}", PRIVATE)
        for output in self.outputs:
            if isinstance(output.get("text"), list):
                output["text"] = "".join(output["text"])
        errors = "".join(self.errors)
        self.send({MIME: {"outputs": self.outputs, "stderr": errors, "refused": self.refused}}, {})
        self.size = 0  # what a thread prints from now on goes to the next cell

    def refuse(self, what, hint=""):
        """Stop the cell here, or the thread; between cells the refusal is only kept."""
        self.refused = self.refused or [what, hint]
        if threading.current_thread() is not threading.main_thread():
            raise SystemExit  # which ends a thread without a word
        if self.running:
            raise Refused(what)

    def add(self, name, text):
        """Keep printed text."""
        if not text:
            return
        text.encode("utf-8")  # an error, as on any terminal
        self.count(len(text))
        if threading.current_thread() in self.threads:
            self.refuse("a thread of an earlier cell prints", "Join it in the cell that starts it.")
        if name == "stderr":  # refused in any case
            self.errors.append(text)
            return
        self.look(text)
        self.clear_now()
        if not (self.outputs and isinstance(self.outputs[-1].get("text"), list)):
            self.outputs.append({"text": []})
        self.outputs[-1]["text"].append(text)

    def count(self, size):
        """Mind the limit."""
        self.size += size
        if self.size > self.limit:
            what = f"prints more than {self.limit:,} characters".replace(",", " ")
            self.refuse(what, f"Print less, or raise the cell's limit: output={10 * self.limit}")

    def look(self, text, verb="prints"):
        """Refuse what another run, or another machine, would print otherwise."""
        for pattern, what, hint in self.hidden:
            if found := pattern.search(text):
                self.refuse(f"{verb} {what}: {found[0]}", hint)

    def result(self, value):
        """The value of a cell's last line, as the shell's display hook is given it."""
        if value is None or self.shell.displayhook.quiet():
            return
        for each in value if isinstance(value, list | tuple) and value else [value]:
            if type(each).__module__.startswith("matplotlib.") and not hasattr(each, "savefig"):
                name = f"matplotlib's {type(each).__name__}"
                self.refuse(f"would show {name} as text", SHOW)
        self.publish(self.shell.display_formatter.format(value)[0])

    def publish(self, data, metadata=None, *, transient=None, update=False, **_):
        """Keep a figure or a text that is displayed."""
        if MIME in data:
            output = data[MIME]
        else:
            text = data.get("text/plain")
            if text is None or (len(data) > 1 and re.match(r"<.*>\Z", text, re.DOTALL)):
                kinds = ", ".join(kind for kind in data if kind != "text/plain")
                hint = "A page shows text and matplotlib's figures: print it, or draw it there."
                return self.refuse(f"displays {text or 'an object'} ({kinds})", hint)
            self.count(len(text))
            self.look(text)
            output = {"text": text}
        self.clear_now()
        known = (transient or {}).get("display_id")
        if update and known in self.shown:
            self.shown[known].clear()
            self.shown[known].update(output)
            return None
        if len(self.outputs) >= PIECES:
            self.refuse(f"shows more than {PIECES} figures or results", "Split the cell.")
        self.outputs.append(output)
        self.shown[known] = output
        return None

    def figure(self, figure, include=None, exclude=None):
        """The formatter of figures."""
        try:
            shown = figures.images(figure)
            self.look(figures.words(figure, shown["table"]), "draws")
            return {MIME: {"figure": shown}}
        except Exception as error:
            hint = ""
            if "Glyph" in str(error):
                hint = "Text in figures is English or symbols; captions are translated."
            self.refuse(f"the figure cannot be shown: {type(error).__name__}: {error}", hint)
            return {"text/plain": ""}

    def clear(self, wait=False):
        """What `clear_output` does: now, or when something follows."""
        self.clearing = True
        if not wait:
            self.clear_now()

    def clear_now(self):
        """Forget the cell's outputs if that was asked for."""
        if self.clearing:
            self.outputs.clear()
            self.clearing = False

    def exit(self, *_):
        """What `exit()` and `quit()` do."""
        self.refuse("ends the kernel", "Remove exit() or quit(): later cells need the kernel.")
