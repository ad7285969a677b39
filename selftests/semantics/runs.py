# SPDX-License-Identifier: GPL-2.0-only
"""
What a kernel did in the tests: what run/on_kernel leaves of it, read.

The notes of a program have a line for each call, decision and RST received: the
test, the socket, its owner and what it was, which together are a row; then state,
sent, why and result, which are what a cell says. And one for each socket, how
many FINs and RSTs of it were on the wire.
"""
import collections
import glob
import os
import re

# What a cell says where there is no record to tell of.
NO_SUCH = "did not happen"
FAILED = "failed"
ABSENT = "not run"

# What a row is that tells of the wire.
WIRE = "wire"


def cell_of(state, sent, why, result):
    words = " ".join([state, sent, why, result]).split()
    return " ".join(word for word in words if word not in ("-", "0"))


def rows_of(path):
    """(test, who, owner, what) of each line, numbered where it is there twice, and its cell."""
    seen = collections.Counter()
    with open(path, encoding="utf-8") as file:
        for line in file:
            test, who, owner, what, *cell = line.rstrip("\n").split("\t")
            seen[test, who, what] += 1
            if seen[test, who, what] > 1:
                what += f" ({seen[test, who, what]})"
            yield (test, who, owner, what), cell_of(*cell)


def passed_in(directory):
    """Each test that ran, and whether it passed; one that was skipped did not run."""
    passed = {}
    for path in glob.glob(f"{directory}/*.log"):
        with open(path, encoding="utf-8", errors="replace") as file:
            for entry in file:
                match = re.match(r"(not )?ok \d+ (\S+)$", entry.rstrip())
                if match:
                    passed[match[2]] = not match[1]
    return passed


def over_ipv4(test):
    """A test's name in the logs, where it has variants: the rows are those of IPv4."""
    fixture, _, name = test.partition(".")
    return f"{fixture}.ipv4.{name}"


def has_run(directory):
    return bool(glob.glob(f"{glob.escape(directory)}/*.semantics"))


class Run:
    """What one kernel did."""

    def __init__(self, directory):
        self.version = ""
        self.cells = {}
        self.verdicts = None  # they are made of the cells
        version = f"{directory}/kernel"
        if os.path.exists(version):
            with open(version, encoding="utf-8") as file:
                self.version = file.read().strip()
        self.passed = passed_in(glob.escape(directory))
        for path in sorted(glob.glob(f"{glob.escape(directory)}/*.semantics")):
            self.cells.update(rows_of(path))

    def test_passed(self, test):
        """None if it did not run."""
        return self.passed.get(over_ipv4(test), self.passed.get(test))

    def cell(self, row):
        if row in self.cells:
            return self.cells[row]
        passed = self.test_passed(row[0])
        if passed is None:
            return ABSENT
        return NO_SUCH if passed else FAILED
