# SPDX-License-Identifier: GPL-2.0-only
"""The picture for the README: bars, readable on light and on dark."""

from xml.sax.saxutils import escape

WIDTH = 840
LABELS = 300		# room for the labels on the left
FIGURES = 80		# and for the figure after a bar
BAR = 13
GAP = 3
GROUP_GAP = 12

PANELS = (
    ("Recording, nobody reads", (
        ("floor", "empty hooks (the floor)"),
        ("filtered", "shutwatch, filtered to another port"),
        ("recording", "shutwatch, recording"),
        ("bpf", "our own BPF program, fewer facts"),
        ("ftrace", "ftrace events, three calls"),
        ("ftrace_all", "ftrace events, shutwatch's hooks"),
        ("trace_cmd_record", "trace-cmd record"),
        ("perf", "perf record"),
    )),
    ("One reader follows live, its own work included", (
        ("cat", "shutwatch: cat events_pipe"),
        ("cat_raw", "shutwatch: cat events_raw"),
        ("endings", "shutwatch: shutwatch"),
        ("reader", "shutwatch: shutwatch -s"),
        ("json", "shutwatch: shutwatch -sj"),
        ("bpftrace", "bpftrace, the same facts"),
        ("tcpstates_bcc", "tcpstates (bcc), states only"),
        ("tcpstates_libbpf", "tcpstates (libbpf), states only"),
        ("bpf_columns", "our own BPF program, as columns"),
        ("trace_pipe", "ftrace: cat trace_pipe"),
        ("trace_cmd_stream", "trace-cmd stream"),
    )),
)

STYLE = """
text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 }
.small { font-size: 11px; fill: #59636e }
.ours0 { fill: #0969da } .ours1 { fill: #3d8bea } .ours2 { fill: #74aef2 }
.rest0 { fill: #818b98 } .rest1 { fill: #9aa3ae } .rest2 { fill: #b7bec6 }
.axis { stroke: #d1d9e0 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .small { fill: #9198a1 } .axis { stroke: #3d444d }
.ours0 { fill: #4493f8 } .ours1 { fill: #2f74d0 } .ours2 { fill: #2157a3 }
.rest0 { fill: #8b949e } .rest1 { fill: #6e7681 } .rest2 { fill: #545d68 }
}
"""


def text(x, y, content, cls="", anchor="start"):
    return '<text x="{:.0f}" y="{:.0f}" class="{}" text-anchor="{}">{}</text>'.format(
        x, y, cls, anchor, escape(content))


def bar(y, value, scale, ours, shade):
    width = max(value * scale, 1)
    return ('<rect x="{}" y="{:.0f}" width="{:.1f}" height="{}" rx="2" class="{}{}"/>'.format(
        LABELS, y, width, BAR, "ours" if ours else "rest", shade) +
        text(LABELS + width + 5, y + BAR - 3, "{:,.0f}".format(value), "small"))


def panel(kernels, title, rows, y):
    """The picture's parts, and where the next panel may begin."""
    found = [(label, [k["over"].get("mixed", {}).get(config) for k in kernels.values()])
             for config, label in rows]
    found = [(label, values) for label, values in found if any(v is not None for v in values)]
    largest = max((v for _, values in found for v in values if v is not None), default=1)
    scale = (WIDTH - LABELS - FIGURES) / largest
    parts = [text(0, y + 15, title, "title")]
    y += 28
    top = y
    for label, values in found:
        height = len(values) * (BAR + GAP)
        parts.append(text(LABELS - 8, y + height / 2 + 3, label, "", "end"))
        for shade, value in enumerate(values):
            if value is None:
                parts.append(text(LABELS + 5, y + BAR - 3, "does not run", "small"))
            else:
                parts.append(bar(y, value, scale, label.startswith("shutwatch"), min(shade, 2)))
            y += BAR + GAP
        y += GROUP_GAP
    parts.append('<line class="axis" x1="{0}" y1="{1:.0f}" x2="{0}" y2="{2:.0f}"/>'.format(
        LABELS - 1, top - 3, y - GROUP_GAP + 3))
    return parts, y + 14


def draw(kernels):
    y = 0
    parts = []
    for title, rows in PANELS:
        more, y = panel(kernels, title, rows, y)
        parts += more
    parts.append(text(0, y + 6, "Instructions for a round (connect, accept, shutdown, RST, "
                      "close) over those of the bare loop. From top: kernel " +
                      ", ".join(kernels) + ".", "small"))
    return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1:.0f}" width="{0}" '
            'height="{1:.0f}" role="img">\n<title>What shutwatch costs</title>\n'
            "<style>{2}</style>\n{3}\n</svg>\n").format(
                WIDTH, y + 14, STYLE, "\n".join(parts))
