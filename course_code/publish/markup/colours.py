"""Code in colour with few elements: a Python-Markdown extension in the place of pymdownx.highlight.

Pygments wraps every name, bracket and space of a program in an element of its own, most of which
no style colours: on a page of lessons nine elements of ten. Here a token has an element only if
it has a colour of its own, and neighbours of one colour share it.

Code whose fence says `data-colours="later"` is for folds: it has no element at all, and the
attribute tells where which colour goes, for a script that puts it there when the fold opens.
"""

from collections.abc import Iterable, Iterator

from pygments.filter import Filter
from pygments.lexers.special import TextLexer
from pygments.token import Comment, Generic, Keyword, Literal, Name, Operator, Token
from pymdownx.highlight import Highlight, HighlightExtension

LATER = "later"
# What stands for each colour of the theme; other tokens belong to the nearest one above them.
# Names, brackets and signs are text: they have the colour of the code around them.
COLOURS = {
    Token: Token.Text,
    Comment: Comment,
    Comment.Preproc: Comment.Preproc,
    Comment.PreprocFile: Literal.String,
    Generic: Generic.Output,
    Generic.Deleted: Generic.Deleted,
    Generic.Inserted: Generic.Inserted,
    Keyword: Keyword,
    Keyword.Constant: Token.Text,
    Literal: Literal.String,
    Literal.Number: Literal.Number,
    Literal.String.Doc: Comment,
    Literal.String.Escape: Literal.String.Escape,
    Literal.String.Heredoc: Literal.String.Escape,
    Literal.String.Other: Literal.String.Escape,
    Literal.String.Regex: Literal.String.Escape,
    Name.Attribute: Name.Variable,
    Name.Builtin: Name.Builtin,
    Name.Class: Name.Function,
    Name.Constant: Name.Builtin,
    Name.Decorator: Keyword,
    Name.Entity: Keyword,
    Name.Exception: Name.Function,
    Name.Function: Name.Function,
    Name.Label: Keyword,
    Name.Namespace: Name.Function,
    Name.Tag: Keyword,
    Name.Variable: Name.Variable,
    Operator.Word: Keyword,
}
CLASSES = {
    Comment: "c",
    Comment.Preproc: "cp",
    Generic.Deleted: "gd",
    Generic.Inserted: "gi",
    Generic.Output: "go",
    Keyword: "k",
    Literal.Number: "m",
    Literal.String: "s",
    Literal.String.Escape: "se",
    Name.Builtin: "nb",
    Name.Function: "nf",
    Name.Variable: "nv",
}  # Pygments's own names, which every theme colours


def colour(token):
    """Return the token that stands for the colour of `token`: Token.Text where it has none."""
    while token not in COLOURS:
        token = token.parent
    return COLOURS[token]


class Merge(Filter):
    """Give tokens the one that stands for their colour, and join neighbours of one colour."""

    def filter(self, lexer, stream: Iterable[tuple]) -> Iterator[tuple]:
        """Yield tokens whose texts, joined, are those of `stream`."""
        last, parts = Token.Text, []
        for token, text in stream:
            now = last if text.isspace() and "\n" not in text else colour(token)
            if now is not last and parts:
                yield last, "".join(parts)
                parts = []
            last = now
            parts.append(text)
        yield last, "".join(parts)


def runs(tokens: Iterable[tuple]) -> str:
    """Return where colours go in a text, such as "k0,3 s7,12".

    That is a keyword of 3 characters at the start and, 7 after its end, a string of 12. Characters
    are UTF-16 units, as scripts count them.
    """
    found, skipped = [], 0
    for token, text in tokens:
        length = len(text.encode("utf-16-le")) // 2
        if token in CLASSES:
            found.append(f"{CLASSES[token]}{skipped},{length}")
            skipped = 0
        else:
            skipped += length
    return " ".join(found)


class FewElements(Highlight):
    """Highlights one piece of code."""

    later = False

    def get_lexer(self, src, language, inline, stripnl):
        """Return the lexer, and the language's name."""
        lexer, name = super().get_lexer(src, language, inline, stripnl)
        if self.later:
            return TextLexer(stripnl=stripnl), name
        lexer.add_filter(Merge())
        return lexer, name

    def highlight(self, src, language, *args, attrs=None, **options):
        """Return code as HTML, or an element for code within text."""
        if attrs and attrs.get("data-colours") == LATER:
            lexer, _ = self.get_lexer(src, language, False, self.stripnl)
            attrs = {**attrs, "data-colours": runs(lexer.get_tokens(src))}
            self.later = True
        made = super().highlight(src, language, *args, attrs=attrs, **options)
        if isinstance(made, str):  # Pygments's guard of a first empty line, which <code> is too
            lines = len(src.splitlines())
            classes = options.get("classes") or []
            wraps = "lesson-output" in classes and "printed-table" not in classes
            reached = "" if wraps else ' tabindex="0"'  # what scrolls, also without a mouse
            plain = f'<pre style="--lines:{lines}"><code{reached}>'
            return made.replace("<pre><span></span><code>", plain, 1)
        return made


class ColoursExtension(HighlightExtension):
    """The settings of pymdownx.highlight, and its work with fewer elements."""

    def get_pymdownx_highlighter(self):
        """Return what highlights for fences and for code within text."""
        return FewElements


def makeExtension(**options):  # noqa: N802 - the name that Python-Markdown looks for
    """Return the extension, for Markdown(extensions=["course_code.publish.markup.colours"])."""
    return ColoursExtension(**options)
