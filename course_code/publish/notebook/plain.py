"""Material's Markdown as the plain Markdown that Jupyter and Colab show."""

import html
import re
from collections.abc import Callable, Iterator

from course_code.publish.page.text import FENCE, fence_after

SLOT = re.compile(r"[ \t]*\x00(?P<number>\d+)(?P<folded>!?)\x00")  # stands for a code cell
CONTAINER = re.compile(
    r"^(?P<indent> *)(?:(?P<mark>!!!|\?\?\?\+?)(?P<types>(?: +[\w-]+)+)(?: +\"(?P<title>.*)\")?"
    r"|===[!+]? +\"(?P<tab>.*)\") *$"
)
DEFINITION = re.compile(r"^:[ \t]{1,3}(?P<text>\S.*)$")
BLOCK_MARK = re.compile(r"^/{3,}( .*)?$")  # of pymdownx.blocks

PROTECTED = re.compile(
    r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|\$\$.+?\$\$|(?<!\\)\$(?!\s)[^$\n]+?(?<!\s)\$|\\.", re.DOTALL
)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
ABBREVIATION = re.compile(r"^ *\*\[[^\]\n]+\]:.*\n?", re.MULTILINE)
NOTE = re.compile(
    r"^\[\^(?P<name>[^\]\s]+)\]:[ \t]*(?P<text>.*(?:\n(?: {4}.*|[ \t]*(?=\n {4})))*)\n?",
    re.MULTILINE,
)
NOTE_MARK = re.compile(r"\[\^(?P<name>[^\]\s]+)\]")
_ATTRIBUTE = r"(?:[.#][\w:-]+|[\w:-]+=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s}\"']+))"
_LIST = rf"[ \t]*\{{:?[ \t]*{_ATTRIBUTE}(?:[ \t]+{_ATTRIBUTE})*[ \t]*\}}"
ATTRIBUTES = re.compile(rf"(?<=[)\]*_>\x02]){_LIST}|{_LIST}(?=[ \t]*$)", re.MULTILINE)
MD_IN_HTML = re.compile(r"(<\w[^<>]*?)\s+markdown(?:=\"[^\"]*\"|=\w+)?(?=[\s>])")
ICON = re.compile(r":(?:material|fontawesome|octicons|simple)-[\w-]+: ?")
LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]"
    r"\(\s*<?(?P<target>(?:[^()\s<>]|\([^()\s]*\))*)>?(?P<title>\s+\"[^\"]*\")?\s*\)"
)
REFERENCE = re.compile(
    r"^(?P<name> {0,3}\[[^\]^\n]+\]:[ \t]+)<?(?P<target>[^\s<>]+)>?", re.MULTILINE
)
HTML_LINK = re.compile(r"\s(?P<name>href|src)=\"(?P<target>[^\"]*)\"")


def flatten(text: str, resolve: Callable[[str], str | None]) -> str:
    """Return Markdown without Material's extensions; slots for cells come out at the margin.

    Args:
        text: Markdown; a line `\\x00number\\x00` is a slot. In a closed block it comes out as
            `\\x00number!\\x00`.
        resolve: gives the absolute address of a link, or None to unlink it.
    """
    numbers: dict[str, int] = {}
    notes: dict[str, str] = {}
    parts = [
        part if fenced else _inline(part, resolve, numbers, notes) for fenced, part in _runs(text)
    ]
    lines = _blocks("\n".join(parts).split("\n"))
    if notes:
        for name in notes:
            numbers.setdefault(name, len(numbers) + 1)
        lines += ["", "---", ""]
        for name, number in sorted(numbers.items(), key=lambda item: item[1]):
            if name in notes:
                lines += [f"<sup>[{number}]</sup> {notes[name]}", ""]
    return "\n".join(_squeezed(lines)).strip("\n")


def _runs(text: str) -> Iterator[tuple[bool, str]]:
    """Split into runs of lines: (inside a fence, its delimiters included; text)."""
    fence, run, fenced = "", [], False
    for line in text.split("\n"):
        after = fence_after(line, fence)
        inside = bool(after or fence)
        if inside != fenced and run:
            yield fenced, "\n".join(run)
            run = []
        fenced, fence = inside, after
        run.append(line)
    yield fenced, "\n".join(run)


def _inline(text: str, resolve, numbers: dict[str, int], notes: dict[str, str]) -> str:
    """Clean text outside fences; code, formulas and escapes in it stay as they are."""
    kept: list[str] = []

    def keep(found: re.Match) -> str:
        kept.append(found[0])
        return f"\x01{len(kept) - 1}\x02"

    def give_back(text: str) -> str:
        return re.sub("\x01(\\d+)\x02", lambda found: kept[int(found[1])], text)

    def take_note(found: re.Match) -> str:
        lines = [line.removeprefix("    ") for line in found["text"].split("\n")]
        notes[found["name"]] = clean("\n".join(lines)).strip()
        return ""

    def number(found: re.Match) -> str:
        return f"<sup>[{numbers.setdefault(found['name'], len(numbers) + 1)}]</sup>"

    def clean(text: str) -> str:
        text = NOTE_MARK.sub(number, ICON.sub("", MD_IN_HTML.sub(r"\1", ATTRIBUTES.sub("", text))))
        text = LINK.sub(lambda found: _link(found, resolve), text)
        text = REFERENCE.sub(lambda f: f["name"] + (resolve(f["target"]) or "#"), text)
        return give_back(HTML_LINK.sub(lambda found: _html_link(found, resolve), text))

    text = PROTECTED.sub(keep, COMMENT.sub("", text))
    return clean(NOTE.sub(take_note, ABBREVIATION.sub("", text)))


def _link(found: re.Match, resolve) -> str:
    """Return a link with an absolute address, or its text alone."""
    if target := resolve(found["target"]):
        return f"{found['image']}[{found['text']}]({target}{found['title'] or ''})"
    return f"*({found['text']})*" if found["image"] and found["text"] else found["text"]


def _html_link(found: re.Match, resolve) -> str:
    target = resolve(html.unescape(found["target"]))
    return f' {found["name"]}="{html.escape(target)}"' if target else ""


def _blocks(lines: list[str]) -> list[str]:
    """Rewrite containers, fences and definition lists."""
    out: list[str] = []
    fence, i = "", 0
    while i < len(lines):
        line, i = lines[i], i + 1
        before, fence = fence, fence_after(line, fence)
        if before:
            out.append(line)
        elif fence:
            out.append(_fence(line))
        elif SLOT.fullmatch(line):
            out += ["", line.strip(" \t"), ""]
        elif found := CONTAINER.match(line):
            body, i = _body(lines, i, len(found["indent"]) + 4)
            out += ["", *_indented(_container(found, _blocks(body)), found["indent"]), ""]
        elif found := DEFINITION.match(line):
            _bold_term(out)
            out.append(f"- {found['text']}")
        elif not BLOCK_MARK.match(line):
            out.append(line)
    return out


def _body(lines: list[str], start: int, depth: int) -> tuple[list[str], int]:
    """Return the lines of a container, without their indent, and where it ends."""
    end = start
    while end < len(lines) and (not lines[end].strip() or lines[end].startswith(" " * depth)):
        end += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return [line[depth:] for line in lines[start:end]], end


def _container(found: re.Match, body: list[str]) -> list[str]:
    """Return a tab, an admonition or a `???` block in plain Markdown."""
    if found["tab"] is not None:
        return [f"**{found['tab']}**", "", *body]
    title = found["title"]
    if title is None:
        title = found["types"].split()[0].capitalize()
    if found["mark"] == "!!!":
        return _quoted([f"**{title}**", "", *body] if title else body)
    return _details(title, body, found["mark"] == "???+")


def _details(title: str, body: list[str], opened: bool) -> list[str]:
    """Return a `???` block: its text as `<details>`, outside of which its cells have to lie."""
    out, text = [], []
    for line in [*body, None]:
        if line is not None and not SLOT.fullmatch(line):
            text.append(line)
            continue
        if any(text):
            tag = "<details open>" if opened else "<details>"
            summary = f"<summary>{_inline_html(title)}</summary>"
            out += [tag, summary, "", *text, "", "</details>", ""]
        elif not out:
            out += [f"**{title}**", ""]
        if line is not None:
            out += [line if opened else re.sub(r"!?\x00$", "!\x00", line), ""]
        text = []
    return out


def _quoted(lines: list[str]) -> list[str]:
    """Return a block quote, which cells interrupt. Formulas become one line, without `>`."""
    out, math, fence = [], [], ""
    for line in lines:
        fence = fence_after(line, fence)
        if SLOT.fullmatch(line):
            while out and out[-1] == ">":
                out.pop()
            out += ["", line, ""]
        elif not fence and (math or line.lstrip().startswith("$$")):
            math.append(line.strip() if math else line.rstrip())
            if " ".join(math).count("$$") >= 2:
                out.append("> " + " ".join(math))
                math = []
        elif line.strip():
            out.append(f"> {line}")
        elif out and out[-1] not in ("", ">"):
            out.append(">")
    while out and out[-1] in (">", ""):
        out.pop()
    return out + [f"> {line}" for line in math]


def _indented(lines: list[str], indent: str) -> list[str]:
    return [line if SLOT.fullmatch(line) or not line else indent + line for line in lines]


def _fence(line: str) -> str:
    """Return a fence's first line with its language alone."""
    found = FENCE.match(line)
    info = re.search(r"\.([\w+#-]+)", found["info"]) if found["info"].startswith("{") else None
    language = info or re.match(r"([\w+#-]*)", found["info"])
    return line[: found.end("mark")].removesuffix(found["mark"]) + found["mark"] + language[1]


def _bold_term(out: list[str]) -> None:
    """Make the term of a definition bold, if this is its first one."""
    while out and not out[-1].strip():
        out.pop()
    if out and not out[-1].startswith(("- ", "  ")):
        out[-1:] = [f"**{out[-1].strip()}**", ""]


def _squeezed(lines: list[str]) -> Iterator[str]:
    """Drop a blank line after a blank line, outside fences."""
    fence, last = "", "x"
    for line in lines:
        fence = fence_after(line, fence)
        if fence or line.strip() or last.strip():
            yield line
        last = line


def _inline_html(text: str) -> str:
    """Return a title's Markdown as HTML, for a place where Markdown is not read."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
