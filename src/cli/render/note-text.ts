import type { ErrorReport } from "../../errors.ts";
import { terminalText } from "../../plain-text.ts";
import type { AccountNote } from "../../plan/repositories/account-note.ts";
import type { TargetPlan } from "../../plan/plan.ts";

/** Number of repositories that a note names. `--json` has them all. */
const MAX_SHOWN = 3;

/** Renders the notes about a target's account, one line each. */
export function renderNotes({ notes = [], registry }: TargetPlan): string[] {
  return notes.map((note) => terminalText(`Note on ${registry}: ${noteText(note)}`));
}

function noteText(note: AccountNote): string {
  switch (note.code) {
    case "blob-mounting-off":
      return `blob mounting is off in this account, so layers that another repository has are uploaded again to ${names(note.repositories)}.`;
    case "scanning-by-registry":
      return `the scanning configuration of the registry ${note.scanned ? "includes" : "excludes"} ${names(note.repositories)} and overrides scanOnPush.`;
    case "scanning-not-read":
      return `the scanning configuration of the registry could not be read, so scanOnPush is compared with the settings of the repositories. ${why(note.error)}`;
    case "encryption-not-compared":
      return `encryption is not compared for ${names(note.repositories)}, because KMS did not return the key of the alias. ${why(note.error)}`;
    case "undeclared-not-sought":
      return `repositories that are no longer in the mirror file could not be looked up. ${why(note.error)}`;
    case "creation-template":
      return `the repository creation template "${note.prefix}" does not apply to ${names(note.repositories)}: mirrorform creates repositories with the settings in the mirror file.`;
    case "templates-not-read":
      return `the repository creation templates, which mirrorform does not apply, could not be read. ${why(note.error)}`;
  }
}

function names(repositories: readonly string[]): string {
  const more = repositories.length - MAX_SHOWN;
  const shown = repositories.slice(0, MAX_SHOWN).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function why(error: ErrorReport | undefined): string {
  if (error === undefined) return "Set AWS_ENDPOINT_URL_KMS if KMS has another endpoint.";
  return error.code === "DENIED" && error.hint !== undefined ? `To allow it, ${error.hint}.` : `${error.message}.`;
}
