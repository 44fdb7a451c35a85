"""The page tells how the models agree with other programs, in its section on governance."""

from displays import trials
from postinfusion.present.validation.summary import case_summaries
from postinfusion.report.page import page


def test_governance_shows_the_agreement_with_other_programs():
    plan = trials.infused()
    text = page(plan, "t", trials.results(plan), [])
    shown = text.split('<article class="exhibit" id="validation">')[1].split("</article>")[0]
    assert all(case.case in shown for case in case_summaries())
    assert f"{len(case_summaries())} reference cases" in shown
    assert '<a href="#validation">' in text.split('id="governance"')[0]
