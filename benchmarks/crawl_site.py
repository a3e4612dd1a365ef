"""The site that `benchmarks.crawl` reads: one listing as JSON and as HTML, page by page, from a process of its own.

`python -m benchmarks.crawl_site PAGES` writes its port as the first line of standard output and serves until it ends.
"""

import asyncio
import json
import random
import sys
from typing import Any

PER_PAGE = 20
FIRST = 10_000_000
"""Number of the first review of the template; each page replaces them by its own, of the same length."""
WORDS = (
    "очередь", "стояла", "час", "сотрудник", "на", "кассе", "грубил", "деньги", "вернули", "через", "неделю", "звонки",
    "не", "отвечали", "доставка", "курьер", "спасибо", "врач", "приём", "отменили", "без", "причины", "сайт", "упал",
)  # fmt: skip


def template(shape: str) -> bytes:
    """Return a page whose reviews are numbered from FIRST on, with NEXT where the next page's address stands."""
    reviews = [_raw(FIRST + number) for number in range(PER_PAGE)]
    if shape == "json":
        return json.dumps({"count": 1, "next": "NEXT", "reviews": reviews}, ensure_ascii=False).encode()
    articles = "".join(
        f'<article class="review" data-id="{raw["id"]}"><header><a class="author" data-id="{raw["author"]}" href="/u">'
        f'Somebody</a><span class="stars" data-value="{raw["rating"]}"></span><time class="posted" datetime="'
        f'{raw["date"]}">today</time></header><div class="body"><p class="text">{raw["text"]}</p></div>'
        + (
            f'<div class="reply"><time datetime="{raw["replied"]}">x</time><p class="text-of-reply">{raw["reply"]}</p>'
            "</div>"
            if raw["reply"]
            else ""
        )
        + '<footer><button>+</button><span class="votes">3</span></footer></article>\n'
        for raw in reviews
    )
    head = "<meta charset='utf-8'><title>Reviews</title>" + "<link rel='x' href='/x.css'>" * 20
    menu = "<ul>" + "<li><a href='/menu'>An entry of the menu</a></li>" * 60 + "</ul>"
    body = f'<body>{menu}<main>{articles}</main><a rel="next" href="NEXT">next</a></body>'
    return f"<!doctype html><html><head>{head}</head>{body}</html>".encode()


def _raw(number: int) -> dict[str, Any]:
    answered = number % 3 == 0
    return {
        "id": str(number),
        "author": f"a{number}",
        "rating": number % 5 + 1,
        "text": f"{' '.join(random.Random(number).choices(WORDS, k=30))} {number}",
        "date": "2026-11-20T10:00:00+03:00",
        "reply": "Спасибо за отзыв, мы разберёмся и напишем вам." if answered else None,
        "replied": "2026-11-21T10:00:00+03:00" if answered else None,
    }


class Server(asyncio.Protocol):
    """Answers page N of as many as there are; keeps connections open, parses no more of a request than it needs."""

    pages: int
    templates: dict[str, bytes]

    def connection_made(self, transport: Any) -> None:
        """Keep the way back."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer one request; none is longer than a packet here."""
        target = data.split(b" ", 2)[1].decode()
        if target == "/robots.txt":
            self._transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        _, shape, page = target.split("/")
        body, number = self.templates[shape], int(page)
        for place in range(PER_PAGE):
            body = body.replace(b"%d" % (FIRST + place), b"%d" % (FIRST + number * PER_PAGE + place))
        following = f"/{shape}/{number + 1}".encode() if number < self.pages else b""
        body = body.replace(b"NEXT", following)
        kind = b"application/json" if shape == "json" else b"text/html; charset=utf-8"
        head = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (kind, len(body))
        self._transport.write(head + body)


async def serve(pages: int) -> None:
    """Serve until the process is ended; the port is the first line of standard output."""
    Server.pages, Server.templates = pages, {shape: template(shape) for shape in ("json", "html")}
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
