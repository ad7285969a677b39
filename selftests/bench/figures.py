# SPDX-License-Identifier: GPL-2.0-only
"""What ./guest has left in files, as figures."""

import os
import statistics

SECTIONS = ("own", "rivals", "bpf", "variants", "crowd", "million", "two", "four", "locks")


def lines_of(directory):
    for section in SECTIONS:
        path = os.path.join(directory, section)
        if os.path.exists(path):
            with open(path) as file:
                for line in file:
                    yield section, line.split()


def trimmed(values):
    """The mean of all but the extremes."""
    values = sorted(values)
    cut = len(values) // 5
    return statistics.mean(values[cut:len(values) - cut])


def overheads(found):
    """What each configuration costs over the bare loop of the same machine."""
    over, bare = {}, {}
    for (section, variant, config), values in found.items():
        nothing = trimmed(found[section, variant, "nothing"])
        # The section of our own is the first to come, and the one that counts.
        bare.setdefault(variant, round(nothing, 1))
        if config != "nothing":
            over.setdefault(variant, {})[config] = round(trimmed(values) - nothing, 1)
    return over, bare


def read_kernel(directory):
    """All figures of one kernel."""
    kernel = {"release": "?", "memory_kib": {}, "lost": {}, "burst": {}, "knobs": {},
              "absent": {}, "lock_waits": {}, "evicted": {}}
    found = {}
    for section, (word, *rest) in lines_of(directory):
        if word == "figure":
            found.setdefault((section, rest[0], rest[1]), []).append(float(rest[2]))
        elif word == "release":
            kernel["release"] = rest[0]
        elif word == "memory":
            kernel["memory_kib"][rest[0]] = int(rest[1])
        elif word == "allocated":
            kernel["allocated_bytes"] = int(rest[0])
        elif word == "knob":
            kernel["knobs"][rest[0]] = {"default": int(rest[1]), "bytes_each": int(rest[2])}
        elif word == "lost":
            kernel["lost"][rest[0]] = kernel["lost"].get(rest[0], 0) + int(rest[1])
        elif word == "evicted":
            kernel["evicted"][rest[0]] = max(int(rest[1]), kernel["evicted"].get(rest[0], 0))
        elif word == "burst":
            cpus = "two_cpus" if section == "two" else "one_cpu"
            kernel["burst"].setdefault(cpus, {})[rest[0]] = {
                "records": int(rest[1]), "lost": int(rest[2])}
        elif word == "absent":
            kernel["absent"][rest[0]] = " ".join(rest[1:])
        elif word == "waits":
            kernel["lock_waits"][rest[0]] = {"all": int(rest[1]), "ours": int(rest[2])}
        elif word == "pauses":
            kernel["pauses"] = int(rest[1])
    kernel["over"], kernel["bare"] = overheads(found)
    return kernel


def merged(old, new):
    """What is in either; where it is in both, the new one."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    return {key: merged(old.get(key, new.get(key)), new.get(key, old.get(key)))
            for key in {**old, **new}}


def keep(kernels, old):
    """What was measured before and not now is still there; what is there now is
    not absent any more."""
    kept = merged(old, kernels)
    for name, kernel in kernels.items():
        there = {config for over in kernel["over"].values() for config in over}
        there.update(["locks"] if kernel["lock_waits"] else [])
        kept[name]["absent"] = {config: why for config, why in kept[name]["absent"].items()
                                if config not in there or config in kernel["absent"]}
    return kept


def read_all(out, names):
    """The kernels that were measured, out of those named."""
    return {name: read_kernel(os.path.join(out, name)) for name in names
            if any(os.path.exists(os.path.join(out, name, section)) for section in SECTIONS)}
