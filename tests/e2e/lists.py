"""Lists with a search, worked by keyboard."""
from __future__ import annotations

from playwright.sync_api import Page, expect


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
