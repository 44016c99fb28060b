import pytest

from surefoot.checks._page import page_of


@pytest.mark.parametrize(
    "text",
    [
        "Title.\n\n## What it does\n\nx\n\n## Example\n\n```yaml\na: 1\n```\n",
        "Title.\n\n## What it does\n\nx\n\n## Why it matters\n\ny\n\n## Example\n\nz\n\n## Use instead\n\nz\n",
    ],
)
def test_page_that_lacks_a_part_is_refused(text: str):
    with pytest.raises(ValueError, match=r"headings|YAML block"):
        page_of(text)
