import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { load } from "js-yaml";

const EXAMPLES = join(import.meta.dirname, "../examples");

interface Workflow {
  on: {
    push?: { branches?: string[] };
    schedule?: { cron: string }[];
    pull_request?: object;
    pull_request_target?: object;
  };
  permissions: Record<string, string>;
  concurrency?: Record<string, unknown>;
  jobs: Record<
    string,
    { environment?: string; steps: { if?: string; uses?: string; with?: Record<string, string> }[] }
  >;
}

interface Trust {
  Statement: { Condition: Record<string, Record<string, string | string[]>> }[];
}

async function example<T>(name: string): Promise<T> {
  return load(await readFile(join(EXAMPLES, name), "utf8")) as T;
}

/** Lists the subjects that a role trusts, without the names of organization and repository. */
async function subjectsOf(name: string): Promise<{ old: string[]; withIds: string[] }> {
  const { Statement } = await example<Trust>(name);
  const conditions = Statement.map(({ Condition }) => Condition);
  for (const condition of conditions) assert.deepEqual(Object.keys(condition), ["StringEquals"], "no wildcard");
  const subjects = conditions.flatMap(
    (each) => each["StringEquals"]?.["token.actions.githubusercontent.com:sub"] ?? [],
  );
  const what = (form: RegExp) => subjects.flatMap((subject) => form.exec(subject)?.[1] ?? []).toSorted();
  return { old: what(/^repo:[\w-]+\/[\w-]+:(.*)$/), withIds: what(/^repo:[\w-]+@\d+\/[\w-]+@\d+:(.*)$/) };
}

/** Returns the GitLab runs that a role trusts, without the project. */
async function gitlabSubjectOf(name: string): Promise<{ test: string; audience: string; run: string }> {
  const { Statement } = await example<Trust>(name);
  assert.equal(Statement.length, 1);
  const { Condition = {} } = Statement[0] ?? {};
  const { "gitlab.com:aud": audience, ...equals } = Condition["StringEquals"] ?? {};
  const rest = { ...Condition, StringEquals: equals };
  const subjects = Object.entries(rest).flatMap(([test, keys]) =>
    Object.entries(keys).map(([key, value]) => ({ test, key, value: String(value) })),
  );
  assert.equal(subjects.length, 1);
  const [{ test, key, value } = { test: "", key: "", value: "" }] = subjects;
  assert.equal(key, "gitlab.com:sub");
  return { test, audience: String(audience), run: /^project_path:[\w-]+\/[\w-]+:(.*)$/.exec(value)?.[1] ?? "" };
}

function roleOf(workflow: Workflow): string | undefined {
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
  return steps.flatMap((step) => step.with?.["role-to-assume"] ?? [])[0]?.replace(/^.*\//, "");
}

/** Otherwise a run that ended with 4 is never finished, or a waiting run is cancelled. */
test("the example apply workflow also runs on a schedule, one run at a time, and cancels none", async () => {
  const workflow = await example<Workflow>("github/apply.yml");
  assert.deepEqual(workflow.on.push?.branches, ["main"]);
  assert.match(workflow.on.schedule?.[0]?.cron ?? "", /^\d+ \*\/\d+ \* \* \*$/);
  assert.deepEqual(Object.keys(workflow.on).toSorted(), ["push", "schedule", "workflow_dispatch"]);
  const { group, ...waiting } = workflow.concurrency ?? {};
  assert.equal(typeof group, "string");
  assert.deepEqual(waiting, { "cancel-in-progress": false, queue: "max" });
});

/** Otherwise a pull request could write to the account, or the apply run could not sign in. */
test("each example role trusts only the runs that assume it, in both forms of subject", async () => {
  const [plan, apply, drift] = await Promise.all(
    ["plan", "apply", "drift"].map((name) => example<Workflow>(`github/${name}.yml`)),
  );
  assert.ok(plan !== undefined && apply !== undefined && drift !== undefined);
  assert.deepEqual([plan, apply, drift].map(roleOf), ["mirrorform-plan", "mirrorform-apply", "mirrorform-plan"]);
  const environments = Object.values(apply.jobs).map(({ environment }) => `environment:${environment}`);
  assert.deepEqual(await subjectsOf("aws/apply-role-trust.json"), { old: environments, withIds: environments });
  // Scheduled workflows run on the default branch.
  const readers = ["pull_request", "ref:refs/heads/main"];
  assert.deepEqual(await subjectsOf("aws/plan-role-trust.json"), { old: readers, withIds: readers });
  assert.deepEqual(Object.keys(plan.on), ["pull_request"]);
  assert.ok(drift.on.schedule !== undefined && drift.permissions["issues"] === "write");
  const [signIn] = Object.values(plan.jobs).flatMap(({ steps }) =>
    steps.filter(({ uses }) => uses?.startsWith("aws-")),
  );
  assert.equal(signIn?.if, "github.event.pull_request.head.repo.full_name == github.repository", "a fork gets no role");
});

interface GitLabJob {
  id_tokens?: Record<string, { aud: string }>;
  variables?: { AWS_ROLE_ARN?: string };
  rules?: { if: string }[];
}

/** Otherwise the same breaks as above, but on GitLab, where a wildcard matches the branch of a merge request. */
test("each example role for GitLab trusts the jobs that assume it: apply on main, plan on any branch", async () => {
  const jobs = await example<Record<string, GitLabJob>>("gitlab/mirrors.gitlab-ci.yml");
  const audience = jobs[".mirrorform"]?.id_tokens?.["AWS_TOKEN"]?.aud ?? "";
  assert.notEqual(audience, "");
  const apply = await gitlabSubjectOf("aws/gitlab-apply-role-trust.json");
  assert.deepEqual(apply, { test: "StringEquals", audience, run: "ref_type:branch:ref:main" });
  const plan = await gitlabSubjectOf("aws/gitlab-plan-role-trust.json");
  assert.deepEqual(plan, { test: "StringLike", audience, run: "ref_type:branch:ref:*" });
  const roles = ["mirrors:validate", "mirrors:plan", "mirrors:apply"].map(
    (name) => jobs[name]?.variables?.AWS_ROLE_ARN,
  );
  assert.deepEqual(
    roles.map((role) => role?.replace(/^.*\//, "")),
    [undefined, "mirrorform-plan", "mirrorform-apply"],
  );
  assert.deepEqual(jobs["mirrors:apply"]?.rules, [{ if: '$CI_COMMIT_BRANCH == "main"' }]);
  assert.match(jobs["mirrors:plan"]?.rules?.[0]?.if ?? "", /CI_MERGE_REQUEST_SOURCE_PROJECT_ID == \$CI_PROJECT_ID$/);
});

/** Otherwise a build copied from the page could fail where the example file would not. */
test("the buildspec on the recipes page is the example file", async () => {
  const page = await readFile(join(import.meta.dirname, "../docs/recipes.md"), "utf8");
  const shown = /^`buildspec\.yml`:\n\n```yaml\n([^]*?)^```/m.exec(page)?.[1] ?? "";
  assert.deepEqual(load(shown), await example("codebuild/buildspec.yml"));
});

test("GitLab and CodeBuild tolerate exit code 4, and no other", async () => {
  const jobs =
    await example<Record<string, { script?: string[]; allow_failure?: unknown }>>("gitlab/mirrors.gitlab-ci.yml");
  const tolerant = Object.entries(jobs).filter(([, job]) => job.allow_failure !== undefined);
  assert.deepEqual(
    tolerant.map(([name, job]) => [name, job.allow_failure]),
    [["mirrors:apply", { exit_codes: 4 }]],
  );
  const { phases } = await example<{ phases: Record<string, { commands: string[] }> }>("codebuild/buildspec.yml");
  assert.ok(phases["pre_build"]?.commands.includes("npx mirrorform apply || [ $? -eq 4 ]"));
});

/** A tag can be moved to other code, which then has the role of the job. */
test("other actions are pinned by commit, with their version in a comment", async () => {
  const root = join(import.meta.dirname, "..");
  const folders = ["examples", "docs", ".github/workflows"];
  const names = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true })).map((name) => join(root, folder, name)),
    ),
  );
  const pages = names.flat().filter((name) => /\.(?:md|ya?ml)$/.test(name));
  const texts = await Promise.all(pages.map((page) => readFile(page, "utf8")));
  const uses = texts.flatMap((text) => [...text.matchAll(/\buses: (.*)/g)].map(([, used = ""]) => used));
  const others = uses.filter((used) => !used.startsWith("mirrorform/mirrorform@"));
  assert.ok(others.length >= 9, `${others.length} actions`);
  for (const used of others) assert.match(used, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});
