"""Formulas become HTML and MathML while the site is built; browsers need no script for them."""

import atexit
import functools
import hashlib
import html
import json
import re
import subprocess
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import write_atomically
from course_code.publish.markup.node import last_lines, node_command, node_modules

# One request and one answer a line. Everything KaTeX would only warn about is an error here.
SERVER = r"""
const katex = require("katex");
console.warn = (message) => { throw new Error(message); };
const options = {
  output: "htmlAndMathml", throwOnError: true, strict: "error",
  trust: ({ command }) => { throw new Error(`${command} is not allowed`); },
};
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { tex, display } = JSON.parse(line);
  let answer;
  try {
    answer = { html: katex.renderToString(tex, { ...options, displayMode: display }) };
  } catch (error) {
    answer = { error: String(error.message) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
"""
CACHE_LIMIT = 4000  # formulas; beyond it those which this build did not use are dropped
STYLE = """
.math-nowrap{white-space:nowrap}
.math-long>.arithmatex{white-space:normal}
.md-typeset span.arithmatex[role=group]{display:block;overflow-x:auto}
.md-typeset div.arithmatex{content-visibility:auto;contain-intrinsic-size:auto 5rem}
"""
LABELS = {"en": "Formula", "zh": "公式"}

OPENING = r"[(\[（［【《〈「『“‘]"
CLOSING = r"[,.;:?!)\]，。；：、？！）］】》〉」』”’…]"
TAIL = rf"{CLOSING}*(?:[-–][^\W\d_]{{1,3}}\b{CLOSING}*)?"  # punctuation, or as in "n-th"
FORMULA = re.compile(
    rf"(?P<open>{OPENING}*)"
    r'<(?P<tag>span|div) class="arithmatex">\s*\\(?P<kind>[(\[])(?P<tex>.*?)\\[)\]]\s*</(?P=tag)>'
    rf"(?P<close>{TAIL})",
    re.DOTALL,
)
HEADING = re.compile(r"<h([1-6])\b[^>]*>(?:(?!</h\1>).)*?\\\((.*?)\\\)", re.DOTALL)
UNTOUCHED = re.compile(
    r"<(pre|code|script|style|svg|math|textarea)\b.*?</\1>|<!--.*?-->", re.DOTALL | re.IGNORECASE
)
TAG = re.compile(r"<[^<>]*>")
STRAY = re.compile(r"\$\$|\\[()\[\]]|\$[^$\n]{0,200}?(?:\\[a-zA-Z]|\^|_\{)[^$\n]{0,200}?\$")
NOT_TEXT = re.compile(f"{UNTOUCHED.pattern}|{TAG.pattern}", UNTOUCHED.flags)
DOLLARS = re.compile(
    rf"(?P<open>{OPENING}*)"
    r"(?:\$\$(?P<block>[^$<>]+)\$\$|\$(?![\s$])(?P<text>[^$<>\n]+)(?<!\s)\$(?!\d))"
    rf"(?P<close>{TAIL})"
)


class FormulaError(ValueError):
    """KaTeX refuses a formula; the message is KaTeX's own."""


class Katex:
    """Renders formulas with one Node process, which starts only for a formula not seen before.

    Args:
        root: folder of package.json; the store `.lessons/` lies in it.
    """

    def __init__(self, root: Path):
        self.root = Path(root)
        self._store = self.root / ".lessons" / "math.json"
        self._known: dict[str, str] | None = None
        self._used: set[str] = set()
        self._changed = False
        self._process: subprocess.Popen | None = None
        self._lock = threading.Lock()

    def render(self, tex: str, display: bool) -> str:
        """Return the HTML of a formula, with MathML for screen readers.

        Args:
            tex: the formula without its delimiters.
            display: on a line of its own, rather than in the text.

        Raises:
            FormulaError: KaTeX refuses the formula.
        """
        key = ("D " if display else "I ") + tex
        with self._lock:
            if self._known is None:
                self._known = self._load()
            if key not in self._known:
                self._known[key] = self._ask(tex, display)
                self._changed = True
            self._used.add(key)
            return self._known[key]

    @functools.cached_property
    def _made_by(self) -> str:
        """What the stored HTML depends on besides the formula."""
        package = json.loads((self.root / "package.json").read_text("utf-8"))
        made_by = package["dependencies"]["katex"] + SERVER
        return hashlib.sha256(made_by.encode()).hexdigest()

    def _load(self) -> dict[str, str]:
        """Read the stored formulas; a missing, damaged or outdated file counts as none."""
        try:
            digest, text = self._store.read_text("utf-8").split("\n", 1)
            if digest != hashlib.sha256(text.encode()).hexdigest():
                return {}
            stored = json.loads(text)
            return stored["formulas"] if stored["made by"] == self._made_by else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def save(self) -> None:
        """Store the formulas for the next build, all at once or not at all."""
        with self._lock:
            if not self._changed:
                return
            kept = {**self._load(), **(self._known or {})}  # another build may have saved some
            if len(kept) > CACHE_LIMIT:
                kept = {key: kept[key] for key in self._used}
            text = json.dumps(
                {"made by": self._made_by, "formulas": dict(sorted(kept.items()))},
                ensure_ascii=False,
                indent=0,
            )
            digest = hashlib.sha256(text.encode()).hexdigest()
            write_atomically(self._store, f"{digest}\n{text}".encode())
            self._changed = False

    def close(self) -> None:
        """Store the formulas and end the Node process."""
        process, self._process = self._process, None
        if process is not None:
            process.communicate()
            self._errors.close()
        self.save()

    def _ask(self, tex: str, display: bool) -> str:
        """Let Node render one formula."""
        process = self._process or self._start()
        try:
            process.stdin.write(json.dumps({"tex": tex, "display": display}).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = b""
        except BaseException:  # interrupted: the next answer would be to this question
            process.kill()
            self._process = None
            raise
        if not line:
            self._process = None
            process.communicate()
            self._errors.seek(0)
            said = last_lines(self._errors.read().decode(errors="replace"))
            self._errors.close()
            raise CourseError(
                f"Node stopped while rendering formulas:\n{said}",
                hint="Delete node_modules and build again.",
            )
        answer = json.loads(line)
        if "error" in answer:
            raise FormulaError(_plain(answer["error"]))
        return answer["html"]

    def _start(self) -> subprocess.Popen:
        """Start Node where it finds the installed KaTeX."""
        node_modules(self.root)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115, closed with the process
        self._process = subprocess.Popen(
            [*node_command(), "-e", SERVER],
            cwd=self.root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        return self._process


@functools.cache
def shared_katex(root: Path) -> Katex:
    """Return the one Katex of this process for `root`, kept from build to build by `serve`."""
    katex = Katex(root)
    atexit.register(_close_quietly, katex)
    return katex


def _close_quietly(katex: Katex) -> None:
    """End a build that may have failed because nothing can be written."""
    with suppress(CourseError):
        katex.close()


def _plain(message: str) -> str:
    """Drop from KaTeX's message what only repeats its options, and its combining underlines."""
    message = message.replace("\N{COMBINING LOW LINE}", "").removeprefix("KaTeX parse error: ")
    return message.removeprefix("LaTeX-incompatible input and strict mode is set to 'error': ")


def assets(root: Path) -> dict[str, bytes | Path]:
    """Return KaTeX's style sheet and fonts: path in the site -> content, or file to copy.

    The style sheet names the woff2 fonts alone, which every browser with MathML reads.
    """
    dist = node_modules(root) / "katex" / "dist"
    css = (dist / "katex.min.css").read_text("utf-8")
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)', "", css)
    files: dict[str, bytes | Path] = {"assets/katex/katex.min.css": (css + STYLE).encode()}
    for name in sorted(set(re.findall(r"url\(fonts/([^)]+)\)", css))):
        files[f"assets/katex/fonts/{name}"] = dist / "fonts" / name
    return files


def render_html(text: str, source: Path, katex: Katex, language: str = "en") -> str:
    """Replace the formulas that pymdownx.arithmatex (generic) marked in a page's HTML.

    Args:
        text: HTML of the page.
        source: the Markdown file, for messages.
        katex: renders the formulas.
        language: "en" or "zh", of the label of formulas on their own line.

    Raises:
        CourseError: a bad formula, one in a heading, or math that was not recognised.
    """
    if heading := HEADING.search(text):
        tex = html.unescape(heading[2])
        raise CourseError(
            f"a formula in a heading: {tex!r}",
            _shown(source, katex),
            find_line(source, tex),
            "Headings are shown in menus too, which cannot show formulas: use words or symbols.",
        )

    def replace(found: re.Match) -> str:
        tex = html.unescape(found["tex"]).strip()
        display = found["kind"] == "["
        body = _rendered(katex, tex, display, source)
        if display:
            return found["open"] + wrap_display(body, language, found["tag"]) + found["close"]
        return wrap_inline(body, found["open"], found["close"])

    result = FORMULA.sub(replace, text)
    _reject_stray(FORMULA.sub(lambda found: found["open"] + found["close"], text), source, katex)
    return result


def render_dollars(text: str, source: Path, katex: Katex, language: str = "en") -> str:
    """Replace the formulas, `$x$` or `$$x$$`, of a notebook's Markdown cell made HTML.

    Args:
        text: HTML in which formulas are still TeX.
        source: the page's Markdown file, for messages.
        katex: renders the formulas.
        language: "en" or "zh".

    Raises:
        CourseError: a bad formula.
    """

    def replace(found: re.Match) -> str:
        tex = html.unescape(found["block"] or found["text"]).strip()
        body = _rendered(katex, tex, found["block"] is not None, source)
        if found["block"] is not None:
            return found["open"] + wrap_display(body, language, "span") + found["close"]
        return wrap_inline(body, found["open"], found["close"])

    parts, end = [], 0
    for skipped in NOT_TEXT.finditer(text):
        parts += [DOLLARS.sub(replace, text[end : skipped.start()]), skipped[0]]
        end = skipped.end()
    return "".join(parts) + DOLLARS.sub(replace, text[end:])


def _rendered(katex: Katex, tex: str, display: bool, source: Path) -> str:
    """Render a formula; the error says where it stands."""
    try:
        return katex.render(tex, display)
    except FormulaError as error:
        raise CourseError(
            f"bad formula {tex!r}: {error}",
            _shown(source, katex),
            find_line(source, tex),
            "KaTeX's functions: https://katex.org/docs/supported",
        ) from None


def _shown(source: Path, katex: Katex) -> Path:
    """Return the path that messages show: from the project's folder when it lies there."""
    return source.relative_to(katex.root) if source.is_relative_to(katex.root) else source


def wrap_display(body: str, language: str, tag: str = "div") -> str:
    """Wrap a displayed formula: it scrolls by itself, so the keyboard must reach it."""
    return (
        f'<{tag} class="arithmatex" tabindex="0" role="group" aria-label="{LABELS[language]}"'
        f" data-search-exclude>{body}</{tag}>"
    )


def wrap_inline(body: str, opening: str = "", closing: str = "") -> str:
    """Wrap a formula in the text, tied to the punctuation around it.

    Only the parts next to the punctuation are tied, so that long formulas still break.
    """
    if not opening and not closing:
        return f'<span class="arithmatex" data-search-exclude>{body}</span>'
    base = '<span class="katex-base">'
    before, *parts = body.split(base)
    if len(parts) == 1:
        formula = f'<span class="arithmatex" data-search-exclude>{body}</span>'
        return f'<span class="math-nowrap">{opening}{formula}{closing}</span>'
    end = "</span></span>"  # of .katex-html and .katex
    parts = [f"{base}{part}" for part in [*parts[:-1], parts[-1].removesuffix(end)]]
    if opening:
        parts[0] = f'<span class="math-nowrap">{parts[0]}</span>'
    if closing:
        parts[-1] = f'<span class="math-nowrap">{parts[-1]}</span>'
    if closing.startswith(("-", "–")):
        closing = f"\N{WORD JOINER}{closing}"  # or a line breaks before the hyphen
    body = before + "".join(parts) + end
    formula = f'<span class="arithmatex" data-search-exclude>{body}</span>'
    return f'<span class="math-nowrap math-long">{opening}{formula}{closing}</span>'


def _reject_stray(text: str, source: Path, katex: Katex) -> None:
    """Raise for math that is still TeX in the page's text."""
    shown = html.unescape(TAG.sub("", UNTOUCHED.sub("", text)))
    if found := STRAY.search(shown):
        start = max(found.start() - 20, 0)
        near = " ".join(shown[start : found.end() + 20].split())
        raise CourseError(
            f"math that was not recognised: {near!r}",
            _shown(source, katex),
            find_line(source, found[0]),
            "Write $x$ with no space inside, $$ on lines of their own, \\$ for a dollar sign.",
        )


def find_line(source: Path, tex: str) -> int | None:
    r"""Return the 1-based line on which a formula starts in a Markdown file, if it is there.

    Args:
        source: the file.
        tex: the formula; spaces and line ends in it match any others, and block quotes.
    """
    try:
        text = source.read_text("utf-8")
    except OSError:
        return None
    words = r"[\s>]+".join(re.escape(word) for word in tex.split())
    opening, closing = r"(?:\$|\\\(|\\\[)[\s>]*", r"[\s>]*(?:\$|\\\)|\\\])"
    for pattern in (opening + f"({words})" + closing, f"({words})"):
        if found := re.search(pattern, text):
            return text.count("\n", 0, found.start(1)) + 1
    return None
