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
      return {
        ...look,
        name: "repository",
        detail: ownerText(undefined),
        reason: "adopted: owned by this mirror file from now on",
      };
    case "put-tag-mutability":
    case "put-scan-on-push":
    case "put-resource-tags":
    case "put-lifecycle-policy":
    case "delete-lifecycle-policy":
    case "set-repository-policy":
    case "delete-repository-policy": {
      const { name, change, items = "" } = describeChange(action);
      const reason = REASONS[action.reason];
      return { ...look, name, detail: change, reason: items === "" ? reason : `${reason}: ${items}` };
    }
  }
}

const REASONS: Readonly<Record<ChangeSetting["reason"], string>> = {
  "setting-drifted": "setting drifted",
  "policy-missing": "not set",
  "policy-unwanted": "declared as none",
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
        reason: "not owned by this mirror file: settings stay as they are",
      };
    case "lifecycle-warning":
      return { sign: "*", paint: style.change, ...lifecycleCells(row.rule) };
    case "blocked-adoption": {
      const reason = "cannot be adopted: remove adopt, or delete its mirrorform tag in AWS";
      return { ...blocked, name: "repository", detail: ownerText(row.owner), reason };
    }
    case "blocked-encryption": {
      const detail = `${encryptionText(row.have)} -> ${encryptionText(row.want)}`;
      const reason =
        "ECR cannot change it: declare the current encryption, or delete the repository so that it is created again";
      return { ...blocked, name: "encryption", detail, reason };
    }
  }
}

function ownerText(owner: string | undefined): string {
  return owner === undefined ? "no owner" : `owned by the mirror file "${owner}"`;
}

/** ECR counts each manifest that an index names as an image, attestations included. */
function countedText({ atLeast, atMost }: NonNullable<LifecycleReach["counted"]>): string {
  return atLeast === atMost ? plural(atLeast, "image") : `${atLeast} to ${atMost} images`;
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
        : `may ${verb} declared tags: ${countedText(counted)} with their platforms`,
  };
}
