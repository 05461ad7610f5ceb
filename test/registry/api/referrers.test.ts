import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { digestOf } from "../../../src/oci/digest.ts";
import { MAX_MANIFEST_BYTES } from "../../../src/oci/manifest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { MAX_REFERRERS } from "../../../src/oci/referrers.ts";
import { MAX_REFERRER_PAGES } from "../../../src/registry/limits.ts";
import { clientOf, refuse, serve, type Handler } from "../server.ts";

const SUBJECT = digestOf(Buffer.from("subject"));

/** An index whose entries have no platform, as of Helm charts. */
const INDEX = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [entry("chart")] }));

function entry(word: string, more: object = {}): object {
  return { mediaType: OCI_MANIFEST, digest: digestOf(Buffer.from(word)), size: 1, ...more };
}

/** Responds with a list of referrers. */
const list =
  (manifests: unknown, headers: Record<string, string> = {}): Handler =>
  (_request, response) =>
    void response
      .writeHead(200, { "content-type": OCI_INDEX, ...headers })
      .end(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));

describe("the list of referrers", () => {
  test("is read from all pages, each entry once, with artifact type and annotations", async (t) => {
    const server = await serve(t, (request, response, raw) => {
      const isFirst = !request.url.includes("?");
      const page = isFirst
        ? [entry("a", { artifactType: "x/y" })]
        : [entry("a"), entry("b", { annotations: { k: "v", n: 1 } })];
      return list(page, isFirst ? { link: '<?page=2>; rel="next"' } : {})(request, response, raw);
    });
    const { registry } = clientOf(t, server.url);
    const found = await registry.listReferrers("app", SUBJECT);
    assert.deepEqual(
      found?.map(({ artifactType, annotations }) => [artifactType, annotations]),
      [
        [undefined, undefined],
        [undefined, { k: "v" }],
      ],
    );
    assert.deepEqual(server.lines(), [`GET /v2/app/referrers/${SUBJECT}`, `GET /v2/app/referrers/${SUBJECT}?page=2`]);
  });

  for (const [what, answer] of [
    ["404", (_request, response) => refuse(response, 404, "UNSUPPORTED", "no")],
    ["405", (_request, response) => refuse(response, 405, "UNSUPPORTED", "no")],
    ["plain text", (_request, response) => void response.writeHead(200, { "content-type": "text/plain" }).end("OK")],
    [
      "the subject itself",
      (_request, response) => void response.writeHead(200, { "content-type": OCI_INDEX }).end(INDEX),
    ],
    ["the index of an image", list([entry("a", { platform: { os: "linux", architecture: "arm64" } })])],
  ] as [string, Handler][]) {
    test(`is undefined if the registry answers with ${what}`, async (t) => {
      const { registry } = clientOf(t, (await serve(t, answer)).url);
      assert.equal(await registry.listReferrers("app", digestOf(INDEX)), undefined);
    });
  }

  for (const type of ["text/html", "application/xhtml+xml", "application/json", undefined]) {
    test(`is an error if it is a web page of type ${type ?? "unknown"}, as for its fallback tag`, async (t) => {
      const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
      const server = await serve(t, (_request, response) => void response.writeHead(200, headers).end("<html>Sign in"));
      const { registry } = clientOf(t, server.url);
      const page = {
        code: "UNEXPECTED_RESPONSE",
        message: /a web page instead of a list of referrers/,
        hint: /NO_PROXY/,
      };
      await assert.rejects(registry.listReferrers("app", SUBJECT), page);
      const tag = registry.getManifest("app", SUBJECT.replace(":", "-"));
      await assert.rejects(tag, { code: "UNEXPECTED_RESPONSE", message: /a web page instead of a manifest/ });
    });
  }

  test("goes on after a link without a relation", async (t) => {
    const server = await serve(t, (request, response, raw) =>
      request.url.includes("?")
        ? list([entry("b")])(request, response, raw)
        : list([entry("a")], { link: "<?page=2>" })(request, response, raw),
    );
    const found = await clientOf(t, server.url).registry.listReferrers("app", SUBJECT);
    assert.equal(found?.length, 2);
  });

  for (const [status, code] of [
    [401, "UNAUTHORIZED"],
    [403, "DENIED"],
    [429, "TOO_MANY_REQUESTS"],
    [500, "SERVER_ERROR"],
  ] as const) {
    test(`is an error for status ${status}`, async (t) => {
      const { registry } = clientOf(
        t,
        (await serve(t, (_request, response) => void response.writeHead(status).end())).url,
      );
      await assert.rejects(registry.listReferrers("app", SUBJECT), { code, operation: "list referrers of" });
    });
  }

  for (const [what, manifests] of [
    ["an object as its list", { a: 1 }],
    ["an entry without a digest", [{ mediaType: OCI_MANIFEST, size: 1 }]],
    ["an entry with a path as its digest", [entry("a", { digest: "sha256:../../tags/list" })]],
    ["an entry with a negative size", [entry("a", { size: -1 })]],
    ["an entry that is not an object", [null]],
  ] as const) {
    test(`with ${what} is an error`, async (t) => {
      const { registry } = clientOf(t, (await serve(t, list(manifests))).url);
      await assert.rejects(registry.listReferrers("app", SUBJECT), { code: "UNEXPECTED_RESPONSE", side: "source" });
    });
  }

  test("with too many entries is an error, in one page or several", async (t) => {
    const page = (from: number, length: number) => Array.from({ length }, (_, i) => entry(String(from + i)));
    const whole = clientOf(t, (await serve(t, list(page(0, MAX_REFERRERS + 1)))).url);
    await assert.rejects(whole.registry.listReferrers("app", SUBJECT), { code: "UNEXPECTED_RESPONSE" });
    let requests = 0;
    const server = await serve(t, (request, response, raw) => {
      requests += 1;
      return list(page(requests * 400, 400), { link: `<?n=${requests}>; rel=next` })(request, response, raw);
    });
    await assert.rejects(clientOf(t, server.url).registry.listReferrers("app", SUBJECT), { code: "TOO_LARGE" });
    assert.equal(requests, 3);
  });

  test("with endless or looping pages is an error", async (t) => {
    for (const link of [(n: number) => `<?n=${n}>; rel="next"`, () => '<?n=1>; rel="next"']) {
      let requests = 0;
      const server = await serve(t, (request, response, raw) => {
        requests += 1;
        return list([], { link: link(requests) })(request, response, raw);
      });
      await assert.rejects(clientOf(t, server.url).registry.listReferrers("app", SUBJECT), { code: "TOO_LARGE" });
      assert.ok(requests <= MAX_REFERRER_PAGES);
    }
  });

  test("is read at the registry, wherever a link leads, because requests carry credentials", async (t) => {
    const other = await serve(t, list([]));
    const server = await serve(t, (request, response, raw) =>
      request.url.includes("?page=2")
        ? list([entry("b")])(request, response, raw)
        : list([entry("a")], { link: `<${other.url.href}v2/x?page=2>; rel="next"` })(request, response, raw),
    );
    const found = await clientOf(t, server.url).registry.listReferrers("app", SUBJECT);
    assert.equal(found?.length, 2);
    assert.deepEqual(other.seen, []);
  });

  test("that ends between two pages is an error", async (t) => {
    const server = await serve(t, (request, response, raw) =>
      request.url.includes("?")
        ? refuse(response, 404, "UNSUPPORTED", "no")
        : list([entry("a")], { link: '<?page=2>; rel="next"' })(request, response, raw),
    );
    await assert.rejects(clientOf(t, server.url).registry.listReferrers("app", SUBJECT), {
      code: "UNEXPECTED_RESPONSE",
    });
  });

  test("with pages larger than a manifest may be together is not read to the end", async (t) => {
    let requests = 0;
    const server = await serve(t, (request, response, raw) => {
      requests += 1;
      const long = entry(String(requests), { artifactType: "x".repeat(MAX_MANIFEST_BYTES / 4) });
      return list([long], { link: `<?n=${requests}>; rel=next` })(request, response, raw);
    });
    await assert.rejects(clientOf(t, server.url).registry.listReferrers("app", SUBJECT), {
      code: "TOO_LARGE",
      message: /bytes/,
    });
    assert.equal(requests, 4);
  });

  test("with a page larger than a manifest may be is not read to the end", async (t) => {
    const server = await serve(t, (_request, response) => {
      response.writeHead(200, { "content-type": OCI_INDEX }).end(Buffer.alloc(MAX_MANIFEST_BYTES + 1, " "));
    });
    await assert.rejects(clientOf(t, server.url).registry.listReferrers("app", SUBJECT), { code: "TOO_LARGE" });
  });
});
