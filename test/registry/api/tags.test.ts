import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { MAX_TAG_LIST_BYTES, MAX_TAG_PAGE_BYTES } from "../../../src/registry/limits.ts";
import { startPlainRegistry } from "../../../src/sandbox/registry/plain-registry.ts";
import { clientOf, json, refuse, serve, type Handler } from "../server.ts";

/** Serves pages of tags, each with a link to the next. */
function pages(lists: readonly (readonly string[])[], link: (page: number, host: string) => string): Handler {
  return ({ url, headers }, response) => {
    const page = Number(new URL(url, "http://any").searchParams.get("page") ?? 0);
    const isLast = page >= lists.length - 1;
    const body = { name: "team/app", tags: lists[page] ?? [] };
    json(response, 200, body, isLast ? {} : { link: link(page + 1, headers.host ?? "") });
  };
}

async function list(t: TestContext, handler: Handler): Promise<{ tags: string[]; lines: string[] }> {
  const server = await serve(t, handler);
  const { registry } = clientOf(t, server.url);
  return { tags: await registry.listTags("team/app"), lines: server.lines() };
}

describe("the tag list", () => {
  const links: [string, (page: number, host: string) => string][] = [
    ["relative", (page) => `</v2/team/app/tags/list?page=${page}>; rel="next"`],
    ["absolute", (page, host) => `<http://${host}/v2/team/app/tags/list?page=${page}>; rel="next"`],
    [
      "from a registry behind a proxy that is unaware of its port",
      (page) => `<https://127.0.0.1/v2/x?page=${page}>; rel=next`,
    ],
    [
      "to another host, as from a registry in a cluster",
      (page) => `<http://registry.svc:5000/v2/x?page=${page}>; rel="next"`,
    ],
    [
      "with the path of a repository manager",
      (page) => `</repository/proxy/v2/team/app/tags/list?page=${page}>; rel="next"`,
    ],
    ["with an inner name", (page) => `</v2/hosted/team/app/tags/list?page=${page}>; rel="next"`],
    ["with another scheme", (page, host) => `<https://${host}/v2/team/app/tags/list?page=${page}>; rel="next"`],
    ["that is not a valid URL", (page) => `<http://[?page=${page}>; rel="next"`],
    ["that is not a valid URL on this host", (page) => `<http://127.0.0.1//:5/v2/x?page=${page}#a?b>; rel="next"`],
    ["that is only a query", (page) => `<?page=${page}>; rel="next"`],
    ["without a relation, as other clients read it", (page) => `</v2/team/app/tags/list?page=${page}>`],
    ["without a relation, but with another parameter", (page) => `</v2/x?page=${page}>; title="rel=prev"`],
    ["with an empty relation", (page) => `</v2/x?page=${page}>; rel=""`],
    ["that is the only one without a relation", (page) => `</css>; rel=preload, </v2/x?page=${page}>`],
    ["that is named twice without a relation", (page) => `</v2/x?page=${page}>, </v2/x?page=${page}>`],
    ["without angle brackets", (page) => `/v2/team/app/tags/list?page=${page}; rel="next"`],
    ["without angle brackets and a relation", (page) => `/v2/team/app/tags/list?page=${page}`],
    ["without angle brackets, with a comma", (page) => `/v2/x?last=a,b&page=${page}; rel="next"`],
    ["without a closing angle bracket", (page) => `</v2/x?page=${page}; rel="next"`],
    ["without a closing quote", (page) => `</v2/x?page=${page}>; rel="next`],
    ["with spaces everywhere", (page) => `  < /v2/x?page=${page} > ; REL = "Next"`],
    [
      "beside a title that names a relation",
      (page) => `</a?page=9>; rel=prev; title="; rel=next", </v2/x?page=${page}>; rel=next`,
    ],
    [
      "among other links",
      (page) => `</a>; rel="prev"; title="a, <b>; rel=next", </v2/x?page=${page}>; rel="next last"`,
    ],
  ];
  for (const [what, link] of links) {
    test(`follows the link to the next page: ${what}`, async (t) => {
      const { tags, lines } = await list(t, pages([["a", "b"], ["b", "c"], ["d"]], link));
      assert.deepEqual(tags, ["a", "b", "c", "d"]);
      assert.equal(lines.length, 3);
      assert.equal(lines[0], "GET /v2/team/app/tags/list?n=1000");
    });
  }

  test("of 10,000 tags takes ten requests", async (t) => {
    const registry = await startPlainRegistry({
      name: "registry.example.com",
      policy: { tagPage: { default: 100, max: 1000 } },
    });
    t.after(() => registry.close());
    const { top } = registry.publish("team/app", "latest", { layers: 1, layerBytes: 1 });
    const { tags } = registry.store.create("team/app");
    for (let i = 1; i < 10_000; i += 1) tags.set(`1.${i}`, top.digest);
    const { registry: client } = clientOf(t, new URL(registry.server.url));
    assert.deepEqual(new Set(await client.listTags("team/app")), new Set(tags.keys()));
    assert.equal(registry.server.requests.length, 10);
  });

  test("follows a link without a query at the registry", async (t) => {
    const { tags } = await list(t, ({ url }, response) =>
      json(
        response,
        200,
        { tags: [url.slice(-1)] },
        url.includes("page2") ? {} : { link: '</v2/x/page2>; rel="next"' },
      ),
    );
    assert.deepEqual(tags, ["0", "2"]);
  });

  test("sends nothing to the host that a link names", async (t) => {
    const other = await serve(t, (_request, response) => json(response, 200, { tags: ["x"] }));
    const { tags } = await list(
      t,
      pages([["a"], ["b"]], (page) => `<${other.url.href}v2/team/app/tags/list?page=${page}>; rel="next"`),
    );
    assert.deepEqual(tags, ["a", "b"]);
    assert.deepEqual(other.seen, []);
  });

  describe("is asked for in smaller pages", () => {
    const most = (limit: number, status: number): Handler => {
      const served = pages([["a"], ["b"]], (page) => `</v2/x?page=${page}&n=${limit}>; rel="next"`);
      return (request, response, raw) => {
        const size = new URL(request.url, "http://any").searchParams.get("n");
        if (size !== null && Number(size) > limit) {
          return refuse(response, status, "PAGINATION_NUMBER_INVALID", "invalid number of results requested");
        }
        return served(request, response, raw);
      };
    };
    for (const status of [400, 404, 405, 422]) {
      test(`if the registry refuses 1,000 tags with ${status}`, async (t) => {
        const { tags, lines } = await list(t, most(100, status));
        assert.deepEqual(tags, ["a", "b"]);
        assert.deepEqual(lines, [
          "GET /v2/team/app/tags/list?n=1000",
          "GET /v2/team/app/tags/list?n=100",
          "GET /v2/team/app/tags/list?page=1&n=100",
        ]);
      });
    }

    test("and without a size if the registry refuses any", async (t) => {
      const { tags, lines } = await list(t, most(0, 400));
      assert.deepEqual(tags, ["a", "b"]);
      assert.equal(lines[2], "GET /v2/team/app/tags/list");
    });

    test("but not if the repository does not exist", async (t) => {
      const server = await serve(t, (_request, response) =>
        refuse(response, 404, "NAME_UNKNOWN", "no such repository"),
      );
      await assert.rejects(clientOf(t, server.url).registry.listTags("team/app"), { code: "REPOSITORY_UNKNOWN" });
      assert.equal(server.lines().length, 1);
    });

    test("also in the middle of the list", async (t) => {
      const { tags, lines } = await list(t, ({ url }, response) => {
        const query = new URL(url, "http://any").searchParams;
        if (query.get("last") === null)
          return json(response, 200, { tags: ["a"] }, { link: `<?n=1000&last=a>; rel="next"` });
        if (query.get("n") === "1000") return refuse(response, 400, "PAGINATION_NUMBER_INVALID", "no");
        return json(response, 200, { tags: ["b"] });
      });
      assert.deepEqual(tags, ["a", "b"]);
      assert.equal(lines.at(-1), "GET /v2/team/app/tags/list?n=100&last=a");
    });

    test("until the registry has refused all of them, for another reason", async (t) => {
      const server = await serve(t, (_request, response) => refuse(response, 400, "NAME_INVALID", "no such name"));
      const { registry } = clientOf(t, server.url);
      await assert.rejects(registry.listTags("team/app"), { message: /NAME_INVALID/ });
      assert.equal(server.lines().length, 3);
    });
  });

  test("may be null, or have an empty page in the middle", async (t) => {
    const nothing = await list(t, (_request, response) => json(response, 200, { name: "team/app", tags: null }));
    assert.deepEqual(nothing.tags, []);
    const gap = await list(
      t,
      pages([["a"], [], ["b"]], (page) => `</v2/x?page=${page}>; rel="next"`),
    );
    assert.deepEqual(gap.tags, ["a", "b"]);
  });

  test("leaves out what cannot be a tag, however long", async (t) => {
    const names = ["a", "", "-b", "x".repeat(128), "y".repeat(129), "z".repeat(15_000_000), "a/b"];
    const { tags } = await list(
      t,
      pages([names], () => ""),
    );
    assert.deepEqual(tags, ["a", "x".repeat(128)]);
  });

  test("is requested with the token of its repository", async (t) => {
    const server = await serve(t, ({ url, headers }, response) => {
      if (url.startsWith("/token")) return json(response, 200, { token: "t" });
      if (headers.authorization === "Bearer t") return json(response, 200, { tags: ["a"] });
      const challenge = `Bearer realm="http://${headers.host}/token",service="s",scope="repository:team/app:pull"`;
      refuse(response, 401, "UNAUTHORIZED", "no", { "www-authenticate": challenge });
    });
    const { registry } = clientOf(t, server.url);
    assert.deepEqual(await registry.listTags("team/app"), ["a"]);
    assert.ok(server.lines().some((line) => line.includes("scope=repository%3Ateam%2Fapp%3Apull")));
  });
});

describe("the tag list is an error", () => {
  const next = (target: string) => `<${target}>; rel="next"`;
  const cases: [string, string, RegExp, Handler][] = [
    [
      "if a link leads back to its own page",
      "UNEXPECTED_RESPONSE",
      /loop/,
      pages([["a"], ["b"], ["c"]], () => next("/v2/team/app/tags/list?page=1")),
    ],
    [
      "if the same page repeats under different URLs",
      "UNEXPECTED_RESPONSE",
      /loop/,
      ({ url }, response) => json(response, 200, { tags: ["a"] }, { link: next(`${url}1`) }),
    ],
    [
      "if empty pages never end",
      "TOO_LARGE",
      /pages/,
      ({ url }, response) =>
        json(response, 200, { tags: [] }, { link: next(`/v2/x?${Number(url.split("?")[1]) + 1 || 1}`) }),
    ],
    [
      "if new tags never end, at 250,000",
      "TOO_LARGE",
      /250000 tags/,
      ({ url }, response) => {
        const page = Number(url.split("?page=")[1] ?? 0);
        const tags = Array.from({ length: 10_000 }, (_, i) => `${page}.${i}`);
        json(response, 200, { tags }, { link: next(`/v2/team/app/tags/list?page=${page + 1}`) });
      },
    ],
    [
      "if a link without a query leads to another host",
      "REDIRECT_REFUSED",
      /leads away/,
      pages([["a"], ["b"]], () => next("https://other.example.com/v2/x")),
    ],
    [
      "if a link without a query leads outside /v2/",
      "REDIRECT_REFUSED",
      /leads away/,
      pages([["a"], ["b"]], () => next("/admin")),
    ],
    [
      "if a link without a query is not a valid URL",
      "UNEXPECTED_RESPONSE",
      /the link to the next page is not a valid URL/,
      pages([["a"], ["b"]], () => next("http://[::1")),
    ],
    [
      "if a link without a query contains a user name",
      "REDIRECT_REFUSED",
      /contains a user name/,
      ({ headers }, response) =>
        json(response, 200, { tags: ["a"] }, { link: next(`http://me:secret@${headers.host}/v2/x`) }),
    ],
    [
      "if its link is empty",
      "UNEXPECTED_RESPONSE",
      /the link to the next page is not a valid URL/,
      pages([["a"], ["b"]], () => next("")),
    ],
    [
      "if several links have no relation",
      "UNEXPECTED_RESPONSE",
      /several links/,
      pages([["a"], ["b"]], (page) => `</v2/x?page=0>, </v2/x?page=${page}>`),
    ],
    [
      "if a link's path looks like another host without a name",
      "REDIRECT_REFUSED",
      /leads away/,
      (request, response) => {
        const link = next(`http://${request.headers.host}//:5/v2/x`);
        json(response, 200, { tags: ["a"] }, { link });
      },
    ],
    [
      "if it is not a list",
      "UNEXPECTED_RESPONSE",
      /not a list/,
      (_request, response) => json(response, 200, { tags: "a" }),
    ],
    [
      "if its entries are not strings",
      "UNEXPECTED_RESPONSE",
      /not a list/,
      (_request, response) => json(response, 200, { tags: [1] }),
    ],
    ["if it is not JSON", "UNEXPECTED_RESPONSE", /not a list/, (_request, response) => void response.end("OK")],
    ["if it is a web page", "UNEXPECTED_RESPONSE", /web page/, (_request, response) => void response.end("<html>")],
    [
      "if the repository does not exist",
      "REPOSITORY_UNKNOWN",
      /404/,
      (_request, response) => void response.writeHead(404).end(),
    ],
    ["if the registry denies access", "DENIED", /403/, (_request, response) => void response.writeHead(403).end()],
    [
      "if long names never end, at 64 MiB",
      "TOO_LARGE",
      new RegExp(`${MAX_TAG_LIST_BYTES} bytes`),
      ({ url }, response) => {
        const page = Number(url.split("?page=")[1] ?? 0);
        const link = next(`/v2/team/app/tags/list?page=${page + 1}`);
        json(response, 200, { tags: [`tag${page}`, "x".repeat(15_000_000)] }, { link });
      },
    ],
    [
      "if a page has more values than there can be tags",
      "TOO_LARGE",
      /250000 tags/,
      (_request, response) => void response.end(`{"tags":[${"{},".repeat(5_000_000)}{}]}`),
    ],
    [
      "if a page is too large",
      "TOO_LARGE",
      /bytes/,
      (_request, response) => void response.end(Buffer.alloc(MAX_TAG_PAGE_BYTES + 1, " ")),
    ],
  ];
  for (const [what, code, message, handler] of cases) {
    test(what, async (t) => {
      await assert.rejects(list(t, handler), { code, side: "source", operation: "list tags of", message });
    });
  }

  test("but not if its only page has an empty link, or links to other pages only", async (t) => {
    for (const link of ["", " , ", '</v2/x?page=0>; rel="first", </v2/x?page=0>; rel=prev']) {
      const { tags } = await list(t, (_request, response) => json(response, 200, { tags: ["a"] }, { link }));
      assert.deepEqual(tags, ["a"]);
    }
  });

  test("if an empty page links to itself, after one request", async (t) => {
    const server = await serve(t, ({ url }, response) => json(response, 200, { tags: [] }, { link: next(url) }));
    const { registry } = clientOf(t, server.url);
    await assert.rejects(registry.listTags("team/app"), { code: "UNEXPECTED_RESPONSE", message: /loop/ });
    assert.equal(server.lines().length, 1);
  });

  test("if the repository name is invalid, without a request", async (t) => {
    const server = await serve(t, (_request, response) => void response.end());
    const { registry } = clientOf(t, server.url);
    await assert.rejects(registry.listTags("team/../app"), { code: "INVALID_REFERENCE" });
    assert.deepEqual(server.lines(), []);
  });
});
