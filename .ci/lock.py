"""Pin every dependency: `uv run .ci/lock.py`, or with `--upgrade` to the newest that `pyproject.toml` allows.

The exact versions go into `constraint-dependencies` of `pyproject.toml`, which every resolution by uv obeys.
What the image needs goes with its hashes into `requirements-docker.txt`. Neither holds an address: both hold
for any registry.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = ROOT / "pyproject.toml"
IMAGE = ROOT / "requirements-docker.txt"
CONSTRAINTS = re.compile(r"^constraint-dependencies = \[\n.*?^\]\n", re.MULTILINE | re.DOTALL)
SECTION = "[tool.uv]\n"
IMAGE_HEAD = (
    "# Made by `uv run .ci/lock.py`: what the image installs, from any registry that has these files.\n"
)


def main() -> None:
    """Write both files anew."""
    if "--upgrade" in sys.argv[1:]:
        write_constraints([])
    write_constraints(export("--no-hashes", "--all-extras", "--all-groups").splitlines())
    IMAGE.write_text(IMAGE_HEAD + export("--no-dev", "--extra", "postgres"), "utf-8")


def export(*options: str) -> str:
    """Return what uv resolves, as the lines of a requirements file.

    :raises subprocess.CalledProcessError: it does not resolve; uv has said why
    """
    command = ["uv", "export", "--quiet", "--no-header", "--no-annotate", "--no-emit-project", *options]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def write_constraints(lines: list[str]) -> None:
    """Put these in the place of the ones that are there."""
    listed = "".join(f'    "{line}",\n' for line in lines)
    project = CONSTRAINTS.sub("", PROJECT.read_text("utf-8"))
    constraints = f"constraint-dependencies = [\n{listed}]\n" if lines else ""
    PROJECT.write_text(project.replace(SECTION, SECTION + constraints, 1), "utf-8")


if __name__ == "__main__":
    main()
