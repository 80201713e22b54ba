from __future__ import annotations

import time

import pytest

from ckanext.hanoi.harvest import secrets

SECRET = "S3cr3tV4lue"


@pytest.mark.parametrize(
    "text",
    [
        f"https://a.example/x?api_key={SECRET}", f"https://a.example/x?b=1&API-Key={SECRET}&c=2",
        f"https://a.example/x;token={SECRET}", f"https://a.example/x#access_token={SECRET}",
        f"https://user:{SECRET}@a.example/x", f"https://{SECRET}@a.example", f"sig={SECRET}",
        f"https://a.example/go?to=https%3A%2F%2Fb.example%2F%3Fapi_key%3D{SECRET}",
        f"https://a.example/?u=https%253A%252F%252Fb.example%253Fkey%253D{SECRET}",
        f"api_key={SECRET}", f"urn:x:api_key={SECRET}", f"x?password={SECRET}?{SECRET}",
        f"KeyError: no record at https://a.example/x?apikey={SECRET}, sorry",
        f'{{"api_key": "{SECRET}"}}', f"{{'token': '{SECRET}', 'a': 1}}", f"api_key: {SECRET}",
        f"Authorization: Bearer {SECRET}", f"authorization:Bearer {SECRET}", f"password = {SECRET}",
        f"https://a.example/x?X-Amz-Signature={SECRET}&a=b", f"<key>mat_khau={SECRET}</key>",
        f"https://a.example/x?api%5Fkey={SECRET}", f"{{api_key:{SECRET}}}",
        f"client_secret={SECRET} grant_type=x",
    ],
)  # fmt: skip
def test_a_secret_is_masked_wherever_it_stands(text):
    assert SECRET not in secrets.mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "00000000-0000-4000-8000-000000000001", "https://a.example/d?id=7&page=2",
        "oai:a.example:7",
        "Bộ dữ liệu: số 1", "10.1234/abc", "title: Missing value", "a=b", "100 % của 5", "", "%",
        "urn:uuid:5b1c", "https://a.example/%C4%91%E1%BA%A5t?x=1", "https://[::1/", "a == b",
        "doi:10.5281/zenodo.1", "Keyboard: not found", "mailto:a@b.example",
    ],
)  # fmt: skip
def test_all_else_stays_as_it_is(text):
    assert secrets.mask(text) == text


def test_the_secrets_of_a_source_are_found_and_taken_out_of_what_is_made_of_it():
    found = secrets.of_source(
        f"https://u:{SECRET}p@a.example/?apikey={SECRET}q&x=1", {"api_key": f"{SECRET}r", "n": 5}
    )
    assert set(found) == {f"{SECRET}{end}" for end in "pqr"}
    draft = {
        "title": "a", "url": f"https://a.example/?apikey={SECRET}q&f=json",
        "resources": [{"url": f"https://a.example/{SECRET}r/x.csv", "n": 7}], "n": None,
    }  # fmt: skip
    shown = secrets.without(draft, found)
    assert SECRET not in str(shown)
    assert shown["url"].startswith("https://a.example/?apikey=")
    assert shown["url"].endswith("&f=json")
    assert secrets.of_source("https://[", {}) == ()


@pytest.mark.parametrize(
    "unit", ["a", "=", "key=", "&a", "?", "%3D", "%25", "//", "@", ":", "key", " ", "api_key ", "'"]
)
def test_twice_the_text_takes_twice_the_time(unit):
    def seconds(number):
        best = 1e9
        for _ in range(3):
            start = time.perf_counter()
            secrets.mask("x=" + unit * number)
            best = min(best, time.perf_counter() - start)
        return best

    assert seconds(40_000) < 3 * seconds(20_000) + 0.01
