/** A registry can send lists of any size. They are counted before they fill the memory. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { json, serve } from "../../registry/server.ts";
import { folderWith, mirrorform } from "../../support/mirrorform.ts";

test("endless pages with a tag of 15 MB each do not exhaust a small heap", async (t) => {
  const server = await serve(t, ({ url }, response) => {
    const at = new URL(url, "http://any");
    const page = Number(at.searchParams.get("page") ?? 0);
    if (!at.pathname.endsWith("/tags/list")) return void response.end("{}");
    const link = `<${at.pathname}?page=${page + 1}>; rel="next"`;
    json(response, 200, { tags: [`${page}`, String(page % 10).repeat(15_000_000)] }, { link });
  });
  const { path, remove } = await folderWith({
    "mirrors.yaml": `version: 1
name: platform
targets: { main: { layout: ./mirror } }
sources: { registry.example.com: { endpoint: "${server.url.origin}" } }
mirrors:
  - { image: registry.example.com/a, tags: { match: ".*" } }
  - { image: registry.example.com/b, tags: { match: ".*" } }
  - { image: registry.example.com/c, tags: { match: ".*" } }
`,
  });
  t.after(remove);
  const { code, stderr, stdout } = await mirrorform(["plan"], {
    folder: path,
    environment: { NODE_OPTIONS: "--max-old-space-size=192" },
  });
  assert.equal(code, 1, stderr);
  assert.match(stdout + stderr, /the list of tags has more than 67108864 bytes/);
  const lists = server.lines().filter((line) => line.includes("/tags/list"));
  assert.equal(lists.length, 3 * 5, "each list ends at its largest size");
});
