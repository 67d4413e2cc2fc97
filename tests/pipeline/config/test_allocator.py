"""What is settled before the libraries begin: Arrow's allocator."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys
sys.argv = ["contactpro-sync", "sso", "urls", "--tenant", "ACME", "--region", "eu", "--json"]
from pipeline.cli import app
try:
    app.main()
except SystemExit:
    import pyarrow
    print("pool", pyarrow.default_memory_pool().backend_name)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Arrow may have another allocator only")
@pytest.mark.parametrize(("wish", "pool"), [(None, "jemalloc"), ("mimalloc", "mimalloc")])
def test_arrows_allocator(wish: str | None, pool: str) -> None:
    """A command chooses Arrow's allocator before Arrow is imported, and the user's choice is kept."""
    environment = {name: text for name, text in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"}
    environment |= {} if wish is None else {"ARROW_DEFAULT_MEMORY_POOL": wish}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    assert (done.stdout.splitlines()[-1], done.stderr) == (f"pool {pool}", "")
