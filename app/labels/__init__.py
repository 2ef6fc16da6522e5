"""Labels: a template and some fields become paper that a scanner reads.

``template`` loads and checks ``label_templates/*.toml``; ``layout`` places everything once, in the printer's dots;
``bitmap`` and ``pdf`` only draw what was placed; ``proof`` reads every symbol back before anything is handed out.
"""

from app.labels.demo_sheet import demo_sheet
from app.labels.pdf import SheetSize
from app.labels.proof import zbar_available
from app.labels.render import render_pdf, render_png, render_zpl
from app.labels.template import Template, templates

__all__ = ["SheetSize", "Template", "demo_sheet", "render_pdf", "render_png", "render_zpl", "templates", "zbar_available"]
