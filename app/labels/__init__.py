"""Labels: a template and some fields become paper that a scanner reads.

``template`` loads and checks ``label_templates/*.toml``; ``layout`` places everything once, in the printer's dots;
``bitmap``, ``pdf`` and ``zpl`` only give out what was placed; ``proof`` reads every symbol back before anything is
handed out. ``models``, ``printers`` and ``queue`` know where paper comes out, and what became of it.
"""

from pathlib import Path

from app.labels import fonts, template
from app.labels.demo_sheet import demo_sheet
from app.labels.fonts import unusable as unusable_fonts
from app.labels.pdf import SheetSize
from app.labels.proof import zbar_available
from app.labels.render import render_pdf, render_png, render_zpl
from app.labels.template import Template, templates

__all__ = [
    "SheetSize",
    "Template",
    "demo_sheet",
    "render_pdf",
    "render_png",
    "render_zpl",
    "templates",
    "unusable_fonts",
    "use_folders",
    "zbar_available",
]


def use_folders(*, templates_dir: str, fonts_dir: str) -> None:
    """Where this installation keeps templates and fonts of its own; empty: nowhere. Said once, at the start."""
    template.use_folder(Path(templates_dir) if templates_dir else None)
    fonts.use_folder(Path(fonts_dir) if fonts_dir else None)
