/** A command line that cannot be read. The parser turns it into a USAGE error that names the command. */
export class UsageProblem extends Error {
  override readonly name = "UsageProblem";
  /** A lower-case imperative, without a full stop. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
