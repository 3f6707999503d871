"""The exact versions of all dependencies: in `pyproject.toml`, in the image's list, and as installed."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONSTRAINTS = [Requirement(line) for line in PROJECT["tool"]["uv"]["constraint-dependencies"]]
IMAGE = (ROOT / "requirements-docker.txt").read_text("utf-8")
EXTRAS: dict[str, list[Requirement]] = {
    name: [Requirement(line) for line in lines]
    for name, lines in PROJECT["project"]["optional-dependencies"].items()
}
PRODUCT = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
DEVELOPMENT = [Requirement(line) for line in PROJECT["dependency-groups"]["dev"]]
REGENERATE = "run `uv run .ci/lock.py`"
MODULES = {"postgres": ["asyncpg"], "whisper": ["faster_whisper"]}
"""What each extra is imported as."""


def pinned_here() -> dict[str, str]:
    """Name → version, of the constraints that hold for this Python and machine."""
    applying = (each for each in CONSTRAINTS if each.marker is None or each.marker.evaluate())
    return {canonicalize_name(each.name): str(each.specifier).removeprefix("==") for each in applying}


def installed_with(needed: list[Requirement]) -> Iterator[tuple[str, str]]:
    """Name and version of what is installed for these requirements; what is not installed is left out."""
    waiting, seen = list(needed), set[tuple[str, str]]()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            try:
                found = distribution(name)
            except PackageNotFoundError:
                continue
            yield name, found.version
            further = [Requirement(line) for line in found.requires or ()]
            waiting += [each for each in further if not each.marker or each.marker.evaluate({"extra": extra})]


def test_everything_that_is_installed_has_exactly_the_version_that_is_pinned() -> None:
    pinned = pinned_here()
    wanted = [*PRODUCT, *DEVELOPMENT, *(each for extra in EXTRAS.values() for each in extra)]
    installed = dict(installed_with(wanted))
    assert len(installed) > 50
    assert {name: pinned.get(name) for name in installed} == installed, REGENERATE


def test_every_constraint_is_one_exact_version_without_an_address() -> None:
    assert all(re.fullmatch(r"==[^,*]+", str(each.specifier)) and not each.url for each in CONSTRAINTS)


def test_every_dependency_that_is_named_is_pinned() -> None:
    pinned = {canonicalize_name(each.name): each for each in CONSTRAINTS}
    for each in (*PRODUCT, *DEVELOPMENT, *(one for extra in EXTRAS.values() for one in extra)):
        assert canonicalize_name(each.name) in pinned, f"{each.name}: {REGENERATE}"


def test_the_image_installs_what_is_pinned_by_hash_and_from_no_named_place() -> None:
    listed = [Requirement(line) for line in re.findall(r"^([a-z0-9][^\\\n]*?) \\$", IMAGE, re.MULTILINE)]
    assert {str(each) for each in listed} <= {str(each) for each in CONSTRAINTS}, REGENERATE
    assert {canonicalize_name(each.name) for each in PRODUCT} <= {
        canonicalize_name(each.name) for each in listed
    }
    blocks = re.split(r"^(?=[a-z0-9])", IMAGE, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(listed)
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", block) for block in blocks)
    assert not re.search(r"://|--(extra-)?index-url|--find-links", IMAGE)


def test_the_image_is_made_of_the_list_and_takes_nothing_without_a_hash() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert "--require-hashes --only-binary :all: -r requirements-docker.txt" in dockerfile
    assert "pip install uv" not in dockerfile


def test_what_every_extra_brings_is_known_here() -> None:
    assert MODULES.keys() == EXTRAS.keys()


@pytest.mark.slow
def test_every_extra_can_be_imported() -> None:
    imported = ", ".join(module for modules in MODULES.values() for module in modules)
    command = ["uv", "run", "--isolated", "--no-dev", "--all-extras", "python", "-c", f"import {imported}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
