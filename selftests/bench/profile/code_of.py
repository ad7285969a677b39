# SPDX-License-Identifier: GPL-2.0-only
"""Whose code it is that the plugin has counted."""

import bisect
import re
import subprocess

MODULE = "[shutwatch]"
KERNEL_SPACE = 1 << 63
FAR = 0x10000		# no function is longer


class Symbols:
    """Names of the addresses of one run."""

    def __init__(self, path):
        found = []
        self.ours = {}
        with open(path) as file:
            for line in file:
                address, kind, name, *module = line.split()
                if kind in "tTwW":
                    found.append((int(address, 16), name, module == [MODULE]))
        found.sort()
        self.addresses = [entry[0] for entry in found]
        self.found = found

    def at(self, address):
        """Name, whether it is ours, and how far into it."""
        if address < KERNEL_SPACE:
            return "(user space)", False, 0
        start, name, ours = self.found[max(bisect.bisect_right(self.addresses, address) - 1, 0)]
        if address - start > FAR:
            return "(ftrace trampoline)", False, 0
        return name, ours, address - start


class Code:
    """Where the instructions of our functions begin, and their source files."""

    def __init__(self, module):
        self.module = module
        self.functions = {}
        self.pauses = set()
        listing = subprocess.run(["objdump", "-d", "--no-show-raw-insn", module],
                                 capture_output=True, text=True, check=True).stdout
        section = name = None
        for line in listing.splitlines():
            if match := re.match(r"Disassembly of section (\S+):", line):
                section = match[1]
            elif match := re.match(r"([0-9a-f]+) <(\S+)>:", line):
                name = match[2]
                self.functions[name] = (section, int(match[1], 16), [])
            elif match := re.match(r"\s+([0-9a-f]+):\t(\S*)", line):
                self.functions[name][2].append(int(match[1], 16))
                if match[2] == "pause":
                    self.pauses.add((section, int(match[1], 16)))

    def instructions(self, name, offset, length):
        """Section and addresses of some instructions in a row."""
        section, start, addresses = self.functions[name]
        at = bisect.bisect_left(addresses, start + offset)
        return section, addresses[at:at + length]

    def files(self, section, addresses):
        """The innermost source file of each address."""
        output = subprocess.run(["addr2line", "-j", section, "-e", self.module],
                                input="\n".join("%x" % a for a in addresses),
                                capture_output=True, text=True, check=True).stdout
        for address, line in zip(addresses, output.splitlines()):
            yield address, line.rsplit("/", 1)[-1].split(":")[0]
