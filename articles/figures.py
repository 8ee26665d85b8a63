"""The figures of a page as HTML: pictures in the sizes a screen needs, charts, drawings of our own. No ORM."""

import re
from dataclasses import dataclass
from html import escape

from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

from . import charts, images

SIZES = "(min-width: 40em) 36rem, calc(100vw - 2.5rem)"
DRAWING = re.compile(r"[a-z0-9-]{1,60}")


@dataclass(frozen=True)
class Figure:
    """One figure of a release (see models.Figure.value), with the visit's steps for the drawing of them."""

    value: dict
    visit: str = ""  # the visit timeline as HTML, known to be safe

    @property
    def number(self):
        return self.value["number"]

    @property
    def words(self):
        """Return every word of it that a reader may meet."""
        names = ("title", "caption", "note", "alt", "rows")
        return "\n".join(str(self.value.get(name) or "") for name in names)

    @property
    def is_visit(self):
        return self.value["kind"] == "drawing" and self.value.get("drawing") == "visit-timeline"

    def html(self, write, tag="h3"):
        """Return the figure as HTML, or "" where there is nothing to show.

        `write` turns text into HTML with its marks; `tag` is the heading that its title may have.
        """
        inside = self._inside(write)
        title, caption, note = (self.value.get(name) or "" for name in ("title", "caption", "note"))
        if not inside and not caption:
            return ""
        place = f"figure-{self.number}"
        head = f'<{tag} class="title" id="{place}">{write(title)}</{tag}>' if title else ""
        named = f' aria-labelledby="{place}"' if title else ""
        described = f' aria-describedby="{place}-caption"' if caption else ""
        foot = f'<p id="{place}-caption">{write(caption)}</p>' if caption else ""
        foot += f'<p class="small">{write(note)}</p>' if note else ""
        credit = (self.value.get("picture") or {}).get("credit") or ""
        foot += f'<p class="small">{escape(credit)}</p>' if credit and self.value["kind"] == "picture" else ""
        inside, fold = inside if isinstance(inside, tuple) else (inside, "")
        # A caption is the last thing in its figure, so what folds away stands in it.
        foot = f"<figcaption>{foot}{fold}</figcaption>" if foot else fold
        own = "" if title else f' id="{place}"'
        return f'<figure class="figure"{own}{named}{described}>{head}{inside}{foot}</figure>'

    def _inside(self, write):
        kind = self.value["kind"]
        if kind == "picture":
            return self._picture()
        if kind == "chart":
            return self._chart(write)
        return self._drawing(write)

    def _picture(self):
        """Return the picture, or its words where no file of it is to be had."""
        picture, decorative = self.value.get("picture"), self.value.get("alt_choice") == "decorative"
        alt = "" if decorative else (self.value.get("alt") or "").strip()
        *others, last = sources(picture) or [None]
        if last is None:
            return f"<p>{escape(alt)}</p>" if alt else ""
        offers = "".join(
            f'<source type="{escape(one["type"])}" srcset="{escape(one["srcset"])}" sizes="{SIZES}">' for one in others
        )
        return (
            f'<picture>{offers}<img src="{escape(last["src"])}" srcset="{escape(last["srcset"])}" sizes="{SIZES}" '
            f'width="{int(last["width"])}" height="{int(last["height"])}" loading="lazy" decoding="async" '
            f'alt="{escape(alt)}"></picture>'
        )

    def _chart(self, write):
        try:
            studies = charts.read(self.value.get("rows") or "")
        except charts.ChartError:
            # A release keeps what was published; what cannot be drawn is still to be read.
            rows = [line.lstrip("# ") for line in (self.value.get("rows") or "").splitlines() if line.strip()]
            return f"<ul>{''.join(f'<li>{write(row)}</li>' for row in rows)}</ul>" if rows else ""
        return charts.draw(studies, write, self.value.get("title") or f"Numbers of figure {self.number}")

    def _drawing(self, write):
        slug, alt = self.value.get("drawing") or "", (self.value.get("alt") or "").strip()
        if self.is_visit:
            return self.visit
        if DRAWING.fullmatch(slug):
            try:
                return render_to_string(f"articles/drawings/{slug}.html", {"alt": alt, "number": self.number})
            except TemplateDoesNotExist:
                pass
        return f"<p>{write(alt)}</p>" if alt else ""


def sources(picture):
    """Return what to show of a picture as [{type, srcset, src, width, height}], of files that exist alone."""
    return images.sources(picture) if picture else []
