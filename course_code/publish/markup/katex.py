"""KaTeX in this process: TeX becomes HTML for the eye and MathML for screen readers."""

import functools
import json
import re
from pathlib import Path

import quickjs

from course_code.publish.markup import vendored
from course_code.publish.markup.slim import slim

# Everything KaTeX would only warn about is an error. The answer is JSON because quickjs-ng cannot
# hand over a long string that JavaScript has put together from pieces.
SCRIPT = r"""
const refuse = (...words) => { throw new Error(words.join(" ")); };
globalThis.console = { log: refuse, warn: refuse, error: refuse };
const options = {
  output: "htmlAndMathml", throwOnError: true, strict: "error",
  trust: ({ command }) => refuse(`${command} is not allowed`),
};
function render(tex, display) {
  try {
    const html = katex.renderToString(tex, { ...options, displayMode: display });
    return JSON.stringify({ html });
  } catch (error) {
    return JSON.stringify({ error: String(error.message) });
  }
}
"""
KEPT = 4096  # formulas, from build to build of `mkdocs serve`
STYLE = """
.katex .shifted{position:relative}
.math-nowrap{white-space:nowrap}
.math-long>.arithmatex{white-space:normal}
.md-typeset td .katex,.md-typeset th .katex{white-space:nowrap}
.md-typeset div.arithmatex{content-visibility:auto;contain-intrinsic-size:auto 5rem}
"""


class FormulaError(ValueError):
    """KaTeX refuses a formula; the message is KaTeX's own."""


@functools.lru_cache(KEPT)
def render(tex: str, display: bool) -> str:
    """Return the HTML of a formula, as few elements as draw it, with MathML for screen readers.

    Args:
        tex: the formula without its delimiters.
        display: on a line of its own, rather than in the text.

    Raises:
        FormulaError: KaTeX refuses the formula, or would warn about it.
    """
    try:
        answer = json.loads(_function()(tex, display, run_gc=False))
    except (quickjs.JSException, quickjs.StackOverflow) as error:
        raise FormulaError(str(error).strip()) from None
    if "error" in answer:
        raise FormulaError(_plain(answer["error"]))
    return slim(answer["html"])


@functools.cache
def _function() -> quickjs.Function:
    """Load KaTeX, which takes a tenth of a second, in the thread that alone may call it."""
    script = (vendored.HERE / "katex/katex.min.js").read_text("utf-8")
    return quickjs.Function("render", script + SCRIPT)


def _plain(message: str) -> str:
    """Drop from KaTeX's message what only repeats its options, and its combining underlines."""
    message = message.replace("\N{COMBINING LOW LINE}", "").removeprefix("KaTeX parse error: ")
    return message.removeprefix("LaTeX-incompatible input and strict mode is set to 'error': ")


def assets() -> dict[str, bytes | Path]:
    """Return KaTeX's style sheet and fonts: path in the site -> content, or file to copy.

    The style sheet names the woff2 fonts alone, which every browser with MathML reads.
    """
    folder = vendored.HERE / "katex"
    css = (folder / "katex.min.css").read_text("utf-8")
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)', "", css)
    files: dict[str, bytes | Path] = {"assets/katex/katex.min.css": (css + STYLE).encode()}
    for name in sorted(set(re.findall(r"url\(fonts/([^)]*)\)", css))):
        files[f"assets/katex/fonts/{name}"] = folder / "fonts" / name
    return files
