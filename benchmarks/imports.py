"""A publisher's workbook of new datasets: ``bin/bench import [--json] [--size N]``.

The peer makes the same datasets one by one with CKAN's ``package_create``, in the same process and
the same CKAN, as a script over the API would. Each side begins with an empty catalog. What the
preview takes is a figure of its own: the peer has none.
"""
from __future__ import annotations

import io
import sys
import time
from typing import Any

from benchmarks import _catalog
from benchmarks._report import AT_MOST, Figures, clock, main, say

#: Milliseconds that writing a row may take.
_MOST = 40


def measure(figures: Figures, size: int) -> None:
    """The workbook, then the same by ``package_create``."""
    _catalog.load()
    datasets = [_dataset(number) for number in range(size)]
    say(f"A workbook of {size} new datasets with a file each")
    preview, writing, busy = _by_workbook(datasets)
    say("The same by package_create, one after the other")
    peer = _one_by_one(datasets)
    figures.add("preview", "preview, a row", 1000 * preview / size, "ms", less=True)
    figures.add("row", "writing, a row", 1000 * writing / size, "ms", less=True,
                target=(AT_MOST, _MOST))  # fmt: skip
    figures.add("processor", "… of which this process used the processor", 1000 * busy / size, "ms",
                less=True)  # fmt: skip
    figures.add("rate", "datasets written", size / writing, "1/s", peer=size / peer)
    figures.add("all", "preview and writing together", preview + writing, "s", peer=peer, less=True)


def _by_workbook(datasets: list[dict[str, Any]]) -> tuple[float, float, float]:
    """Seconds for the preview, for writing, and those of the processor for writing."""
    _catalog.empty()
    owner = _catalog.organization()["id"]
    workbook = _workbook(datasets)
    with clock() as preview:
        made = _act("hanoi_import_create", owner_org=owner, upload=io.BytesIO(workbook),
                    file_name="danh-muc.xlsx")  # fmt: skip
    assert made["counts"]["create"] == len(datasets), made["counts"]
    busy = time.process_time()
    with clock() as writing:
        done = _act("hanoi_import_run", id=made["id"])
    busy = time.process_time() - busy
    assert (done["status"], done["counts"]["done"]) == ("finished", len(datasets)), done
    _check(len(datasets))
    return preview.seconds, writing.seconds, busy


def _one_by_one(datasets: list[dict[str, Any]]) -> float:
    _catalog.empty()
    owner = _catalog.organization()["id"]
    with clock() as took:
        for dataset in datasets:
            _act("package_create", owner_org=owner, **dataset)
    _check(len(datasets))
    return took.seconds


def _check(number: int) -> None:
    found = _act("package_search", rows=0)["count"]
    assert found == number, found


def _act(action: str, **data: Any) -> Any:
    import ckan.plugins.toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    context: Any = {"user": user, "ignore_auth": True, "hanoi_inline": True}
    return tk.get_action(action)(context, data)


def _dataset(number: int) -> dict[str, Any]:
    from ckanext.hanoi.vocabulary import vocabulary

    themes, licenses = vocabulary("theme").terms, vocabulary("license").terms
    title = f"Danh sách số {number:05} của thành phố"
    return {
        "title": title, "notes": f"Mô tả của danh sách số {number}, cập nhật mỗi quý.",
        "theme": [themes[number % len(themes)].code], "frequency": "QUARTERLY",
        "license_id": licenses[0].code, "tag_string": "danh sách,thống kê",
        "resources": [{
            "name": title, "url": f"https://du-lieu.example.org/{number}.csv", "format": "CSV",
        }],
    }  # fmt: skip


def _workbook(datasets: list[dict[str, Any]]) -> bytes:
    import xlsxwriter

    from ckanext.hanoi.workbook.cells import text_of
    from ckanext.hanoi.workbook.fields import DATASET, SHEETS, dataset_fields, resource_fields

    files = [(one, file) for one in datasets for file in one["resources"]]
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_urls": False}) as book:
        for key, fields, rows in (
            ("datasets", dataset_fields(), datasets),
            ("resources", resource_fields(), [file for _dataset, file in files]),
        ):
            sheet = book.add_worksheet(SHEETS[key]["vi"])
            used = [field for field in fields if field.name in rows[0]]
            for column, field in enumerate(used):
                texts = [text_of(field, row[field.name], "vi") for row in rows]
                sheet.write_column(0, column, [field.label("vi"), *texts])
            if key == "resources":
                titles = [dataset["title"] for dataset, _file in files]
                sheet.write_column(0, len(used), [DATASET.label("vi"), *titles])
    return stream.getvalue()


if __name__ == "__main__":
    sys.exit(main(measure, "Importing a workbook of {size} new datasets", size=1000,
                  peer="package_create"))
