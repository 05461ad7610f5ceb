import type { ErrorReport } from "../../errors.ts";
import { terminalText } from "../../plain-text.ts";
import type { AccountNote } from "../../plan/repositories/account-note.ts";
import type { TargetPlan } from "../../plan/plan.ts";

/** Repositories that a note names; `--json` has them all. */
const MAX_SHOWN = 3;

/** What is to be said of a target's account, a line each. */
export function renderNotes({ notes = [], registry }: TargetPlan): string[] {
  return notes.map((note) => terminalText(`Note on ${registry}: ${noteText(note)}`));
}

function noteText(note: AccountNote): string {
  switch (note.code) {
    case "blob-mounting-off":
      return `blob mounting is off in this account, so layers that another repository has are sent again to ${names(note.repositories)}.`;
    case "scanning-by-registry":
      return `the registry's own scanning ${note.scanned ? "scans" : "does not scan"} ${names(note.repositories)}, whatever scanOnPush says.`;
    case "scanning-not-read":
      return `the registry's scanning could not be read, so scanOnPush is compared with the repositories' own. ${why(note.error)}`;
    case "encryption-not-compared":
      return `encryption is not compared for ${names(note.repositories)}: KMS did not say which key is meant. ${why(note.error)}`;
    case "undeclared-not-sought":
      return `repositories in which nothing is declared any more are not looked for. ${why(note.error)}`;
    case "creation-template":
      return `the repository creation template "${note.prefix}" is not used for ${names(note.repositories)}: mirrorform creates with the settings of the mirror file.`;
  }
}

function names(repositories: readonly string[]): string {
  const more = repositories.length - MAX_SHOWN;
  const shown = repositories.slice(0, MAX_SHOWN).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function why(error: ErrorReport | undefined): string {
  if (error === undefined) return "Set AWS_ENDPOINT_URL_KMS where KMS is not at its usual place.";
  return error.code === "DENIED" && error.hint !== undefined ? `To have it: ${error.hint}.` : `${error.message}.`;
}
