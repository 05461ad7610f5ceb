import { MirrorError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import { SCRIPTS, SHELLS } from "../completion/scripts.ts";
import type { CompletionInput } from "../definitions/completion.ts";
import { EXIT } from "../process/exit-code.ts";
import type { ProcessContext } from "../process/process-context.ts";

/** Runs `completion`: prints the script of a shell. @throws MirrorError USAGE for a shell that it does not know */
export function completion({ operands }: CompletionInput, { out }: ProcessContext): Promise<number> {
  const [name = ""] = operands;
  const shell = SHELLS.find((each) => each === name);
  if (shell === undefined) throw unknownShell(name);
  out(SCRIPTS[shell]);
  return Promise.resolve(EXIT.done);
}

function unknownShell(name: string): MirrorError {
  const near = nearest(name, SHELLS);
  return new MirrorError(name === "" ? "the name of a shell is missing" : `"${name}" is not a shell that it knows`, {
    code: "USAGE",
    side: "config",
    operation: "print the script",
    hint: near === undefined ? `use one of: ${SHELLS.join(", ")}` : `did you mean ${near}?`,
  });
}
