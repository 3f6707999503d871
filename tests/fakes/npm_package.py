"""Packages of npm, fetched for a test: they are no part of this repository."""

import subprocess
import tarfile
from pathlib import Path


def fetch_package(name: str, folder: Path) -> Path:
    """Fetch a package, and return the folder with its files.

    :param name: with its version, such as `left-pad@1.3.0`
    :raises subprocess.CalledProcessError: the registry does not give it
    """
    command = ["npm", "pack", "--silent", name]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=120)
    with tarfile.open(folder / done.stdout.split()[-1]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"
