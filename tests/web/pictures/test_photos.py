"""A photo instead of a scan, over HTTP: the page's fragment and the API."""

import io
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import PIL.Image
import pytest
import zxingcpp
from flask.testing import FlaskClient

from app.refusal import Refused
from app.web.pictures import photo_reader

SAMPLES = Path(__file__).parents[2] / "barcode" / "photos"
EAN = (SAMPLES / "ean13.webp").read_bytes()
ONE_ENGINE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AT = "/api/v1/barcodes/photos"


def sleeper(seconds: int) -> tuple[str, ...]:
    return (sys.executable, "-c", f"import time; time.sleep({seconds})")


@ONE_ENGINE
def test_a_program_gets_the_symbols_of_a_photo(shop: object, client: FlaskClient, token: Callable[..., dict[str, str]]):
    for kind, data in (("image/webp", EAN), ("image/png", (SAMPLES / "gs1-datamatrix.png").read_bytes())):
        answer = client.post(AT, data=data, content_type=kind, headers=token("picker", "floor"))
        assert answer.status_code == 200, answer.text
        (symbol,) = answer.json["symbols"]
        assert symbol.keys() == {"text", "symbology", "agreed"}
    assert symbol["text"].startswith("01095040000591012112345678p901\x1d10")
    assert symbol["symbology"] == "DataMatrix"


@ONE_ENGINE
@pytest.mark.parametrize(
    ("data", "kind", "status", "code"),
    [
        (b"<svg/>", "image/svg+xml", 415, "unsupported_media"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", 422, "not_an_image"),
        (b"<!doctype html>", "image/jpeg", 422, "not_an_image"),
        (b"", "image/jpeg", 422, "not_an_image"),
        (EAN, "application/octet-stream", 415, "unsupported_media"),
    ],
)
def test_what_is_no_photo_is_refused(
    shop: object,
    client: FlaskClient,
    token: Callable[..., dict[str, str]],
    data: bytes,
    kind: str,
    status: int,
    code: str,
):
    answer = client.post(AT, data=data, content_type=kind, headers=token("picker", "floor"))
    assert (answer.status_code, answer.json["code"]) == (status, code)


@ONE_ENGINE
def test_the_contract_names_the_three_kinds_of_photos(client: FlaskClient):
    operation = client.get("/api/v1/openapi.json").json["paths"]["/barcodes/photos"]["post"]
    assert set(operation["requestBody"]["content"]) == {"image/jpeg", "image/png", "image/webp"}


@ONE_ENGINE
def test_the_page_gets_each_symbol_as_a_button_that_scans_it(browse: Callable[[str], FlaskClient]):
    page = browse("picker").post("/photos", data=EAN, content_type="image/webp", headers={"HX-Request": "true"})
    assert page.status_code == 200
    assert 'data-scan="3560070169443"' in page.text
    assert "Is this the number" not in page.text


@ONE_ENGINE
def test_an_ean_that_the_readers_do_not_agree_on_is_a_question(browse: Callable[[str], FlaskClient]):
    data = (SAMPLES / "upca-blurred.webp").read_bytes()
    page = browse("picker").post("/photos", data=data, content_type="image/webp")
    assert "Is this the number" in page.text
    assert 'data-scan="0752050200137"' in page.text


@ONE_ENGINE
def test_nobody_reads_photos_without_signing_in(browse: Callable[[str], FlaskClient], client: FlaskClient):
    assert browse("").post("/photos", data=EAN, headers={"HX-Request": "true"}).status_code == 401
    assert browse("nobody").post("/photos", data=EAN).status_code in (303, 401, 403)
    assert client.post(AT, data=EAN, content_type="image/webp").status_code == 401


@ONE_ENGINE
def test_text_in_a_barcode_stays_text_on_the_page(browse: Callable[[str], FlaskClient]):
    image = zxingcpp.create_barcode('"><script>alert(1)</script>', zxingcpp.BarcodeFormat.QRCode).to_image(scale=5)
    data = io.BytesIO()
    PIL.Image.fromarray(image).save(data, "PNG")
    page = browse("picker").post("/photos", data=data.getvalue(), content_type="image/png")
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


@ONE_ENGINE
def test_while_one_photo_is_read_the_next_is_told_when_to_come_again(
    browse: Callable[[str], FlaskClient], token: Callable[..., dict[str, str]], client: FlaskClient
):
    with photo_reader.only_one(client.application.config["SETTINGS"].data_dir):
        page = browse("picker").post("/photos", data=EAN, headers={"HX-Request": "true"})
        program = client.post(AT, data=EAN, content_type="image/webp", headers=token("picker", "floor"))
    for answer in (page, program):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"
    assert program.json["code"] == "busy_decoding"
    assert browse("picker").post("/photos", data=EAN).status_code == 200


def test_a_reader_that_hangs_is_ended_and_makes_room():
    for _again in range(2):
        with pytest.raises(Refused) as refused:
            photo_reader.read_apart(EAN, command=sleeper(60), patience=0.2)
        assert refused.value.code == "photo_too_slow"


def test_a_reader_that_dies_or_talks_nonsense_ends_only_itself():
    for program in ("import os; os.abort()", "print('nonsense')", "raise SystemExit(3)"):
        with pytest.raises(Refused) as refused:
            photo_reader.read_apart(EAN, command=(sys.executable, "-c", program))
        assert refused.value.code == "photo_failed"
    assert photo_reader.read_apart(EAN)[0].text == "3560070169443"


@ONE_ENGINE
def test_a_scan_goes_on_while_a_photo_is_read(browse: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch):
    client, other = browse("picker"), browse("picker")
    began, answers = threading.Event(), []
    end = threading.Event()

    def waits(*_arguments: object, **_named: object) -> dict[str, object]:
        began.set()
        end.wait(30)
        return {"symbols": []}

    monkeypatch.setattr(photo_reader, "_ask", waits)
    reading = threading.Thread(target=lambda: answers.append(other.post("/photos", data=EAN).status_code))
    reading.start()
    assert began.wait(10)
    assert client.post("/enquiry", data={"code": "MUG"}).status_code == 200
    assert not answers
    end.set()
    reading.join(10)
    assert answers == [200]


def test_the_reader_is_given_none_of_the_server_s_secrets(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TRUESHELF_SECRET_KEY", "x")
    program = (
        "import json, os, sys; names = [n for n in os.environ if 'TRUESHELF' in n or 'DATABASE' in n];"
        "json.dump({'symbols': [{'text': str(names), 'symbology': 's', 'engines': [], 'box': [0,0,0,0], 'aim': ''}]},"
        "sys.stdout)"
    )
    assert photo_reader.read_apart(b"", command=(sys.executable, "-c", program))[0].text == "[]"
