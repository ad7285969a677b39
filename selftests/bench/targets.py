# SPDX-License-Identifier: GPL-2.0-only
"""What shutwatch may cost, and whether it keeps to it."""


def ratio(config, to, variant="mixed"):
    def value(kernel):
        over = kernel["over"].get(variant, {})
        if config not in over or not over.get(to):
            return None
        return over[config] / over[to]
    return value


# What a round cost before records had owners, segments and what they skipped.
BEFORE_OWNERS = {"6.1": 6469, "6.12": 6808, "7.x": 7133}


def since_owners(kernel):
    before = BEFORE_OWNERS.get(kernel["series"])
    recording = kernel["over"].get("mixed", {}).get("recording")
    return recording / before if before and recording else None


def growth(many, few):
    """The whole round while recording, in one variant and in another."""
    def value(kernel):
        over = kernel["over"]
        if many not in over or few not in over:
            return None
        return over[many]["recording"] / over[few]["recording"]
    return value


def forgotten(kernel):
    return kernel["evicted"].get("idle1000000")


def spins(kernel):
    """For a thousand rounds: locks of ours that were found taken."""
    waits = kernel["lock_waits"].get("recording")
    if waits is None or "pauses" not in kernel:
        return None
    return (waits["ours"] + kernel["pauses"]) / 40


def lost(kernel):
    found = [entry["lost"] for by in kernel["burst"].values() for entry in by.values()]
    return sum(found) if found else None


def mebibytes(kernel):
    size = kernel.get("allocated_bytes")
    return None if size is None else size / (1 << 20)


TARGETS = (
    ("recording, nobody reads: of the floor", ratio("recording", "floor"), 2),
    ("the same: of empty kprobes", ratio("recording", "floor_kprobes"), 2),
    ("the same: of ftrace's events on three calls", ratio("recording", "ftrace"), 1 / 3),
    ("the same: of ftrace's events on all hooks", ratio("recording", "ftrace_all"), 1 / 3),
    ("the same: of what it was when calls and states were all it told", since_owners, 1.15),
    ("the same: of a BPF program of our own", ratio("recording", "bpf"), None),
    ("filtered to another port: of the floor", ratio("filtered", "floor"), 1.2),
    ("the same: of empty kprobes", ratio("filtered", "floor_kprobes"), 1.2),
    ("filtered to nothing: of the floor", ratio("filtered_all", "floor"), None),
    ("sent=RST, nobody reads: of the floor", ratio("sent_rst", "floor"), 1.6),
    ("`cat events_pipe`: of bpftrace", ratio("cat", "bpftrace"), 1 / 4),
    ("the same: of tcpstates (bcc)", ratio("cat", "tcpstates_bcc"), 1 / 4),
    ("the same: of tcpstates (libbpf-tools)", ratio("cat", "tcpstates_libbpf"), None),
    ("`cat events_raw`: of bpftrace", ratio("cat_raw", "bpftrace"), 1 / 4),
    ("the same: of tcpstates (bcc)", ratio("cat_raw", "tcpstates_bcc"), 1 / 4),
    ("the same: of tcpstates (libbpf-tools)", ratio("cat_raw", "tcpstates_libbpf"), None),
    ("`shutwatch`: of tcpstates (libbpf-tools)", ratio("endings", "tcpstates_libbpf"), 1 / 5),
    ("`shutwatch -s`: of bpftrace", ratio("reader", "bpftrace"), 1 / 4),
    ("the same: of tcpstates (bcc)", ratio("reader", "tcpstates_bcc"), 1 / 4),
    ("the same: of tcpstates (libbpf-tools)", ratio("reader", "tcpstates_libbpf"), 1 / 5),
    ("the same: of a BPF program of our own", ratio("reader", "bpf_columns"), None),
    ("`shutwatch -sj`: of bpftrace", ratio("json", "bpftrace"), 1 / 4),
    ("the same: of tcpstates (bcc)", ratio("json", "tcpstates_bcc"), 1 / 4),
    ("the same: of tcpstates (libbpf-tools)", ratio("json", "tcpstates_libbpf"), None),
    ("the same: of a BPF program of our own", ratio("json", "bpf_columns"), None),
    ("100,000 sockets: of the cost with 10", growth("idle100000", "idle10"), 1.05),
    ("1,000,000 sockets: of the cost with 10", growth("idle1000000", "idle10"), 1.05),
    ("the same: sockets forgotten for want of room", forgotten, 0),
    ("two CPUs at once: of the cost on one", growth("two_cpus", "one_cpu"), 1.05),
    ("four CPUs at once: of the cost on one", growth("four_cpus", "one_of_four"), 1.05),
    ("two CPUs at once: locks of ours found taken, in 1,000 rounds", spins, None),
    ("records lost in bursts, all readers", lost, 0),
    ("ring and tables by default, MiB", mebibytes, 8),
)


def judge(kernels):
    """For each target: what it is, what is allowed, what was measured."""
    judged = []
    for label, measure, limit in TARGETS:
        values = {name: measure({**kernel, "series": name}) for name, kernel in kernels.items()}
        if all(value is None for value in values.values()):
            continue
        judged.append({"what": label, "limit": limit,
                       "measured": {name: None if value is None else round(value, 3)
                                    for name, value in values.items()}})
    return judged


def shown(value):
    return "{:.2f}".format(value).rstrip("0").rstrip(".")


def table(kernels, judged):
    """Lines; what is over its limit is in bold."""
    yield "| target | at most | " + " | ".join(kernels) + " |"
    yield "|---|---:|" + "---:|" * len(kernels)
    for entry in judged:
        cells = []
        for value in entry["measured"].values():
            over = value is not None and entry["limit"] is not None and value > entry["limit"]
            text = "-" if value is None else shown(value)
            cells.append("**{}**".format(text) if over else text)
        yield "| {} | {} | {} |".format(
            entry["what"], "" if entry["limit"] is None else shown(entry["limit"]),
            " | ".join(cells))
