"""The one thing that the tests of sync clients need and Python can't bring: Node.js, with the packages from npm."""

import pytest

from tests.clients.support.install import Node, find_node, install


@pytest.fixture(scope="session")
def node() -> Node:
    found = find_node()
    if isinstance(found, str):
        pytest.skip(found)
    install(found)
    return found
