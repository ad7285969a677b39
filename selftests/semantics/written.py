# SPDX-License-Identifier: GPL-2.0-only
"""
SEMANTICS.md and CLAIMS.md as they were written the last time, read.
"""
import os
import re

from runs import ABSENT

# A cell that is as the one on its left.
SAME = "〃"

# How many columns say what a line is about, by the name of the second.
WIDTHS = {"socket": 4, "claim": 2}


class Column:
    """What is written of one kernel, in the place of a run of it."""

    def __init__(self, version, cells, verdicts):
        self.version = version
        self.cells = cells
        self.verdicts = verdicts

    def cell(self, row):
        return self.cells.get(row, ABSENT)


class Written:
    """A page: its cells, by what stands on their left, and by kernel."""

    def __init__(self, path):
        self.cells = {}
        self.kernels = []
        self.versions = {}
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.read(file)

    def read(self, file):
        width = 0
        for entry in file:
            if entry.startswith("These were: "):
                self.versions = dict(re.findall(r"([^ ]+): ([^ ,]+)(?:, |\.$)", entry[12:]))
            if not entry.startswith("| "):
                continue
            cells = [cell.strip(" *") for cell in entry.rstrip("\n")[1:-1].split("|")]
            if cells[1] in WIDTHS:
                width = WIDTHS[cells[1]]
                self.kernels = cells[width:-1]
            elif cells[0] != "---":
                self.read_row(tuple(cells[:width]), cells[width:])

    def read_row(self, row, cells):
        before = ABSENT
        for kernel, cell in zip(self.kernels, cells):
            before = before if cell == SAME else cell
            self.cells[row, kernel] = before

    def of(self, kernel):
        return {row: cell for (row, name), cell in self.cells.items() if name == kernel}

    def column(self, kernel, claims):
        """Of this page what is written of a kernel, and of the page of claims."""
        return Column(self.versions.get(kernel, ""), self.of(kernel), claims.of(kernel))
