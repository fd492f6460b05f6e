"""Formulas and glossary terms on the element tree of a page."""
