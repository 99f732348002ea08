import shutil
from pathlib import Path
from tempfile import mkdtemp

import pytest


@pytest.fixture
def place(run_folder):
    """A folder that the database's user reaches."""
    folder = Path(mkdtemp(dir=run_folder))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
