import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { BatchDeleteImageCommand, PutImageScanningConfigurationCommand } from "@aws-sdk/client-ecr";
import { marked, type Tokens } from "marked";

import { COMMENT_LIMIT } from "../../../src/cli/render/plan-markdown.ts";
import { job, type Job } from "../../action/job.ts";
import { clientFor } from "../../sandbox/support/ecr.ts";
import { ecrOf } from "../../support/scenario.ts";

const SMALL = { layers: 1, layerBytes: 64 };
const BEFORE = `
version: 1
name: platform
targets:
  main: { ecr: {} }
repositories: { scanOnPush: true }
mirrors:
  - image: redis:7
`;
const CHANGED = `${BEFORE}  - image: nginx:1\n`;
const OPTIONS = { file: BEFORE, images: { images: ["redis:7", "nginx:1"], imageOptions: SMALL } };

/** If this fails, the mirrored image is not the one that was reviewed. */
test("the reviewed digest is mirrored: plan in the pull request, apply after the merge, then drift detection", async (t) => {
  const place = await job(t, OPTIONS);
  const { github, step, run, sandbox, folder } = place;
  const { store } = await ecrOf(place);
  assert.equal((await run(["lock"])).code, 0);
  assert.equal((await step("apply")).code, 0);

  // On the branch: another image, and its line in the lock file.
  await writeFile(join(folder, "mirrors.yaml"), CHANGED);
  assert.equal((await run(["lock", "--check"])).code, 1, "a change without its lock line cannot be reviewed");
  assert.equal((await run(["lock"])).code, 0);
  const reviewed = upstream(place, "nginx", "1");
  assert.ok((await readFile(join(folder, "mirrors.lock.yaml"), "utf8")).includes(reviewed));
  const proposed = await step("plan");
  assert.equal(proposed.code, 0, proposed.stdout + proposed.stderr);
  assert.deepEqual(proposed.outputs, { "exit-code": "2", changes: "true" });
  assert.equal(store.repository("nginx"), undefined, "a pull request changes nothing");
  assert.equal(github.comments.length, 1);
  const comment = readComment(github.comments[0]?.body);
  assert.match(comment.marker, /^<!-- mirrorform plan name=platform targets=main actions=[0-9a-f]{64} -->/);
  assert.deepEqual(comment.headings, ["mirrorform <code>platform</code>: 2 to create"]);
  assert.deepEqual(comment.rows, [
    ["", "nginx", "", "", "", ""],
    ["+", "repository", "scan on push", "new repository", "", ""],
    ["+", "1", "from nginx:1", "new tag", `${reviewed.slice(0, 19)}…`, comment.rows[2]?.[5] ?? ""],
  ]);
  assert.deepEqual(comment.links, ["https://github.com/team/images/actions/runs/77"]);

  // The tag moves upstream between the review and the merge.
  sandbox.dockerHub.publish("library/nginx", "1", { revision: 2, ...SMALL });
  assert.notEqual(upstream(place, "nginx", "1"), reviewed);
  await place.merge();
  const merged = await step("apply");
  assert.equal(merged.code, 0, merged.stdout + merged.stderr);
  assert.deepEqual(merged.outputs, { "exit-code": "0", finished: "true" });
  assert.equal(store.repository("nginx")?.tags.get("1"), reviewed);

  // A second apply writes nothing and uses no pulls.
  const changes = watch(place);
  const { code, document } = await place.json(["apply"]);
  assert.equal(code, 0);
  assert.deepEqual(document.outcomes, []);
  assert.deepEqual(changes(), { writes: [], pulls: [] });

  // The registry is changed without mirrorform.
  const quiet = await step("drift");
  assert.deepEqual(quiet.outputs, { "exit-code": "0", changes: "false" });
  assert.equal(github.issues.length, 0);
  const aws = clientFor(t, sandbox.ecr);
  await aws.send(new BatchDeleteImageCommand({ repositoryName: "nginx", imageIds: [{ imageTag: "1" }] }));
  await aws.send(
    new PutImageScanningConfigurationCommand({
      repositoryName: "redis",
      imageScanningConfiguration: { scanOnPush: false },
    }),
  );
  assert.equal((await run(["plan", "--detailed-exitcode"])).code, 2);
  const drifted = await step("drift");
  assert.equal(drifted.code, 0, "drift does not fail the job");
  assert.deepEqual(drifted.outputs, { "exit-code": "2", changes: "true" });
  assert.equal(github.issues.length, 1);
  const issue = readComment(github.issues[0]?.body);
  assert.deepEqual(
    issue.rows.map(([symbol, name, what, why]) => [symbol, name, what, why]),
    [
      ["", "nginx", "", ""],
      ["+", "1", "from nginx:1", "new tag; different digest upstream"],
      ["", "redis", "", ""],
      ["~", "scan on push", "false -> true", "setting drifted"],
    ],
  );

  // The same apply repairs it with the locked digest.
  assert.equal((await step("apply")).code, 0);
  assert.equal(store.repository("nginx")?.tags.get("1"), reviewed);
  await step("drift");
  assert.equal(github.issues[0]?.state, "closed");
});

test("without a lock file, a saved plan fails for a tag that moved, applies the rest, and the next plan shows the new digest", async (t) => {
  const place = await job(t, OPTIONS);
  const { run, sandbox } = place;
  const { store } = await ecrOf(place);
  await writeFile(join(place.folder, "mirrors.yaml"), CHANGED);
  assert.equal((await run(["plan", "--out", "plan.json"])).code, 0);
  const planned = upstream(place, "nginx", "1");
  sandbox.dockerHub.publish("library/nginx", "1", { revision: 2, ...SMALL });
  const moved = upstream(place, "nginx", "1");

  const { code, stdout } = await run(["apply", "plan.json"]);
  assert.equal(code, 1);
  assert.match(
    stdout,
    new RegExp(`Failed: nginx:1[^]*${planned.slice(0, 19)}…[^]*${moved.slice(0, 19)}…`),
    "both digests are shown",
  );
  assert.match(stdout, /Apply: [^\n]*1 failed/);
  assert.equal(store.repository("redis")?.tags.size, 1, "the other image is mirrored");
  assert.equal(store.repository("nginx")?.tags.size ?? 0, 0, "the new digest was not reviewed");
  const { stdout: text } = await run(["plan"]);
  assert.match(text, new RegExp(`from nginx:1 +${moved.slice(0, 19)}…`));
});

function upstream({ sandbox }: Job, name: string, tag: string): string {
  const digest = sandbox.dockerHub.store.repository(`library/${name}`)?.tags.get(tag);
  assert.ok(digest !== undefined);
  return digest;
}

/** Records writes and pulls from now on. */
function watch({ sandbox }: Job): () => { writes: string[]; pulls: string[] } {
  const { ecr, dockerHub } = sandbox;
  const start = [ecr.calls.length, dockerHub.registry.requests.length] as const;
  const sent = ecr.registries().map(({ server }) => ({ server, from: server.requests.length }));
  return () => ({
    writes: [
      ...ecr.calls
        .slice(start[0])
        .map(({ operation }) => operation)
        .filter((operation) => !/^(?:Get|Describe|List|BatchGet|BatchCheck)/.test(operation)),
      ...sent.flatMap(({ server, from }) =>
        server.requests
          .slice(from)
          .filter(({ method }) => method !== "GET" && method !== "HEAD")
          .map(({ method, path }) => `${method} ${path}`),
      ),
    ],
    pulls: dockerHub.registry.requests
      .slice(start[1])
      .filter(({ method, path }) => method === "GET" && path.includes("/manifests/"))
      .map(({ path }) => path),
  });
}

/** Parses a comment or an issue as GitHub renders it. */
function readComment(body: string | null | undefined): {
  marker: string;
  headings: string[];
  rows: string[][];
  links: string[];
} {
  assert.ok(typeof body === "string" && Buffer.byteLength(body) <= COMMENT_LIMIT + 200);
  const tokens = marked.lexer(body, { gfm: true });
  const tables = tokens.filter((token): token is Tokens.Table => token.type === "table");
  const links: string[] = [];
  void marked.walkTokens(tokens, (token) => void (token.type === "link" && links.push(String(token["href"]))));
  const html = tokens.filter(({ type }) => type === "html");
  const [marker, ...others] = html.map(({ raw }) => raw);
  assert.match(others.join(""), /^(?:<!-- mirrorform step=[0-9a-f]{12} -->\s*)?$/, "only the markers of mirrorform");
  return {
    marker: marker ?? "",
    headings: tokens.flatMap((token) =>
      token.type === "heading" ? [marked.parseInline(String(token["text"])) as string] : [],
    ),
    rows: tables.flatMap(({ rows }) =>
      rows.map((cells) => cells.map(({ tokens: inside }) => inside.map((token) => textOf(token)).join(""))),
    ),
    links,
  };
}

function textOf(token: { raw: string; text?: unknown }): string {
  return typeof token.text === "string" ? token.text : token.raw;
}
