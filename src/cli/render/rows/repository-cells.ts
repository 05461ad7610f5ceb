import type { ChangeSetting, RepositoryAction } from "../../../plan/action.ts";
import { effectOf } from "../../../plan/cost/effect.ts";
import type { LifecycleReach, RepositoryRow } from "../../../plan/repositories/repository-row.ts";
import type { Cells } from "./cells.ts";
import { describeChange, describeSettings, encryptionText } from "./setting-text.ts";
import type { Style } from "../text/style.ts";
import { plural } from "../text/units.ts";

/** Returns the cells of an action on a repository. */
export function repositoryActionCells(action: RepositoryAction, style: Style): Cells {
  const look = lookOf(action, style);
  switch (action.kind) {
    case "create-repository":
      return { ...look, name: "repository", detail: describeSettings(action.settings), reason: "new repository" };
    case "adopt-repository":
      return { ...look, name: "repository", detail: ownerText(undefined), reason: "adopted: this file's from then on" };
    case "put-tag-mutability":
    case "put-scan-on-push":
    case "put-resource-tags":
    case "put-lifecycle-policy":
    case "delete-lifecycle-policy":
    case "set-repository-policy":
    case "delete-repository-policy": {
      const { name, change } = describeChange(action);
      return { ...look, name, detail: change, reason: REASONS[action.reason] };
    }
  }
}

const REASONS: Readonly<Record<ChangeSetting["reason"], string>> = {
  "setting-drifted": "setting drifted",
  "policy-missing": "not set yet",
  "policy-unwanted": "none is declared",
};

function lookOf(action: RepositoryAction, style: Style): Pick<Cells, "sign" | "paint"> {
  switch (effectOf(action)) {
    case "create":
      return { sign: "+", paint: style.create };
    case "change":
      return { sign: "~", paint: style.change };
    case "delete":
      return { sign: "-", paint: style.problem };
  }
}

/** Returns the cells of a row about a repository. */
export function repositoryRowCells(row: RepositoryRow, style: Style): Cells {
  const blocked = { sign: "!", paint: style.problem } as const;
  switch (row.kind) {
    case "foreign-repository":
      return {
        sign: "*",
        paint: style.quiet,
        name: "repository",
        detail: ownerText(row.owner),
        reason: "not ours: its settings are left alone",
      };
    case "lifecycle-warning":
      return { sign: "*", paint: style.change, ...lifecycleCells(row.rule) };
    case "blocked-adoption": {
      const reason = "cannot be adopted. Take adopt out, or its mark off in AWS";
      return { ...blocked, name: "repository", detail: ownerText(row.owner), reason };
    }
    case "blocked-encryption": {
      const detail = `${encryptionText(row.have)} -> ${encryptionText(row.want)}`;
      const reason = "fixed by ECR. Declare it as it is, or delete the repository for a new one";
      return { ...blocked, name: "encryption", detail, reason };
    }
  }
}

function ownerText(owner: string | undefined): string {
  return owner === undefined ? "not made by mirrorform" : `belongs to the mirror file "${owner}"`;
}

/** ECR counts each manifest that an index names as an image, attestations included. */
function countedText({ atLeast, atMost }: NonNullable<LifecycleReach["counted"]>): string {
  return atLeast === atMost ? `they are ${plural(atLeast, "image")}` : `they are ${atLeast} to ${atMost} images`;
}

/** Number of declared tags that a row names. `--json` has them all. */
const MAX_TAGS_SHOWN = 3;

function lifecycleCells(rule: LifecycleReach): Pick<Cells, "name" | "detail" | "reason"> {
  const { priority, action, tags, keeps, days, counted } = rule;
  const shown = tags.slice(0, MAX_TAGS_SHOWN).join(", ");
  const more = tags.length > MAX_TAGS_SHOWN ? ` and ${tags.length - MAX_TAGS_SHOWN} more` : "";
  const when = days === undefined ? `keeps ${plural(keeps ?? 0, "image")}` : `${plural(days, "day")} after the push`;
  const verb = action === "expire" ? "expire" : "archive";
  return {
    name: `lifecycle rule ${priority}`,
    detail: `${when}: ${shown}${more}`,
    reason:
      counted === undefined
        ? `${verb}s declared tags`
        : `may ${verb} declared tags: with their platforms ${countedText(counted)}`,
  };
}
