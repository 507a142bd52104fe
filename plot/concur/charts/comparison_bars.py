"""Bars: the wall time of each model as a multiple of that of the baseline, and beside it its CPU time.

There is a panel for each case. Speed and its cost stand side by side: a model that is fast because it uses
all CPUs is seen to be so. At the right are the system calls and context switches for each unit of work, where
they were counted. A document without a baseline has the figures themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from concur.answers import headlines
from concur.documents import labels, units
from concur.documents.cases import Case, Cell, Row, Series, Workload
from concur.documents.results import Document
from concur.drawing import ticks
from concur.drawing.bar_panels import Bar, BarColumn, BarPanel, BarSheet, NumberColumn, end_of
from concur.drawing.output import Output
from concur.drawing.page import Page
from concur.drawing.rows import rows_of
from concur.drawing.small_multiples import SmallMultiples, cell_of, others_note, subtitle
from concur.drawing.standing import COLOURS, SAME, StandingKey, ratio_with_mark, standing
from concur.statistics import event_counts
from concur.statistics.intervals import Estimate
from concur.statistics.measures import CPU, WALL, Measure
from concur.statistics.ratios import Ranked, default_measure, to_baseline, why_cpu

ROW_HEIGHT, KEY_GAP = 0.19, 0.05
# Longer bars are cut: as a multiple of the baseline, or of the least figure if there is no baseline.
# Narrow panels have less room.
MULTIPLE_MOST = {1: 5.0, 2: 3.0}
SPREAD_MOST = 20.0
# The inches that panels in one column may take. In two columns, intervals have no room as text.
ONE_COLUMN_MOST = 12.5
UNPAIRED = "unpaired with the baseline: ratio of two absolute figures"
COUNTED_APART = "counted in a separate run that was not timed"
WHOLE_NAMES = {"switches": "context switches"}
COUNTS: dict[str, Callable[[Cell], Estimate | None]] = {
    "system calls": event_counts.system_calls,
    "switches": event_counts.switches,
}


def measures_shown(workload: Workload) -> list[Measure]:
    """Wall time, unless the clients set it in all cases; and CPU time, if it is known."""
    found = [WALL] if any(default_measure(case) is WALL for case in workload.cases) else []
    return found + [CPU] * any(to_baseline(case, CPU).absolute for case in workload.cases)


def series_by_row(multiples: SmallMultiples, case: Case) -> dict[Row, Series]:
    found = {row: row.series_of(case) for row in multiples.rows}
    return {row: series for row, series in found.items() if series is not None}


def bar_of(ranked: Ranked, series: Series) -> Bar | None:
    """Its multiple of the baseline. Without a baseline: the figure itself."""
    written = ranked.measure.written
    if series in ranked.ratios:
        ratio = ranked.ratios[series]
        detail = units.interval(ratio.low, ratio.high) if ratio.has_interval else ""
        return Bar(
            ratio,
            ratio_with_mark(ranked, series) + ("*" if series in ranked.unpaired else ""),
            COLOURS[standing(ranked, series)],
            "" if series == ranked.baseline else detail,
            bold=series in (ranked.best, ranked.baseline),
        )
    if ranked.ratios or series not in ranked.absolute:
        return None
    figure = ranked.absolute[series]
    detail = f"{written(figure.low)} to {written(figure.high)}" if figure.has_interval else ""
    return Bar(figure, written(figure.value), COLOURS[SAME], detail)


def end_of_ratios(multiples: SmallMultiples, measure: Measure) -> float:
    """The same in all panels, so that readers can compare them."""
    most = MULTIPLE_MOST[multiples.columns]
    found = [e for case in multiples.cases for e in to_baseline(case, measure).ratios.values()]
    # A bar that is cut is at least twice as long as that of the baseline.
    return max(end_of(found, most), 2.0 if any(e.value > most for e in found) else 1.2)


def column_of(multiples: SmallMultiples, case: Case, measure: Measure) -> BarColumn:
    workload = multiples.workload
    ranked = to_baseline(case, measure)
    bars = {row: bar_of(ranked, series) for row, series in series_by_row(multiples, case).items()}
    known = {row: bar for row, bar in bars.items() if bar is not None}
    ok = [row for row in bars if (cell := cell_of(row, case)) is not None and cell.ok]
    unknown = {row: "not known" for row in ok if row not in known}
    why = why_cpu(workload, case) if measure is WALL else ""
    name = measure.name
    if ranked.baseline is None:
        values = [bar.estimate for bar in known.values()]
        least = min((e.value for e in values), default=1.0)
        end = end_of(values, least * SPREAD_MOST)
        return BarColumn(name, known, end, ticks.time_scale, "", why, unknown)
    base = ranked.value(ranked.baseline) or 0.0
    foot = f"1× = {measure.written(base)}"
    return BarColumn(name, known, end_of_ratios(multiples, measure), None, foot, why, {} if why else unknown)


def counts_of(multiples: SmallMultiples) -> list[str]:
    """The counts that some case has."""
    cells = [cell for case in multiples.workload.cases for cell in case.ok().values()]
    return [name for name, of in COUNTS.items() if any(of(cell) is not None for cell in cells)]


def numbers_of(multiples: SmallMultiples, case: Case, name: str) -> NumberColumn:
    cells = {row: cell_of(row, case) for row in multiples.rows}
    found = {row: COUNTS[name](cell) for row, cell in cells.items() if cell is not None}
    # "system calls" is too wide for a number of four characters.
    return NumberColumn(
        name.removeprefix("system "),
        {row: number_text(count.value) for row, count in found.items() if count is not None},
    )


def number_text(value: float) -> str:
    return "0" if value == 0 else "<0.01" if value < 0.00995 else units.count_short(value)


def panel_of(
    multiples: SmallMultiples, case: Case, shown: Sequence[Measure], counts: Sequence[str]
) -> BarPanel:
    return BarPanel(
        case,
        [column_of(multiples, case, measure) for measure in shown],
        [numbers_of(multiples, case, name) for name in counts],
    )


def is_cut(column: BarColumn) -> bool:
    return any(bar.estimate.value > column.end for bar in column.bars.values())


def is_compared(workload: Workload) -> bool:
    """Whether some case has a baseline."""
    return any(to_baseline(case).ratios for case in workload.cases)


def names_of(shown: Sequence[Measure]) -> str:
    names = " and ".join(measure.name for measure in shown)
    return f"{names[:1].upper()}{names[1:]}"


def what_is_shown(
    multiples: SmallMultiples, panels: Sequence[BarPanel], shown: Sequence[Measure], counts: Sequence[str]
) -> list[str]:
    """The sentences of the subtitle."""
    workload = multiples.workload
    compared = is_compared(workload)
    baselines = {case.baseline.model for case in workload.cases if case.baseline}
    base = baselines.pop() if len(baselines) == 1 else "the baseline of the case"
    what = f"{names_of(shown)} per {workload.unit}, as a multiple of {base}; less is better"
    found = [what if compared else "Less is better"]
    if any(is_cut(column) for panel in panels for column in panel.bars):
        times = f"{MULTIPLE_MOST[multiples.columns]:.0f}×"
        found.append(
            f"Bars longer than {times if compared else f'{SPREAD_MOST:.0f} times the shortest'} are cut"
        )
    if CPU in shown and compared:
        clients = ", without its clients" if workload.has_peer else ""
        found.append(f"CPU time: of all processes of the model{clients}")
    if counts:
        apart = [name for name in counts if name != "switches" or workload.in_windows]
        how = f", {COUNTED_APART}" if apart == list(counts) else ""
        heads = ", ".join(name.removeprefix("system ") for name in counts)
        whole = " and ".join(WHOLE_NAMES.get(name, name) for name in counts)
        found.append(f"{heads[:1].upper()}{heads[1:]}: {whole} per {workload.unit}{how}")
    return found


def title_of(workload: Workload, shown: Sequence[Measure]) -> str:
    """Without a baseline nothing is compared, and so nothing is stated."""
    if is_compared(workload):
        return headlines.headline(workload)
    return f"{names_of(shown)} per {workload.unit}"


def notes_below(workload: Workload, multiples: SmallMultiples) -> list[str]:
    refused = sorted({s.counts.reason for s in workload.samples if s.counts and s.counts.reason})
    uncounted = "Switches and system calls" if workload.in_windows else "System calls"
    unpaired = any(to_baseline(case).unpaired for case in workload.cases)
    found = [others_note(workload, multiples.rows), f"*: {UNPAIRED}" if unpaired else ""]
    return [*filter(None, found), *(f"{uncounted}: {reason}" for reason in refused)]


def multiples_of(document: Document, workload: Workload) -> SmallMultiples:
    rows = rows_of(document, workload)
    one = SmallMultiples.of(workload, rows, ROW_HEIGHT, 1)
    return one if one.height <= ONE_COLUMN_MOST else SmallMultiples.of(workload, rows, ROW_HEIGHT, 2)


def draw_workload(document: Document, output: Output, name: str, workload: Workload) -> None:
    multiples = multiples_of(document, workload)
    shown, counts = measures_shown(workload), counts_of(multiples)
    sheet = BarSheet(multiples, [panel_of(multiples, case, shown, counts) for case in workload.cases])
    key = StandingKey(
        (to_baseline(case, measure), series)
        for case in workload.cases
        for measure in shown
        for series in series_by_row(multiples, case).values()
        if series in to_baseline(case, measure).ratios
    )
    notes = sheet.notes()
    page = Page(
        document,
        title_of(workload, shown),
        subtitle(workload, *what_is_shown(multiples, sheet.panels, shown, counts)),
        multiples.height + KEY_GAP + key.height,
        labels.interval_note(document, "bars"),
        [*notes.lines(), *notes_below(workload, multiples)],
        kicker=f"{workload.name}: {' and '.join(measure.name for measure in shown)}",
    )
    sheet.draw(page, notes)
    key.draw(page, multiples.height + KEY_GAP)
    output.save(name, page)


def draw(document: Document, output: Output) -> None:
    for name, workload in output.wanted_workloads(document, "compare"):
        if any(case.ok() for case in workload.cases):
            draw_workload(document, output, name, workload)
        else:
            output.skip(name, "no case of this workload was ok")
