"""Uploaded pictures: judged before they are decoded, encoded anew in several widths and formats, never kept as sent.

Nothing of what was uploaded reaches a reader but its pixels: no metadata, no place, no profile, no second file inside.
"""

import contextlib
import io
import logging
import os
import re
import secrets
import shutil
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from PIL import Image, ImageCms, ImageOps

log = logging.getLogger(__name__)

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 25_000_000
LEAST_SIDE = 32
# A strip taller or wider than this is a screenshot to be cut, not a picture on a page.
LONGEST_SHAPE = 4
WIDTHS = (480, 720, 1080, 1440)
TALLEST = 2160
# In the order a browser chooses: the smallest file first, last what every browser can show.
FORMATS = {
    "avif": ("image/avif", "avif", {"quality": 60, "speed": 8, "max_threads": 2}),
    "webp": ("image/webp", "webp", {"quality": 80, "method": 4}),
    "jpeg": ("image/jpeg", "jpg", {"quality": 82, "optimize": True, "progressive": True}),
}
TYPES = {suffix: media_type for media_type, suffix, _ in FORMATS.values()}
# What may be sent, and the endings of such a file's name.
ACCEPTED = {
    "JPEG": {"jpg", "jpeg"},
    "PNG": {"png"},
    "WEBP": {"webp"},
    "AVIF": {"avif"},
}
ACCEPT = ",".join(f".{ending}" for endings in ACCEPTED.values() for ending in sorted(endings))
FOLDER = "pictures"
NAME = re.compile(r"(?P<folder>[0-9a-f]{32})/(?P<width>\d{1,4})\.(?P<suffix>avif|webp|jpg)")
# A picture that is also a web page, a program or an archive.
SECOND_FILE = re.compile(rb"<script|<html|<svg|<\?php|%PDF-", re.IGNORECASE)
ARCHIVE_END = b"PK\x05\x06"
SIDEWAYS = {5, 6, 7, 8}  # values of the EXIF orientation

WRONG_KIND = "Choose a picture saved as JPEG, PNG, WebP or AVIF."
DAMAGED = (
    "This picture cannot be read to its end: the file is damaged. Save it anew in a picture program, then choose it."
)
TWO_FILES = "This file is a picture and something else at once. Save it anew as JPEG or PNG in a picture program."
MOVING = "This picture moves. Choose one that stands still: movement distracts people who read slowly."


# --- What may come in ---


def read(upload):
    """Return the pixels of an uploaded file as an RGB image no wider than we show it; raises ValidationError in words.

    Size and shape are judged by the file's head, before anything is decoded.
    """
    if upload.size > MOST_BYTES:
        raise ValidationError(
            f"This file has {_megabytes(upload.size)} MB; 10 MB at most. Save it smaller, then choose it."
        )
    if not upload.size:
        raise ValidationError("This file is empty. Choose another one.")
    data = _bytes(upload)
    ending = Path(upload.name or "").suffix.lstrip(".").lower()
    _refuse_by_head(data)
    try:
        with Image.open(io.BytesIO(data), formats=list(ACCEPTED)) as image:
            _refuse_by_shape(image)
            _refuse_by_name(image, ending)
            _refuse_second_file(data)
            return _shown(image)
    except ValidationError:
        raise
    except Image.DecompressionBombError as error:
        raise ValidationError(_too_many_pixels()) from error
    # Pillow meets a damaged file with errors of a dozen kinds.
    except Exception as error:
        log.info("An uploaded picture could not be read: %s", type(error).__name__)
        raise ValidationError(DAMAGED) from error


def _bytes(upload):
    upload.seek(0)
    return upload.read(MOST_BYTES + 1)


def _megabytes(size):
    return f"{size / 1024 / 1024:.1f}"


def _too_many_pixels(width=0, height=0):
    has = f"{width} by {height} pixels" if width else "far too many pixels"
    return f"This picture has {has}; {MOST_PIXELS // 1_000_000} million at most. Make it smaller, then choose it."


def _refuse_by_head(data):
    """Raise ValidationError for what is no picture of ours, by its first bytes alone."""
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<?xml", b"<svg", b"<!doctype")) or b"<svg" in head:
        raise ValidationError(f"This is a drawing in SVG, which can hold a program. {WRONG_KIND}")
    if data[:6] in (b"GIF87a", b"GIF89a"):
        raise ValidationError(f"This is a GIF. {WRONG_KIND}")
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1"):
        raise ValidationError(f"This is a HEIC file, as telephones make them. Save or send it as JPEG. {WRONG_KIND}")
    if not (data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or _is_riff(data) or data[4:8] == b"ftyp"):
        raise ValidationError(f"This is no picture we can read. {WRONG_KIND}")


def _is_riff(data):
    return data.startswith(b"RIFF") and data[8:12] == b"WEBP"


def _refuse_by_shape(image):
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise ValidationError(_too_many_pixels(width, height))
    if min(width, height) < LEAST_SIDE:
        raise ValidationError(f"This picture has {width} by {height} pixels: too few to show. Choose a larger one.")
    if max(width, height) > LONGEST_SHAPE * min(width, height):
        raise ValidationError(
            f"This picture is a strip of {width} by {height} pixels. Cut it so that no side is over "
            f"{LONGEST_SHAPE} times the other."
        )
    # A telephone's JPEG may carry a second picture, of depth or brightness: the first is the one people know.
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise ValidationError(MOVING)


def _refuse_by_name(image, ending):
    kind = "JPEG" if image.format == "MPO" else image.format
    if ending not in ACCEPTED[kind]:
        named = f"ends in .{ending}" if ending else "has no ending"
        raise ValidationError(
            f"This file is a {kind}, but its name {named}. Save it anew as JPEG or PNG, then choose it."
        )


def _refuse_second_file(data):
    if SECOND_FILE.search(data) or ARCHIVE_END in data[-70_000:]:
        raise ValidationError(TWO_FILES)


def _shown(image):
    """Return `image` upright, in sRGB, on white, and no larger than we ever show it."""
    is_sideways = image.getexif().get(0x0112) in SIDEWAYS
    width, height = image.size[::-1] if is_sideways else image.size
    scale = min(1, WIDTHS[-1] / width, TALLEST / height)
    size = tuple(max(1, round(side * scale)) for side in image.size)
    # A large JPEG is decoded at the nearest half, quarter or eighth: a third of the memory.
    image.draft(None, size)
    image.load()
    profile = image.info.get("icc_profile")
    image = _without_palette(image)
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    image = ImageOps.exif_transpose(image)
    image = _on_white(_in_srgb(image, profile))
    # A new image: not one key of the old one's metadata comes along.
    fresh = Image.new("RGB", image.size)
    fresh.paste(image)
    return fresh


def _without_palette(image):
    if image.mode.startswith("I") or image.mode == "F":  # sixteen bits for each pixel
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("1", "P", "PA") or "transparency" in image.info:
        return image.convert("RGBA")
    return image


def _in_srgb(image, profile):
    """Return `image` in the colours of sRGB; a profile that cannot be read is left unheeded."""
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        alpha = image.getchannel("A") if image.mode == "RGBA" else None
        colours = image.convert("RGB") if alpha else image
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            changed = ImageCms.profileToProfile(colours, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if alpha:
                changed.putalpha(alpha)
            return changed
    return image


def _on_white(image):
    if image.mode in ("RGBA", "LA", "La", "RGBa"):
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(ground, image).convert("RGB")
    return image.convert("RGB")


# --- What is kept ---


def store(image):
    """Write `image` in every width and format and return {folder, width, height, files}, as Picture keeps them.

    All files or none: they appear under their name only when the last one is written.
    """
    folder = secrets.token_hex(16)
    target = _root() / folder
    making = _root() / f".{folder}"
    making.mkdir(parents=True)
    files = []
    try:
        for width in widths_of(image.width):
            smaller = image
            if width != image.width:
                height = max(1, round(image.height * width / image.width))
                smaller = image.resize((width, height), Image.Resampling.LANCZOS)
            for name, (_, suffix, options) in FORMATS.items():
                with (making / f"{width}.{suffix}").open("wb") as file:
                    smaller.save(file, name.upper(), **options)
                    file.flush()
                    os.fsync(file.fileno())
                files.append({"format": name, "width": width, "path": f"{FOLDER}/{folder}/{width}.{suffix}"})
        making.rename(target)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return {"folder": folder, "width": image.width, "height": image.height, "files": files}


def widths_of(width):
    """Return the widths a picture so wide is kept in: never wider than it is."""
    widest = min(width, WIDTHS[-1])
    return [one for one in WIDTHS if one < widest] + [widest]


def remove(folder):
    """Take a picture's files away; what is gone already is no mistake."""
    if re.fullmatch(r"[0-9a-f]{32}", folder):
        shutil.rmtree(_root() / folder, ignore_errors=True)


def _root():
    return Path(settings.MEDIA_ROOT) / FOLDER


# --- What readers are sent ---


def sources(picture):
    """Return what to show of a picture's plain values (see Figure.value), as [{type, srcset, src, width, height}].

    Smallest format first; the last one is for the `img` itself. Only files that exist are named, so nothing broken is
    ever shown: with none left, or with no picture, the list is empty.
    """
    found = []
    for name, (media_type, _, _) in FORMATS.items():
        files = [one for one in (picture or {}).get("files", ()) if one["format"] == name and _is_there(one["path"])]
        if not files:
            continue
        files.sort(key=lambda one: one["width"])
        widest = files[-1]["width"]
        found.append(
            {
                "type": media_type,
                "srcset": ", ".join(f"{_url(one['path'])} {one['width']}w" for one in files),
                "src": _url(files[-1]["path"]),
                "width": widest,
                "height": max(1, round(picture["height"] * widest / picture["width"])),
            }
        )
    return found


def path_of(name):
    """Return the stored file that `folder/width.suffix` names, or None: no other file is ever handed out."""
    match = NAME.fullmatch(name)
    path = _root() / name if match else None
    return path if path and path.is_file() else None


def type_of(name):
    return TYPES[name.rsplit(".", 1)[-1]]


def _is_there(path):
    return path_of(path.removeprefix(f"{FOLDER}/")) is not None


def _url(path):
    return f"{settings.MEDIA_URL}{path}"
