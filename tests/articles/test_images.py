"""What an uploaded picture becomes, what is refused in words, and what readers are sent of it."""

import io
import random
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from PIL import Image, ImageCms

from articles import images
from articles.models import Figure, Picture
from tests.articles.pictures import drawn, encoded, make_picture, upload
from tests.articles.writing import LONG_AGO, make_article, make_contributor

SECRET = b"Mill Lane 7, 38.8977 North"


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def with_metadata(image=None, orientation=1):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (38.0, 53.0, 52.0), 3: "W", 4: (77.0, 2.0, 11.0)})
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + SECRET + b"</x:xmpmeta>"
    return encoded(image, exif=exif, comment=SECRET, xmp=xmp)


def pixels_of(file):
    with Image.open(file) as image:
        return image.convert("RGB")


# --- What comes out ---


def test_picture_is_kept_in_three_formats_and_never_wider_than_it_is(own_media):
    stored = images.store(images.read(upload(encoded(drawn(1000, 500)))))

    files = sorted(path.name for path in (own_media / "pictures" / stored["folder"]).iterdir())
    assert files == sorted(f"{width}.{suffix}" for width in (480, 720, 1000) for suffix in ("avif", "webp", "jpg"))
    assert (stored["width"], stored["height"]) == (1000, 500)
    assert {one["path"] for one in stored["files"]} == {f"pictures/{stored['folder']}/{name}" for name in files}
    for name in files:
        with Image.open(own_media / "pictures" / stored["folder"] / name) as image:
            width = int(name.split(".")[0])
            assert (image.size, image.format) == (
                (width, width // 2),
                {"jpg": "JPEG"}.get(name[-3:], name[-4:].upper()),
            )


@pytest.mark.parametrize(
    "size, widths",
    [((100, 80), [100]), ((480, 480), [480]), ((481, 400), [480, 481]), ((5000, 4000), [480, 720, 1080, 1440])],
)
def test_widths(size, widths):
    assert images.widths_of(size[0]) == widths


def test_large_picture_is_made_as_wide_as_we_show_it():
    assert images.read(upload(encoded(drawn(4000, 3000)))).size == (1440, 1080)
    assert images.read(upload(encoded(drawn(1500, 4500)))).size == (720, 2160)


def test_metadata_is_gone_from_every_file(own_media):
    sent = with_metadata()
    assert SECRET in sent

    stored = images.store(images.read(upload(sent)))

    for path in (own_media / "pictures" / stored["folder"]).iterdir():
        with Image.open(path) as image:
            assert dict(image.getexif()) == {}
            assert not {"exif", "xmp", "icc_profile", "comment"} & image.info.keys()
        data = path.read_bytes()
        assert [word for word in (SECRET, b"Exif", b"xmpmeta", b"GPS") if word in data] == []


def test_picture_stands_upright():
    # Taken with the telephone on its side: light at the left becomes light at the top.
    image = images.read(upload(with_metadata(drawn(900, 600), orientation=6)))

    assert image.size == (600, 900)
    assert (image.getpixel((300, 20))[0] > 200, image.getpixel((300, 880))[0] < 50) == (True, True)


def test_colours_of_another_profile_are_turned_into_srgb():
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # The same profile with red and green changed over: the same numbers mean another colour.
    changed = plain.replace(b"rXYZ", b"????", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"????", b"gXYZ", 1)
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    red = Image.new("RGB", (64, 64), (200, 30, 30))

    found = {
        name: images.read(upload(encoded(red, "PNG", icc_profile=profile), "red.png")).getpixel((5, 5))
        for name, profile in (("plain", plain), ("changed", changed), ("none", b"no profile"), ("unfit", lab))
    }

    assert [(name, max(range(3), key=colour.__getitem__)) for name, colour in found.items()] == [
        ("plain", 0), ("changed", 1), ("none", 0), ("unfit", 0)
    ]  # fmt: skip
    assert (found["none"], found["unfit"]) == ((200, 30, 30), (200, 30, 30))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_way_to_store_a_png_is_read(mode):
    image = Image.new(mode, (64, 64)) if mode == "I;16" else drawn(64, 64).convert(mode)

    assert images.read(upload(encoded(image, "PNG"), "plan.png")).mode == "RGB"


def test_what_is_see_through_becomes_white():
    image = Image.new("RGBA", (64, 64), (255, 0, 0, 0))

    assert images.read(upload(encoded(image, "PNG"), "plan.png")).getpixel((9, 9)) == (255, 255, 255)


def test_cmyk_of_a_printer_is_read():
    assert images.read(upload(encoded(drawn(64, 64).convert("CMYK")))).mode == "RGB"


def test_second_picture_in_a_telephones_file_is_left_out():
    data = encoded(drawn(64, 64), "MPO", save_all=True, append_images=[drawn(64, 64)])

    assert images.read(upload(data)).size == (64, 64)


# --- What is refused ---


def png_of_size(width, height):
    """Return a small PNG whose head promises so many pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"0" * 100)) + chunk(b"IEND", b"")


def moving(kind):
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue", "green")]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


REFUSED = [
    ("empty", b"", "plan.jpg", "This file is empty."),
    ("text", b"hello" * 100, "plan.jpg", "no picture we can read"),
    ("web page", b"<!DOCTYPE html><script>alert(1)</script>", "plan.jpg", "This is a drawing in SVG"),
    ("drawing", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "plan.svg", "This is a drawing in SVG"),
    ("drawing, named a picture", b"\n <?xml version='1.0'?><svg/>", "plan.png", "This is a drawing in SVG"),
    ("GIF", moving("GIF"), "plan.gif", "This is a GIF."),
    ("HEIC", b"\x00\x00\x00\x18ftypheic" + b"\0" * 99, "plan.heic", "Save or send it as JPEG"),
    ("TIFF", encoded(drawn(64, 64), "TIFF"), "plan.jpg", "no picture we can read"),
    ("BMP", encoded(drawn(64, 64), "BMP"), "plan.jpg", "no picture we can read"),
    ("moving PNG", moving("PNG"), "plan.png", "This picture moves."),
    ("moving WebP", moving("WEBP"), "plan.webp", "This picture moves."),
    ("bomb", png_of_size(60_000, 60_000), "plan.png", "25 million at most"),
    ("over the limit", png_of_size(5001, 5000), "plan.png", "This picture has 5001 by 5000 pixels; 25 million at most"),
    ("dot", encoded(drawn(10, 10), "PNG"), "plan.png", "10 by 10 pixels: too few"),
    ("strip", encoded(drawn(2000, 100)), "plan.jpg", "a strip of 2000 by 100 pixels"),
    ("cut off", encoded()[:2000], "plan.jpg", "the file is damaged"),
    ("cut off PNG", encoded(kind="PNG")[:600], "plan.png", "the file is damaged"),
    ("head alone", b"\xff\xd8\xff\xe0", "plan.jpg", "the file is damaged"),
    ("wrong ending", encoded(kind="PNG"), "plan.jpg", "This file is a PNG, but its name ends in .jpg."),
    ("program's ending", encoded(), "plan.php", "This file is a JPEG, but its name ends in .php."),
    ("two endings", encoded(), "plan.jpg.exe", "but its name ends in .exe."),
    ("no ending", encoded(), "plan", "but its name has no ending."),
    ("with a script", encoded() + b"<script>alert(1)</script>", "plan.jpg", "something else at once"),
    ("with a program", encoded(comment=b"<?php system($_GET[0]); ?>"), "plan.jpg", "something else at once"),
    ("with an archive", encoded() + b"PK\x03\x04..PK\x05\x06" + b"\0" * 18, "plan.jpg", "something else at once"),
    ("with a document", encoded(kind="PNG") + b"%PDF-1.4", "plan.png", "something else at once"),
    ("other film", b"\0\0\0\x18ftypmp42" + b"\0" * 99, "plan.avif", "the file is damaged"),
]  # fmt: skip


@pytest.mark.parametrize("data, name, words", [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_no_honest_picture_is_refused_in_words(own_media, data, name, words):
    with pytest.raises(ValidationError) as refused:
        images.read(upload(data, name))

    assert words in refused.value.messages[0]
    assert not own_media.exists()


def test_file_of_too_many_bytes_is_refused_before_it_is_read():
    class Endless:
        size, name = images.MOST_BYTES + 1, "plan.jpg"

        def read(self, *args):
            raise AssertionError("was read")

    with pytest.raises(ValidationError, match="10 MB at most"):
        images.read(Endless())


def test_too_many_pixels_are_refused_before_they_are_decoded(monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("was decoded"))

    with pytest.raises(ValidationError, match="25 million at most"):
        images.read(upload(png_of_size(9000, 9000), "plan.png"))


def test_damage_anywhere_is_a_message_or_a_picture_and_nothing_else():
    chance = random.Random(7)
    for kind, name in (("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")):
        whole = encoded(drawn(64, 64), kind)
        for _ in range(40):
            data = bytearray(whole)
            for _ in range(3):
                data[chance.randrange(len(data))] = chance.randrange(256)
            try:
                image = images.read(upload(bytes(data), name))
            except ValidationError:
                continue
            assert image.mode == "RGB"


def test_files_are_all_there_or_none(own_media, monkeypatch):
    image, save = images.read(upload()), Image.Image.save

    def full_disk(self, file, kind, **options):
        if kind == "WEBP":
            raise OSError(28, "No space left on device")
        save(self, file, kind, **options)

    monkeypatch.setattr(Image.Image, "save", full_disk)
    with pytest.raises(OSError, match="No space left"):
        images.store(image)

    assert list((own_media / "pictures").iterdir()) == []


# --- What readers are sent ---


def test_sources_name_what_exists_smallest_format_first(db):
    picture = make_picture(600, 400)
    url = f"/media/pictures/{picture.folder}"

    assert images.sources(picture.value()) == [
        {"type": f"image/{name}", "srcset": f"{url}/480.{suffix} 480w, {url}/600.{suffix} 600w",
         "src": f"{url}/600.{suffix}", "width": 600, "height": 400}
        for name, suffix in (("avif", "avif"), ("webp", "webp"), ("jpeg", "jpg"))
    ]  # fmt: skip


def test_missing_file_is_never_named(db, own_media):
    picture = make_picture(600, 400)
    folder = own_media / "pictures" / picture.folder
    for name in ("480.avif", "600.avif", "600.jpg"):
        (folder / name).unlink()

    found = images.sources(picture.value())

    assert [(one["type"], one["width"], one["height"]) for one in found] == [
        ("image/webp", 600, 400),
        ("image/jpeg", 480, 320),
    ]
    images.remove(picture.folder)
    assert images.sources(picture.value()) == []
    assert images.sources(None) == []


def test_path_from_elsewhere_is_never_shown(db, own_media):
    (own_media / "notices").mkdir(parents=True)
    (own_media / "notices" / "480.jpg").write_bytes(b"x")
    value = {
        "width": 480,
        "height": 320,
        "files": [{"format": "jpeg", "width": 480, "path": "pictures/../notices/480.jpg"}],
    }

    assert images.sources(value) == []


def test_file_is_sent_with_its_type_and_a_long_life(client, db):
    picture = make_picture(600, 400)

    response = client.get(f"/media/pictures/{picture.folder}/480.avif")

    assert response.status_code == 200
    assert {name: response[name] for name in ("Content-Type", "Cache-Control", "X-Content-Type-Options")} == {
        "Content-Type": "image/avif",
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    assert "Set-Cookie" not in response and response.cookies == {}
    assert Image.open(io.BytesIO(b"".join(response.streaming_content))).size == (480, 320)


def test_nothing_but_our_own_encodings_is_handed_out(client, db, own_media):
    picture = make_picture(600, 400)
    (own_media / "pictures" / picture.folder / "480.html").write_text("<script>")
    (own_media / "secret.jpg").write_text("x")

    for path in (
        f"{picture.folder}/480.html",
        f"{picture.folder}/481.jpg",
        f"{picture.folder}/",
        f"{picture.folder}",
        "../secret.jpg",
        f"{picture.folder}/../../secret.jpg",
        f"{picture.folder}/%2e%2e/480.jpg",
        f"{'0' * 32}/480.jpg",
        f"{picture.folder}/480.jpg%00",
    ):
        assert client.get(f"/media/pictures/{path}").status_code == 404
    assert client.post(f"/media/pictures/{picture.folder}/480.jpg").status_code == 405


# --- In use ---


def test_picture_in_a_draft_a_public_text_or_a_signed_one_stays(db, own_media):
    picture = make_picture()
    article = make_article(title="Sleep", body="<p>Text</p>\n<p>[figure 1]</p>")
    figure = Figure.objects.create(article=article, number=1, kind="picture", picture=picture, alt_choice="decorative")
    assert picture.uses() == ["figure of the draft “Sleep”"]
    article.sign(make_contributor(), LONG_AGO)
    article.publish(LONG_AGO)
    figure.delete()

    assert picture.uses() == ["public text “Sleep”", "signed text “Sleep”"]
    with pytest.raises(ProtectedError):
        picture.delete()
    assert Picture.objects.count() == 1
    assert (own_media / "pictures" / picture.folder).is_dir()


def test_picture_in_use_nowhere_goes_with_its_files(own_media, django_capture_on_commit_callbacks, db):
    picture, other = make_picture(), make_picture()

    with django_capture_on_commit_callbacks(execute=True):
        picture.delete()

    assert [path.name for path in (own_media / "pictures").iterdir()] == [other.folder]
