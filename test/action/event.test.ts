import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { readEvent } from "../../action/event.ts";
import { folderWith } from "../support/mirrorform.ts";

const OWN = { number: 5, head: { repo: { full_name: "team/a" } }, base: { repo: { full_name: "team/a" } } };

async function eventOf(t: TestContext, name: string | undefined, payload: object) {
  const { path, remove } = await folderWith({});
  t.after(remove);
  await writeFile(join(path, "event.json"), JSON.stringify(payload));
  return readEvent(name, join(path, "event.json"));
}

describe("the Action trusts", () => {
  for (const name of ["push", "schedule", "workflow_dispatch", "repository_dispatch", "merge_group", "release"]) {
    test(`the event ${name}`, async (t) => {
      assert.deepEqual(await eventOf(t, name, {}), { pullRequest: undefined, isFork: false, untrusted: undefined });
    });
  }

  for (const name of ["pull_request", "pull_request_review", undefined]) {
    test(`a pull request from the same repository (${name})`, async (t) => {
      const event = await eventOf(t, name, { pull_request: OWN });
      assert.deepEqual(event, { pullRequest: { number: 5 }, isFork: false, untrusted: undefined });
    });
  }
});

describe("the Action does not trust", () => {
  for (const [what, pull] of [
    ["from a fork", { ...OWN, head: { repo: { full_name: "other/a" } } }],
    ["from a deleted fork", { ...OWN, head: { repo: null } }],
    ["without repositories", { number: 5 }],
  ] as const) {
    test(`a pull request ${what}`, async (t) => {
      const event = await eventOf(t, "pull_request", { pull_request: pull });
      assert.deepEqual(event, { pullRequest: { number: 5 }, isFork: true, untrusted: "Pull request from a fork" });
    });
  }

  for (const [name, payload] of [
    ["pull_request_target", { pull_request: OWN }],
    ["workflow_run", { workflow_run: {} }],
    ["issue_comment", { issue: {}, comment: {} }],
    ["discussion", {}],
    [undefined, { workflow_run: {} }],
    [undefined, { issue: {}, comment: {} }],
  ] as const) {
    test(`the event ${name}, with ${Object.keys(payload).join(" and ")}`, async (t) => {
      assert.match((await eventOf(t, name, payload)).untrusted ?? "", /can be another head/);
    });
  }
});
