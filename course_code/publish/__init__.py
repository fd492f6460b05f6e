"""From lesson to site, in rooms that are its stages.

    lesson/    a script is read, and its course imports become the code they name
       |
    run/       its cells run once in a fresh kernel; the store keeps what they gave
       |       audit/: they run again on fresh randomness; the record says how often claims held
       |       lab/: a lab's stubs and solutions run, and its checks are judged
       |       states/: a live figure's script runs, and its arrays become a file
       |
    page/      prose, cells, values and claims become ordinary Markdown
       |       (on markup/: the Markdown extension, its formulas and the glossary)
    notebook/  the same page as a notebook and as a script; notebooks as pages, by mkdocs-jupyter
       |
    website/   all pages, files and languages of one site, checked before it is published
       |
    paper/     a built site as one PDF for each language, from a browser's print
    compare/   two outputs side by side: before and after a change, on a CPU and on a GPU

`base/` is what every room stands on: errors, files, the words of the interface. A room imports
only rooms above it in this picture; `__main__.py` is the command line and `hooks.py`, the only
module that knows MkDocs, is its door. Imports neither teach, draw nor lessons.
"""
