"""The frame of a page, and the log-in form."""

from html import escape

from surefoot.server.auth import CSRF_FIELD


def page(title: str, body: str) -> str:
    """Put markup into the frame of a page.

    Args:
        title: Text.
        body: Markup, with every text in it escaped.
    """
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)} - Surefoot</title>\n"
        '<link rel="stylesheet" href="/static/style.css">\n'
        f"</head>\n<body>\n<main>\n<h1>{escape(title)}</h1>\n{body}</main>\n</body>\n</html>\n"
    )


def log_in(secret: str, onwards: str, name: str = "", problem: str = "") -> str:
    """Show the log-in form, with what went wrong the last time."""
    told = f'<p role="alert">{escape(problem)}</p>\n' if problem else ""
    return page(
        "Log in",
        f'{told}<form method="post" action="/login">\n'
        f"{hidden(CSRF_FIELD, secret)}{hidden('next', onwards)}"
        '<label>Name <input name="name" autocomplete="username" autocapitalize="none" required autofocus '
        f'value="{escape(name)}"></label>\n'
        '<label>Password <input name="password" type="password" autocomplete="current-password" required></label>\n'
        "<button>Log in</button>\n</form>\n",
    )


def home(name: str, role: str, csrf: str) -> str:
    """Show who is logged in."""
    return page(
        "Surefoot",
        f"<p>You are logged in as <strong>{escape(name)}</strong>, {escape(role)}.</p>\n"
        f'<form method="post" action="/logout">\n{hidden(CSRF_FIELD, csrf)}<button>Log out</button>\n</form>\n',
    )


def hidden(name: str, value: str) -> str:
    """Write a hidden field."""
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">\n'
