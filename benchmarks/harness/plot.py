"""Draws compared.svg and growing.svg, and the same as PNG. usage: plot.py FOLDER; needs matplotlib, which is in build/peers."""

import sys
import textwrap
from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "libworkflow", "font.size": 8, "svg.fonttype": "path"})
import matplotlib.pyplot as plt  # noqa: E402
from numbers_of_run import Numbers, kind_of, name_of, short  # noqa: E402

COLOURS = {"ours": "#d1495b", "peer": "#5b7a99", "limit": "#c9c9c9"}


def save(figure, folder, name):
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
    figure.savefig(folder / f"{name}.png", dpi=150)


def compared(numbers, folder):
    """One panel for each workload, the fastest on top; the scale is logarithmic, the line is the spread."""
    shown = [w for w in numbers.workloads if w.key != "grow_8000"]
    columns = 3
    lines = -(-len(shown) // columns)
    figure, panels = plt.subplots(lines, columns, figsize=(13, 2.9 * lines), constrained_layout=True, squeeze=False)
    for panel in panels.flat[len(shown) :]:
        panel.axis("off")
    for panel, workload in zip(panels.flat, shown):
        rows = [row for row in numbers.results[workload.key] if numbers.medians(workload, row)]
        rows.sort(key=lambda row: -numbers.middle(workload, row))
        for y, row in enumerate(rows):
            middle = max(numbers.middle(workload, row), 1e-4)
            least, most = numbers.spread(workload, row)
            panel.barh(y, middle, color=COLOURS[kind_of(row)], height=0.7)
            panel.plot([max(least, 1e-4), max(most, 1e-4)], [y, y], color="black", linewidth=0.7)
            panel.annotate(" " + short(middle), (max(most, middle, 1e-4), y), va="center", fontsize=7)
        panel.set_yticks(range(len(rows)), [name_of(row, workload) for row in rows])
        panel.set_xscale("log")
        right = panel.get_xlim()[1]
        least = min(max(numbers.spread(workload, row)[0], 1e-4) for row in rows)
        panel.set_xlim(least / 3, right * 4)
        time = "clock" if workload.judged == "rounds" else "processor"
        title = textwrap.fill(f"({workload.letter}) {numbers.title(workload)}", 36)
        panel.set_title(title, fontsize=8.5, loc="left")
        panel.set_xlabel(f"{workload.unit}, {time} time", fontsize=7)
        for side in ("top", "right"):
            panel.spines[side].set_visible(False)
    figure.suptitle("Less is better. Red: libworkflow. Blue: peers. Grey: the bare operation below. Logarithmic scales.", fontsize=9)
    save(figure, folder, "compared")


def growing(numbers, folder):
    """Time and bytes over the number of supersteps."""
    chosen = [workload for workload in numbers.workloads if workload.call == "grow"]
    figure, (times, sizes) = plt.subplots(1, 2, figsize=(11, 4), constrained_layout=True)
    rows = list(dict.fromkeys(row for workload in chosen for row in numbers.results[workload.key]))
    for row in rows:
        points = [
            (numbers.all["values"][w.key]["steps"], numbers.middle(w, row), numbers.results[w.key][row]["bytes"])
            for w in chosen
            if row in numbers.results[w.key] and numbers.medians(w, row)
        ]
        if not points:
            continue
        kind = kind_of(row)
        style = {"ours": "-", "peer": "--", "limit": ":"}[kind]
        colour = COLOURS[kind] if kind != "peer" else None
        steps = [point[0] for point in points]
        for panel, column in ((times, 1), (sizes, 2)):
            panel.plot(steps, [p[column] / (1e6 if column == 2 else 1) for p in points], style, color=colour, marker="o",
                       markersize=3, label=name_of(row, chosen[0]))  # fmt: skip
    for panel, title in ((times, "seconds, durable"), (sizes, "MB on disk")):
        panel.set(xscale="log", yscale="log", xlabel="supersteps; each adds 200 bytes to the state", title=title)
    times.legend(fontsize=7)
    save(figure, folder, "growing")


def main():
    folder = Path(sys.argv[1])
    numbers = Numbers(folder)
    compared(numbers, folder)
    if any(workload.call == "grow" for workload in numbers.workloads):
        growing(numbers, folder)


if __name__ == "__main__":
    main()
