"""Once the requirements are installed, a build asks nothing of the network."""

import os
import subprocess
import sys

import pytest
from conftest import NO_NETWORK


@pytest.mark.parametrize(
    ("what", "refused"),
    [
        ("socket.create_connection(('192.0.2.1', 80), 1)", True),
        ("socket.getaddrinfo('example.org', 80)", True),
        ("urllib.request.urlopen('https://example.org', timeout=1)", True),
        ("socket.getaddrinfo('127.0.0.1', 80)", False),
        ("socket.socket(socket.AF_UNIX)", False),
    ],
)
def test_the_refusal_refuses(what, refused):
    done = subprocess.run(
        [sys.executable, "-c", f"import socket, urllib.request; {what}"],
        env=os.environ | NO_NETWORK, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ("the network is refused here" in done.stderr) == refused
    assert bool(done.returncode) == refused


def test_a_course_is_run_and_built_without_network(built_tiny):
    """That build, which every test of a built site begins with, was made with it refused."""
    for page in ("tiny/index.html", "zh/tiny/index.html", "assets/katex/katex.min.css"):
        assert (built_tiny / "site" / page).is_file()
    assert "<math" in (built_tiny / "site/tiny/index.html").read_text("utf-8")
