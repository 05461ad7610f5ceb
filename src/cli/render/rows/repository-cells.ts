import type { ChangeSetting, RepositoryAction } from "../../../plan/action.ts";
import { effectOf } from "../../../plan/cost/effect.ts";
import type { LifecycleReach, RepositoryRow } from "../../../plan/repositories/repository-row.ts";
import type { RowCells } from "./cells.ts";
import { describeChange, describeSettings, encryptionText } from "./setting-text.ts";
import type { Style } from "../text/style.ts";
import { plural } from "../text/units.ts";

/** The cells of an action on a repository. */
export function repositoryActionCells(action: RepositoryAction, style: Style): RowCells {
  const look = lookOf(action, style);
  switch (action.kind) {
    case "create-repository":
      return { ...look, columns: ["repository", describeSettings(action.settings), "", "", "new repository"] };
    case "adopt-repository":
      return { ...look, columns: ["repository", whose(undefined), "", "", "adopted: this file's from then on"] };
    default: {
      const { name, change } = describeChange(action);
      return { ...look, columns: [name, change, "", "", REASONS[action.reason]] };
    }
  }
}

const REASONS: Readonly<Record<ChangeSetting["reason"], string>> = {
  "setting-drifted": "setting drifted",
  "policy-missing": "not set yet",
  "policy-unwanted": "none is declared",
};

function lookOf(action: RepositoryAction, style: Style): Pick<RowCells, "symbol" | "paint"> {
  switch (effectOf(action)) {
    case "create":
      return { symbol: "+", paint: style.create };
    case "change":
      return { symbol: "~", paint: style.change };
    case "delete":
      return { symbol: "-", paint: style.problem };
  }
}

/** The cells of what else is said of a repository. */
export function repositoryRowCells(row: RepositoryRow, style: Style): RowCells {
  switch (row.kind) {
    case "foreign-repository": {
      const columns = ["repository", whose(row.owner), "", "", "not ours: its settings are left alone"];
      return { symbol: "*", paint: style.quiet, columns };
    }
    case "warning":
      return { symbol: "*", paint: style.change, columns: lifecycleColumns(row.rule) };
    case "blocked-repository":
      return { symbol: "!", paint: style.problem, columns: blockedColumns(row) };
  }
}

function whose(owner: string | undefined): string {
  return owner === undefined ? "not made by mirrorform" : `belongs to the mirror file "${owner}"`;
}

function blockedColumns(row: Extract<RepositoryRow, { kind: "blocked-repository" }>): string[] {
  if (row.reason === "owned-by-another") {
    return ["repository", whose(row.owner), "", "", "cannot be adopted. Take adopt out, or its mark off in AWS"];
  }
  const change = `${encryptionText(row.have)} -> ${encryptionText(row.want)}`;
  return ["encryption", change, "", "", "fixed by ECR. Declare it as it is, or delete the repository for a new one"];
}

/** ECR counts what an index names as images of their own, attestations too. */
function countedText({ atLeast, atMost }: NonNullable<LifecycleReach["counted"]>): string {
  return atLeast === atMost ? `they are ${plural(atLeast, "image")}` : `they are ${atLeast} to ${atMost} images`;
}

/** Declared tags that a line names; `--json` has them all. */
const MAX_TAGS_SHOWN = 3;

function lifecycleColumns({ priority, action, tags, keeps, days, counted }: LifecycleReach): string[] {
  const shown = tags.slice(0, MAX_TAGS_SHOWN).join(", ");
  const more = tags.length > MAX_TAGS_SHOWN ? ` and ${tags.length - MAX_TAGS_SHOWN} more` : "";
  const when = days === undefined ? `keeps ${plural(keeps ?? 0, "image")}` : `${plural(days, "day")} after the push`;
  const verb = action === "expire" ? "expire" : "archive";
  const what =
    counted === undefined
      ? `${verb}s declared tags`
      : `may ${verb} declared tags: with their platforms ${countedText(counted)}`;
  return [`lifecycle rule ${priority}`, `${when}: ${shown}${more}`, "", "", what];
}
