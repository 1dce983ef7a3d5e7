from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import requests
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from moto import mock_aws
from storages.backends.s3 import S3Storage

from livecommerce import doctor, media

REGION, BUCKET = "eu-central-1", "films"
BEGINS = f"https://{BUCKET}.s3.amazonaws.com"


@pytest.fixture
def stored():
    path = default_storage.save("takes/key/source/000000.m4s", ContentFile(b"moof"))
    default_storage.save("secret-key", ContentFile(b"secret"))
    default_storage.save("invoices/1.pdf", ContentFile(b"private"))
    return path


def test_a_stored_file_is_given_and_may_be_kept_for_ever(client, stored):
    answer = client.get(f"/media/{stored}")

    assert b"".join(answer.streaming_content) == b"moof"
    assert answer.headers["Content-Type"] == "video/iso.segment"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Disposition" not in answer.headers  # a name here would beat the link's own


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    "path",
    [
        "takes/none.m4s",
        "takes/",
        "takes/key",
        "takes/key/",
        "takes/key/source/000000.m4s/more",
        "takes/../secret-key",
        "takes/../../secret-key",
        "takes/..%2fsecret-key",
        "takes/%2e%2e/secret-key",
        "takes/key/../../secret-key",
        "takes\\..\\secret-key",
        "takes/..\\..\\secret-key",
        "takes/%00",
        "takes/a%00b",
        "takes/" + "a" * 300,
        "takes/" + "a/" * 300,
        "takes/" + "é" * 150,
        "secret-key",
        "invoices/1.pdf",
        "/etc/passwd",
        "takes//etc/passwd",
        "TAKES/key/source/000000.m4s",
        "readyz/probe",
        ".",
    ],
)
def test_what_is_not_for_everyone_is_answered_like_what_does_not_exist(client, path):
    assert client.get(f"/media/{path}").status_code == 404


@pytest.mark.usefixtures("stored")
def test_a_file_outside_of_the_folder_cannot_be_reached_by_its_own_path(client):
    outside = settings.VAR_DIR / "outside.txt"
    outside.write_text("secret")

    assert client.get(f"/media/takes/{outside}").status_code == 404
    assert client.get("/media/takes/../../outside.txt").status_code == 404


def test_files_are_read_only(client, stored):
    for verb in (client.post, client.put, client.delete):
        assert verb(f"/media/{stored}").status_code == 405

    assert default_storage.exists(stored)


@pytest.mark.parametrize("path", ["/media/takes/key/source/000001.m4s", "/hls/soon/master.m3u8"])
@pytest.mark.django_db
def test_no_cache_keeps_that_something_is_not_there_yet(client, path):
    answer = client.get(path)

    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


@pytest.fixture
def bucket(settings, monkeypatch):
    """bucket(**options): a private one at Amazon, with one segment and one picture in it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")

    def made(**options):
        boto3.client("s3", region_name=REGION).create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        options |= {"bucket_name": BUCKET, "region_name": REGION, "signature_version": "s3v4"}
        storage = S3Storage(querystring_expire=settings.SIGNED_FOR, **options)
        for path in ("takes/key/source/000000.m4s", "pictures/a-320.webp"):
            storage.save(path, ContentFile(b"moof"))
        for module in (media, doctor):
            monkeypatch.setattr(module, "default_storage", storage)
        settings.FILES = {"BACKEND": "storages.backends.s3.S3Storage"}
        settings.MEDIA_FROM = BEGINS

    with mock_aws():
        yield made


def test_a_segment_is_read_from_a_private_bucket_by_an_address_that_ends(bucket, client):
    bucket()

    answer = client.get("/media/takes/key/source/000000.m4s")

    assert answer.status_code == 302
    assert answer.url.startswith(f"{BEGINS}/takes/key/source/000000.m4s?")
    signed = parse_qs(urlsplit(answer.url).query)
    assert (signed["X-Amz-Expires"], "X-Amz-Signature" in signed) == (["3600"], True)
    assert answer.headers["Cache-Control"] == "public, max-age=1800"
    assert requests.get(answer.url, timeout=5).content == b"moof"
    assert client.get("/media/takes/key/source/000001.m4s").status_code == 404
    assert client.get("/media/takes/../secret-key").status_code == 404


def test_a_public_name_in_front_of_the_bucket_needs_no_signature(bucket, client):
    bucket(custom_domain="cdn.example.com")

    answer = client.get("/media/takes/key/source/000000.m4s")

    assert answer.url == "https://cdn.example.com/takes/key/source/000000.m4s"


def test_pictures_come_through_us_wherever_they_are(bucket, client):
    bucket()

    assert b"".join(client.get("/media/pictures/a-320.webp").streaming_content) == b"moof"


def test_an_address_that_the_bucket_does_not_have_is_told_by_doctor(bucket, settings):
    bucket()
    assert doctor._storage().level == "ok"

    settings.MEDIA_FROM = "https://films.example.com"
    assert (doctor._storage().level, BEGINS in doctor._storage().words) == ("wrong", True)
