"""Pictures for tests: drawn here, so that none is anybody's."""

import io
import itertools

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from articles import images
from articles.models import Picture
from tests.articles.writing import LONG_AGO

_numbers = itertools.count(1)


def drawn(width=900, height=600, mode="RGB"):
    """Return a picture with a light left and a dark right half."""
    image = Image.new(mode, (width, height), "white")
    image.paste(Image.new(mode, (width // 2, height), "black"), (width // 2, 0))
    return image


def encoded(image=None, kind="JPEG", **options):
    file = io.BytesIO()
    (image or drawn()).save(file, kind, **options)
    return file.getvalue()


def upload(data=None, name="plan.jpg"):
    return SimpleUploadedFile(name, encoded() if data is None else data)


def make_picture(width=600, height=400, **fields):
    """Return a stored picture with its files."""
    stored = images.store(drawn(width, height))
    return Picture.objects.create(**{"title": f"Picture {next(_numbers)}", "uploaded_at": LONG_AGO, **stored, **fields})
