"""`python -m bench [NAME …]`: measure, print, and put the figures into `BENCHMARKS.md`."""

import argparse

from bench import attacks, connect, engine, guide, masking, questions, redial, report, scopes, text
from bench.machine import Machine
from bench.starters import chromium

MEASUREMENTS = {
    "connect": connect.measure,
    "text": text.measure,
    "engine": engine.measure,
    "redial": redial.measure,
    "scopes": scopes.measure,
    "guide": guide.measure,
    "masking": masking.measure,
    "questions": questions.measure,
    "attacks": attacks.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser("bench")
    parser.add_argument("names", nargs="*", metavar="|".join(MEASUREMENTS), help="all, if none is named")
    names = parser.parse_args().names or list(MEASUREMENTS)
    if unknown := set(names) - set(MEASUREMENTS):
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}")
    for name in names:
        with chromium() as browser:
            machine = Machine.now(browser.version)
            figures = MEASUREMENTS[name](browser)
        print(f"\n{name}: {machine}\n\n{figures}", flush=True)
        report.write(name, figures, machine)


if __name__ == "__main__":
    main()
