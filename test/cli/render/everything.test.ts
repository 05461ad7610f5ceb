import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { AccountNote } from "../../../src/plan/repositories/account-note.ts";
import type { Action, ChangeSetting } from "../../../src/plan/action.ts";
import { actionsOf } from "../../../src/plan/plan.ts";
import type { Row } from "../../../src/plan/rows/row.ts";
import { everything } from "./everything.ts";

/** `kind reason` of each member of a union. */
type Named<Each> = Each extends { kind: infer Kind extends string; reason: infer Reason extends string }
  ? `${Kind} ${Reason}`
  : never;

/** The compiler reports rows that are missing here or no longer exist. */
const ROWS: Readonly<Record<Named<Exclude<Row, { kind: "action" }>>, true>> = {
  "blocked-tag tag-immutable": true,
  "blocked-referrer-tag referrer-tag-immutable": true,
  "blocked-platforms platform-missing": true,
  "blocked-by-lock not-locked": true,
  "blocked-by-lock lock-contradicts-pin": true,
  "failed-image unresolved": true,
  "failed-referrers referrers-unread": true,
  "stale-image moved-since-plan": true,
  "stale-referrers moved-since-plan": true,
  "stale-tag moved-since-plan": true,
  "stale-repository moved-since-plan": true,
  "refused-referrers referrers-refused": true,
  "left-out-referrers referrers-unsupported": true,
  "left-out-referrers referrers-gone": true,
  "kept-image not-checked": true,
  "postponed-image pull-limit-reached": true,
  "kept-referrers referrers-not-checked": true,
  "unchanged same-digest": true,
  "unchanged already-there": true,
  "held-by-lock moved-upstream": true,
  "archived image-archived": true,
  "blocked-deletions too-many": true,
  "blocked-deletions nothing-declared": true,
  "undeclared-tags no-prune": true,
  "undeclared-tags narrowed": true,
  "undeclared-tags unresolved": true,
  "undeclared-tags not-made-here": true,
  "undeclared-tags nothing-declared": true,
  "unlisted-tags nothing-declared": true,
  "undeclared-tags backup": true,
  "unlisted-tags no-prune": true,
  "unlisted-tags unresolved": true,
  "foreign-repository not-owned": true,
  "blocked-adoption owned-by-another": true,
  "blocked-encryption encryption-immutable": true,
  "lifecycle-warning lifecycle-reaches-declared": true,
};

const ACTIONS: Readonly<Record<Named<Exclude<Action, ChangeSetting>>, true>> = {
  "create-repository repository-missing": true,
  "adopt-repository repository-unowned": true,
  "copy-image new-tag": true,
  "copy-image tag-moved": true,
  "copy-image pin-changed": true,
  "copy-image lock-changed": true,
  "copy-image platforms-changed": true,
  "copy-referrers new-referrers": true,
  "copy-referrers referrers-moved": true,
  "copy-referrers known-at-apply": true,
  "delete-tag not-declared": true,
};

const SETTINGS: Readonly<Record<ChangeSetting["kind"], true>> = {
  "put-tag-mutability": true,
  "put-scan-on-push": true,
  "put-resource-tags": true,
  "put-lifecycle-policy": true,
  "set-repository-policy": true,
  "delete-lifecycle-policy": true,
  "delete-repository-policy": true,
};

const NOTES: Readonly<Record<AccountNote["code"], true>> = {
  "blob-mounting-off": true,
  "scanning-by-registry": true,
  "scanning-not-read": true,
  "encryption-not-compared": true,
  "creation-template": true,
  "templates-not-read": true,
  "undeclared-not-sought": true,
};

/** If this fails, the golden files no longer show everything that a plan can contain. */
describe("the plan of everything has", () => {
  const made = everything();
  const rows = made.targets.flatMap((target) => target.rows);

  test("every kind of row, for every reason", () => {
    const others = rows.flatMap((row) => (row.kind === "action" ? [] : [`${row.kind} ${row.reason}`]));
    assert.deepEqual(sorted(others), sorted(Object.keys(ROWS)));
  });

  test("every kind of action, for every reason", () => {
    const all = actionsOf(made);
    const isSetting = ({ kind }: Action) => Object.hasOwn(SETTINGS, kind);
    const own = all.filter((action) => !isSetting(action)).map(({ kind, reason }) => `${kind} ${reason}`);
    assert.deepEqual(sorted(own), sorted(Object.keys(ACTIONS)));
    assert.deepEqual(sorted(all.filter(isSetting).map(({ kind }) => kind)), sorted(Object.keys(SETTINGS)));
    assert.deepEqual(
      new Set(all.filter(isSetting).map(({ reason }) => reason)),
      new Set(["setting-drifted", "policy-missing", "policy-unwanted"]),
    );
    assert.ok(all.some((action) => action.kind === "copy-image" && action.replace !== undefined));
    assert.ok(all.some((action) => action.kind === "copy-image" && action.upstream !== undefined));
  });

  test("every note about an account, an unreadable target, a failed tag rule, and a locked image that could not be looked up", () => {
    const notes = made.targets.flatMap((target) => target.notes ?? []);
    assert.deepEqual(sorted(notes.map(({ code }) => code)), sorted(Object.keys(NOTES)));
    assert.ok(made.targets.some(({ error }) => error !== undefined));
    assert.ok(made.rules.some(({ errors }) => errors.length > 0));
    assert.ok((made.lock?.unasked.length ?? 0) > 0);
    for (const [what, count] of Object.entries(made.totals)) assert.ok(count > 0, what);
  });
});

function sorted(names: Iterable<string>): string[] {
  return [...new Set(names)].toSorted();
}
