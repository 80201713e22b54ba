"""What the tests do in a browser more than once."""
from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

#: The agency that the editors and admins of the tests belong to.
AGENCY = "so-giao-duc-va-dao-tao"
PASSWORD = "only-for-tests"
PHONE = 390
#: What sticks out, as the browser sees it.
TOO_WIDE = """width => [...document.querySelectorAll("body *")]
  .filter(e => e.getBoundingClientRect().right > width && !e.closest(".table-responsive"))
  .map(e => e.outerHTML.slice(0, 80))"""


def log_in(page: Page, name: str, password: str) -> Page:
    """Sign in through the form."""
    page.goto("/user/login")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/dashboard**")
    return page


def choose(page: Page, field: str, *typed: str) -> None:
    """Choose in the list of a field (its id), once for each text: open it, type, Enter."""
    for text in typed:
        page.locator(f"#{field} + .select2-container [role=combobox], "
                     f"#{field} + .select2-container input").first.focus()
        page.keyboard.press("Enter")
        # Select2 moves there a moment after it opens: what is typed before is lost
        search = page.locator(".select2-container--open .select2-search__field")
        expect(search).to_be_focused()
        page.keyboard.type(text)
        expect(search).to_have_value(text)
        expect(page.locator(".select2-results__option--highlighted")).to_be_visible()
        page.keyboard.press("Enter")


def hold_scripts(page: Page) -> Callable[[], None]:
    """From now on CKAN's modules, which wait for their translations, begin when what this returns
    is called."""
    held: list[Route] = []
    page.route("**/api/i18n/*", lambda route: held.append(route))

    def go_on() -> None:
        assert held
        while held:
            held.pop().continue_()

    return go_on
