import subprocess
from dataclasses import dataclass, field

import pytest

from tests.chromium import COMMANDS, PACKAGE_INSTALL, PLAYWRIGHT_INSTALL, Machine, NoChromium, find_chromium

PLAYWRIGHT_OWN = "/home/caller/.cache/ms-playwright/chrome"


@dataclass
class PretendMachine:
    """A machine on which only `browsers` start; an installer adds the browser it is paired with."""

    browsers: set[str] = field(default_factory=set)
    installers: dict[str, str] = field(default_factory=dict)
    root_on_debian: bool = False
    ran: list[list[str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def as_machine(self) -> Machine:
        return Machine(
            playwright_path=lambda: PLAYWRIGHT_OWN,
            which=lambda command: f"/usr/bin/{command}" if f"/usr/bin/{command}" in self.browsers else None,
            starts=lambda path: path in self.browsers,
            installs=self._install,
            is_root_on_debian=lambda: self.root_on_debian,
            say=self.said.append,
        )

    def _install(self, command: list[str]) -> bool:
        self.ran.append(command)
        browser = self.installers.get(" ".join(command))
        self.browsers |= {browser} if browser else set()
        return browser is not None


def test_a_system_browser_comes_first_and_nothing_is_installed() -> None:
    machine = PretendMachine({"/usr/bin/google-chrome", PLAYWRIGHT_OWN})
    assert find_chromium(machine.as_machine()) == "/usr/bin/google-chrome"
    assert machine.ran == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_usual_command_is_found(command: str) -> None:
    machine = PretendMachine({f"/usr/bin/{command}"})
    assert find_chromium(machine.as_machine()) == f"/usr/bin/{command}"


def test_the_usual_place_on_a_mac_is_found() -> None:
    path = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    assert find_chromium(PretendMachine({path}).as_machine()) == path


def test_playwrights_own_browser_comes_second() -> None:
    machine = PretendMachine({PLAYWRIGHT_OWN})
    assert find_chromium(machine.as_machine()) == PLAYWRIGHT_OWN
    assert machine.ran == []


def test_playwright_installs_its_own_when_there_is_none() -> None:
    machine = PretendMachine(installers={" ".join(PLAYWRIGHT_INSTALL): PLAYWRIGHT_OWN})
    assert find_chromium(machine.as_machine()) == PLAYWRIGHT_OWN
    assert machine.ran == [PLAYWRIGHT_INSTALL]


def test_the_distributions_package_comes_last_and_is_announced() -> None:
    machine = PretendMachine(installers={" ".join(PACKAGE_INSTALL): "/usr/bin/chromium"}, root_on_debian=True)
    assert find_chromium(machine.as_machine()) == "/usr/bin/chromium"
    assert machine.ran == [PLAYWRIGHT_INSTALL, PACKAGE_INSTALL]
    assert "apt-get" in machine.said[-1]


def test_without_root_on_debian_no_package_is_installed_and_the_search_fails_with_a_sentence() -> None:
    machine = PretendMachine(installers={" ".join(PACKAGE_INSTALL): "/usr/bin/chromium"})
    with pytest.raises(NoChromium, match="need Chromium or Chrome"):
        find_chromium(machine.as_machine())
    assert machine.ran == [PLAYWRIGHT_INSTALL]


def test_a_browser_that_does_not_start_is_no_browser() -> None:
    machine = PretendMachine({"/usr/bin/chromium-browser", PLAYWRIGHT_OWN}).as_machine()
    stub = Machine(
        playwright_path=machine.playwright_path,
        which=machine.which,
        starts=lambda path: path == PLAYWRIGHT_OWN,
    )
    assert find_chromium(stub) == PLAYWRIGHT_OWN


def test_an_installer_that_is_not_there_counts_as_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_args: object, **_options: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(subprocess, "run", missing)
    with pytest.raises(NoChromium):
        find_chromium(Machine(playwright_path=lambda: PLAYWRIGHT_OWN, which=lambda _command: None))
