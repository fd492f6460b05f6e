"""Pages that several tests of a module read."""

import pytest
import site_html


@pytest.fixture(scope="module", autouse=True)
def _pages_of_this_module_alone():
    """All pages of the course, parsed, take 300 MB."""
    yield
    site_html.read.cache_clear()
