"""One page (HTML) with all charts of a folder, and the reasons why others could not be drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:960px;margin:2em auto;padding:0 1em;"
    "color:#222;background:#fff}"
    "figure{margin:0 0 3em}figcaption{margin-bottom:.5em}"
    "img{width:100%;height:auto;border:1px solid #ddd}"
)


@dataclass(frozen=True)
class Chart:
    name: str
    title: str


def html(
    heading: str, charts: Mapping[str, Chart], reasons: Mapping[str, str], formats: Sequence[str]
) -> str:
    """`charts` and `reasons` are by the names of files, without a suffix."""
    figures = (_figure(file, chart, formats) for file, chart in charts.items())
    contents = (
        f'<li><a href="#{escape(file)}">{escape(chart.name)}</a></li>' for file, chart in charts.items()
    )
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        f'<head><meta charset="utf-8"><title>{escape(heading)}</title>',
        '<meta name="viewport" content="width=device-width">',
        f"<style>{STYLE}</style></head>",
        f"<body><h1>{escape(heading)}</h1>",
        *(["<ol>", *contents, "</ol>"] if charts else []),
        *figures,
        *_missing(reasons),
        "</body></html>",
    ]
    return "\n".join(lines) + "\n"


def _figure(name: str, chart: Chart, formats: Sequence[str]) -> str:
    files = [f"{name}.{suffix}" for suffix in formats]
    links = " · ".join(f'<a href="{escape(file)}">{escape(file)}</a>' for file in files)
    image = f'<img src="{escape(files[0])}" alt="{escape(chart.title)}" loading="lazy">'
    return (
        f'<figure id="{escape(name)}"><figcaption>{escape(chart.title)} ({links})</figcaption>'
        f'<a href="{escape(files[0])}">{image}</a></figure>'
    )


def _missing(reasons: Mapping[str, str]) -> list[str]:
    if not reasons:
        return []
    rows = (f"<li><code>{escape(name)}</code>: {escape(why)}</li>" for name, why in reasons.items())
    return ["<h2>Charts that could not be drawn</h2>", "<ul>", *rows, "</ul>"]
