import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


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
