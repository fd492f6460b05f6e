"""What the commands ask of their options alike."""

import argparse


def count(text: str) -> int:
    """A whole number from 1, as argparse wants a type."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1, not {text!r}")
    return int(text)
