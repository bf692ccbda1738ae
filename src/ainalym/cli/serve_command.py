"""What ``ainalym serve`` does: find or compute the results, say where they are, serve them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from ainalym.core.extras import require_extra


def serve_pages(names: Sequence[str], host: str, port: int, open_browser: bool, console: Console) -> None:
    """Serve the pages of outlooks until interrupted.

    Parameters
    ----------
    names
        Outlook folders or countries; without any, the outlook folders that stand here.
    host
        Address to listen on.
    port
        Port to listen on; 0 takes a free one.
    open_browser
        Whether to open the first page in a browser.
    console
        Where to print.

    Raises
    ------
    InputError
        [EXT-001] without the extra ``web``, [WEB-001], [WEB-005] and [WEB-011] for port, address and results.
    """
    for library in ("fastapi", "uvicorn"):
        require_extra(library, "web")
    from ainalym.web.server import collect_holdings, is_loopback, name_address, serve, take_port

    listening = take_port(host, port)
    try:
        with console.status("opening") as status:
            holdings = collect_holdings(names, lambda step: status.update(step))
        address = name_address(listening)
        countries = ", ".join(holding.result.country["en"] for holding in holdings)
        console.print(f"{countries}: {address}/ (Ctrl-C ends it)", highlight=False, soft_wrap=True)
        if not is_loopback(host):
            console.print(
                f"The pages are open to everybody who can reach {host}: there are no accounts and no "
                "encryption. Put a reverse proxy with TLS before them where others than you read them.",
                style="yellow",
                highlight=False,
                soft_wrap=True,
            )
        serve(holdings, listening, open_browser)
    finally:
        listening.close()
