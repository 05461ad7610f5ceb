/** One way in which the real service differs from what one would expect of it. */
export interface Quirk {
  /** `<service>-<what>`, by which it is switched on or off. */
  readonly name: string;
  readonly service: "docker-hub" | "ecr";
  /** What the real service does, in a sentence. */
  readonly what: string;
  /** Where this was seen: documentation, an issue or a recorded reading. */
  readonly source: string;
  /** Whether the sandbox has it unless told otherwise. */
  readonly default: boolean;
}
