import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";

import { refuse } from "../../src/sandbox/http/answer.ts";
import { TWO_IMAGES } from "../support/scenario.ts";
import { IMAGES, job, TOKEN } from "./job.ts";

describe("the Action plans", { concurrency: 3 }, () => {
  test("and posts one comment, and updates it only if the planned actions change", async (t) => {
    const { github, step, summary, sandbox } = await job(t);
    github.comments.push(
      { id: 1, user: { login: "somebody" }, body: "<!-- mirrorform plan name=platform targets=main actions=0 -->" },
      ...Array.from({ length: 150 }, (_, i) => ({ id: i + 2, user: { login: "somebody" }, body: "hello" })),
    );
    const first = await step("plan");
    assert.equal(first.code, 0, first.stdout + first.stderr);
    assert.deepEqual(first.outputs, { "exit-code": "2", changes: "true" });
    assert.deepEqual(github.writes, ["POST /issues/5/comments"]);
    assert.match(
      github.comments.at(-1)?.body ?? "",
      /4 to create[^]*\[This run\]\(.*\/team\/images\/actions\/runs\/77\)/,
    );
    assert.match(await summary(), /4 to create/);

    await step("plan");
    assert.equal(github.writes.length, 1, "the planned actions are the same");

    sandbox.dockerHub.publish("library/redis", "7", { revision: 2 });
    await step("plan");
    assert.match(github.writes.at(-1) ?? "", /^PATCH \/issues\/comments\/\d+$/);

    assert.equal((await step("apply")).code, 0);
    const last = await step("plan");
    assert.deepEqual(last.outputs, { "exit-code": "0", changes: "false" });
    assert.equal(github.writes.length, 3);
    assert.match(github.comments.at(-1)?.body ?? "", /No changes/, "an outdated comment is updated");
    assert.equal(github.comments[0]?.body?.includes("No changes"), false, "another user's comment is not edited");
    assert.deepEqual([...github.tokens], [`Bearer ${TOKEN}`]);
  });

  test("and posts no comment if there have never been changes", async (t) => {
    const { github, step, run: mirror } = await job(t);
    assert.equal((await mirror(["apply"])).code, 0);
    assert.equal((await step("plan")).code, 0);
    assert.deepEqual(github.writes, []);
  });

  test("and only warns if it is not allowed to comment, naming the missing permission", async (t) => {
    const { github, step, summary } = await job(t);
    github.refuses = 403;
    const { code, stdout } = await step("plan");
    assert.equal(code, 0);
    assert.match(stdout, /^::warning title=mirrorform::.*403.*pull-requests: write/m);
    assert.match(await summary(), /4 to create/);
  });

  test("and only warns if GitHub's answer is invalid", async (t) => {
    const { github, step } = await job(t);
    github.refuses = 200;
    const { code, stdout } = await step("plan");
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^::warning title=mirrorform::.*the answer is not a list/m);
  });

  test("and quotes no words of a registry in the comment, because a pull request can name an internal service", async (t) => {
    const file = `${TWO_IMAGES}  - { image: ghcr.io/team/app, tags: { match: ".*" } }\n`;
    const { github, step, sandbox, summary } = await job(t, { file, images: { ...IMAGES, registries: ["ghcr.io"] } });
    const { server } = sandbox.registries.get("ghcr.io") ?? assert.fail();
    server.onRequest = () => ({ kind: "answer", answer: refuse(403, "DENIED", "words-of-an-internal-service") });
    const { code, stdout } = await step("plan");
    assert.equal(code, 1);
    const body = github.comments[0]?.body ?? "";
    assert.match(body, /DENIED: `?127\.0\.0\.1:\d+ answered 403/);
    assert.doesNotMatch(body + (await summary()), /words-of-an/);
    assert.match(stdout, /answered 403: DENIED: words-of-an-internal-service/, "the log has them");
  });

  test("and does not print an invalid token", async (t) => {
    const { step, summary } = await job(t);
    const { code, stdout, stderr } = await step("plan", { INPUT_TOKEN: `${TOKEN}\nsecond-line` });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^::warning title=mirrorform::.*no answer/m);
    assert.doesNotMatch(stdout + stderr + (await summary()), /aTokenThat|second-line/);
  });

  test("and fails if an image cannot be read, after commenting with the incomplete plan", async (t) => {
    const { github, step } = await job(t, { images: { ...IMAGES, images: ["nginx:1"] } });
    const { code, outputs } = await step("plan");
    assert.equal(code, 1);
    assert.equal(outputs["exit-code"], "1");
    assert.match(github.comments[0]?.body ?? "", /incomplete[^]*could not be read[^]*UNAUTHORIZED/);
  });

  test("nothing for a pull request from a fork, and only validates the mirror file", async (t) => {
    const { github, step, sandbox } = await job(t, { fork: true });
    const { code, stdout } = await step("plan");
    assert.equal(code, 0);
    assert.match(stdout, /from a fork/);
    assert.deepEqual(github.writes, []);
    assert.deepEqual(sandbox.dockerHub.registry.requests, []);
  });

  for (const [name, payload] of [
    ["pull_request_target", {}],
    ["workflow_run", { workflow_run: { head_branch: "main" } }],
    ["issue_comment", { issue: { number: 5, pull_request: {} }, comment: { id: 1 } }],
    ["an_event_of_the_future", {}],
  ] as const) {
    test(`nothing for the event ${name}, which can have another head, and only validates`, async (t) => {
      const { github, step, sandbox, folder } = await job(t);
      const path = join(folder, "event.json");
      const event = JSON.parse(await readFile(path, "utf8")) as object;
      await writeFile(path, JSON.stringify({ ...event, ...payload }));
      for (const command of ["plan", "apply", "drift"]) {
        const { code, stdout, outputs } = await step(command, { GITHUB_EVENT_NAME: name });
        assert.equal(code, 0, stdout);
        assert.match(stdout, new RegExp(`^::warning title=mirrorform::Event ${name}, .*only validating`, "m"));
        assert.deepEqual(outputs, { "exit-code": "0" });
      }
      assert.deepEqual(github.writes, []);
      assert.deepEqual(sandbox.dockerHub.registry.requests, []);
      assert.deepEqual(sandbox.ecr.api.requests, []);
    });
  }

  test("and updates an existing comment if the mirror file becomes invalid", async (t) => {
    const { github, step, folder } = await job(t);
    const write = (text: string) => writeFile(join(folder, "mirrors.yaml"), text);
    assert.equal((await step("plan")).code, 0);
    const planned = github.comments[0]?.body ?? "";
    const other = { id: 1, user: { login: "somebody" }, body: planned };
    github.comments.push(other, { ...other, id: 2, user: github.comments[0]?.user ?? null, body: "```" });

    await write(`${TWO_IMAGES}  - image: "Redis <!-- @team \\u202e"\n`);
    const { code, outputs, stdout } = await step("plan");
    assert.equal(code, 3, stdout);
    assert.deepEqual(outputs, { "exit-code": "3" });
    assert.deepEqual(github.writes.slice(1), [`PATCH /issues/comments/${github.comments[0]?.id}`]);
    const body = github.comments[0]?.body ?? "";
    assert.match(
      body,
      /### mirrorform: `mirrors\.yaml` is not valid\n[^]*```text\nmirrors\.yaml:9:12: [^]*\n1 problem in /,
    );
    assert.match(body, /\[This run\]\(.*\/team\/images\/actions\/runs\/77\)/);
    assert.doesNotMatch(body, /to create|\u202e/);
    assert.equal(body.split("\n")[0]?.split(" actions=")[0], planned.split("\n")[0]?.split(" actions=")[0]);
    assert.equal(other.body, planned, "another user's comment is not edited");

    await step("plan");
    assert.equal(github.writes.length, 2, "the problems are the same");
    assert.equal((await step("plan", { INPUT_FILE: "./mirrors.yaml" })).code, 3);
    assert.equal(github.writes.length, 2, "the comment of another step is not edited");

    await write(TWO_IMAGES);
    assert.equal((await step("plan")).code, 0);
    assert.match(github.comments[0]?.body ?? "", /4 to create/, "the next plan updates the comment");
    assert.equal(github.comments.length, 3);

    github.refuses = 403;
    await write("version: 2\n");
    const refused = await step("plan");
    assert.equal(refused.code, 3);
    assert.match(refused.stdout, /^::warning title=mirrorform::.*403.*in the log.*pull-requests: write/m);
  });

  test("and updates an existing comment if its target is removed from the mirror file", async (t) => {
    const { github, step, folder } = await job(t);
    const target = { INPUT_TARGET: "main" };
    assert.equal((await step("plan", target)).code, 0);
    await writeFile(join(folder, "mirrors.yaml"), TWO_IMAGES.replace("main:", "other:"));
    assert.equal((await step("plan", target)).code, 3);
    assert.match(
      github.comments[0]?.body ?? "",
      /is not valid[^]*There is no plan for this commit[^]*no target[^]*main/,
    );
  });

  test("nothing if the mirror file is invalid, and annotates its lines", async (t) => {
    const { github, step } = await job(t, { file: `${TWO_IMAGES}  - image: Redis\n` });
    const { code, stdout } = await step("plan");
    assert.equal(code, 3);
    assert.match(stdout, /^::error file=mirrors\.yaml,line=9,col=12,/m);
    assert.deepEqual(github.writes, []);
  });
});

test("quoted lines of the mirror file cannot run workflow commands, including legacy ones", async (t) => {
  const evil = "##[add-mask]a ::warning::pwned";
  const { step } = await job(t, { fork: true, file: `${TWO_IMAGES}  - image: "${evil}"\n` });
  const { code, stdout, stderr } = await step("plan");
  assert.equal(code, 3);
  assert.equal(stderr, "", "nothing is printed to standard error");
  const [, stopped = "", quoted = "", after = ""] =
    /^::stop-commands::(\S+)\n([^]*?)\n::\1::\n([^]*)$/m.exec(stdout) ?? [];
  assert.notEqual(stopped, "");
  assert.match(quoted, /#\\u0023\[add-mask\]/);
  assert.match(after, /^::error file=mirrors\.yaml,line=9,/);
});

describe("the Action applies", { concurrency: 3 }, () => {
  test("and writes the report to the job's summary", async (t) => {
    const { step, summary } = await job(t, { push: true });
    const { code, outputs } = await step("apply");
    assert.equal(code, 0);
    assert.deepEqual(outputs, { "exit-code": "0", finished: "true" });
    assert.match(await summary(), /### mirrorform apply\n\n```text\n[^]*Apply: 4 done[^]*```/);
    assert.match(await summary(), /Docker Hub: \d+ pulls used, \d+ of 100 pulls remaining in the 1-hour window\.\n/);
    assert.doesNotMatch(await summary(), /anonymous|203\.0\.113\./, "the summary does not name owners of pull limits");
  });

  test("and only warns if the pull limit is reached", async (t) => {
    const pullLimit = { limit: 2, windowSeconds: 3600 };
    const { step } = await job(t, { push: true, images: { ...IMAGES, pullLimit } });
    const { code, stdout, outputs } = await step("apply");
    assert.equal(code, 0, stdout);
    assert.deepEqual(outputs, { "exit-code": "4", finished: "false" });
    assert.match(stdout, /^::warning title=mirrorform::Pull limit reached/m);
  });

  test("and fails if an action fails", async (t) => {
    const { step } = await job(t, { push: true, images: { ...IMAGES, images: ["nginx:1"] } });
    assert.equal((await step("apply")).code, 1);
  });
});

test("the Action opens, updates, closes and reopens one issue about drift", async (t) => {
  const { github, step, sandbox } = await job(t, { push: true });
  assert.equal((await step("apply")).code, 0);
  assert.equal((await step("drift")).code, 0);
  assert.equal(github.issues.length, 0);

  const { store } = await sandbox.ecr.registry();
  store.repository("redis")?.tags.delete("7");
  const found = await step("drift");
  assert.equal(found.outputs["changes"], "true");
  assert.match(github.issues[0]?.body ?? "", /1 to create/);
  await step("drift");
  assert.equal(github.writes.length, 1, "the drift is the same");

  assert.equal((await step("apply")).code, 0);
  await step("drift");
  assert.equal(github.issues[0]?.state, "closed");

  store.repository("nginx")?.tags.delete("1");
  await step("drift");
  assert.equal(github.issues[0]?.state, "open");
  assert.equal(github.issues.length, 1);
});

test("answers of a registry cannot run workflow commands, and the token is not printed", async (t) => {
  const { step, sandbox, summary } = await job(t, { push: true });
  const evil = "\n::error::pwned\n::set-output name=x::y";
  sandbox.dockerHub.registry.onRequest = ({ method, path }) =>
    method === "HEAD" || !path.includes("redis")
      ? undefined
      : {
          kind: "answer",
          answer: { status: 403, headers: {}, body: JSON.stringify({ errors: [{ code: "DENIED", message: evil }] }) },
        };
  const { code, stdout, stderr } = await step("apply", { MIRRORFORM_LOG: "1" });
  assert.equal(code, 1);
  assert.match(stdout, /pwned/, "the message is printed");
  assert.match(stdout, /^GET 127\.0\.0\.1:/m, "standard error is printed too");
  assert.equal(stderr, "", "nothing is printed to standard error");
  const commands = stdout.split("\n").filter((line) => line.startsWith("::"));
  const stopped = /^::stop-commands::(.*)$/.exec(commands[0] ?? "")?.[1];
  assert.deepEqual(commands, [`::stop-commands::${stopped}`, `::${stopped}::`]);
  assert.equal((stdout + stderr + (await summary())).includes(TOKEN), false);
});

test("reports an invalid command", async (t) => {
  const { step } = await job(t);
  const { code, stdout } = await step("plna");
  assert.equal(code, 1);
  assert.match(stdout, /^::error title=mirrorform::invalid input command: expected plan, apply, drift, validate/m);
});
