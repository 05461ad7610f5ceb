/** An error in the arguments of a command. `readCommandLine` converts it to a USAGE error that names the command. */
export class UsageProblem extends Error {
  override readonly name = "UsageProblem";
  /** An imperative, lower case, without a full stop. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
