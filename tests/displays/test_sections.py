import json
from types import SimpleNamespace

import pytest

from displays import trials
from pictures import EVERY, left_empty
from postinfusion.present.display import Table
from postinfusion.present.sections import requests, section_displays
from postinfusion.report.section_files import INDEX, read_index, section_files
from postinfusion.vocabulary import BANNERS, OUTPUTS, DataKind, Method, Section


def made(plan, section, ard=None):
    ard = trials.results(plan) if ard is None else ard
    return section_displays(plan, ard, section, {"madrs-lines": trials.courses(plan, size=6)})


@pytest.mark.parametrize("section", Section)
def test_every_request_is_made_or_absent_with_a_reason(section):
    plan = trials.infused(outputs={"drop": ["DST01", "WTG03", "AET02"]})
    displays = made(plan, section)
    shown = {(item.display.label.output_id, item.display.label.analysis_id) for item in displays.made}
    absent = {(absence.output_id, absence.analysis_id) for absence in displays.absent}
    asked = {(request.output.id, request.analysis_id) for request in requests(plan, section)}
    assert asked <= shown | absent
    assert not shown & absent
    assert all(absence.reason for absence in displays.absent)


def test_an_analysis_without_results_is_absent():
    plan = trials.infused()
    ard = trials.results(plan)
    displays = made(plan, Section.SAFETY, ard[ard["analysis_id"] != "harms"])
    assert not displays.made
    assert {absence.reason for absence in displays.absent} == {"the results do not hold this analysis"}


def test_files_are_named_by_output_and_analysis():
    plan = trials.infused()
    displays = made(plan, Section.SAFETY)
    files = section_files(plan, displays)
    assert set(files) >= {
        INDEX,
        *(f"tables/{name}_harms.{kind}" for name in ("AET01", "AET02") for kind in ("html", "csv")),
        *(f"figures/AEG01_harms.{kind}" for kind in ("svg", "png", "csv")),
    }
    names = {f"{item.display.label.output_id}_{item.display.label.analysis_id}" for item in displays.made}
    assert {path.split("/")[1].split(".")[0].removesuffix("_narrow") for path in {*files} - {INDEX}} == names


def test_a_figure_for_narrow_screens_has_a_file_of_its_own():
    plan = trials.infused()
    with left_empty(*EVERY):
        files = section_files(plan, made(plan, Section.EFFICACY))
    index = read_index(files[INDEX].decode())
    narrow = {entry.narrow for entry in index.entries if entry.narrow}
    assert "figures/MMRMG02_madrs-mmrm_narrow.svg" in narrow
    assert "figures/LMMG01_madrs-course_narrow.svg" in narrow
    assert set(index.files) <= set(files)


def test_every_table_of_synthetic_data_carries_the_banner():
    plan = trials.infused()
    with left_empty(*EVERY):
        files = section_files(plan, made(plan, Section.EFFICACY))
    tables = [content.decode() for path, content in files.items() if path.endswith(".html")]
    assert tables
    assert all(BANNERS[DataKind.SYNTHETIC] in table for table in tables)


def test_the_index_gives_back_what_was_written():
    plan = trials.infused(outputs={"drop": ["AEG01"]})
    displays = made(plan, Section.SAFETY)
    index = read_index(section_files(plan, displays)[INDEX].decode())
    assert index.section is Section.SAFETY
    assert [entry.label for entry in index.entries] == [item.display.label for item in displays.made]
    assert [entry.is_figure for entry in index.entries] == [
        not isinstance(item.display, Table) for item in displays.made
    ]
    assert index.absent == displays.absent


def test_the_index_is_plain_json():
    plan = trials.infused()
    found = json.loads(section_files(plan, made(plan, Section.GOVERNANCE))[INDEX])
    assert set(found) == {"section", "displays", "absent"}


def test_every_output_that_an_analysis_gives_is_asked_for():
    analyses = {method.value: SimpleNamespace(method=method) for method in Method}
    plan = trials.infused().model_copy(update={"analyses": analyses})
    asked = {request.output.id for section in Section for request in requests(plan, section)}
    assert asked == {output.id for output in OUTPUTS.values() if output.method is not None}
