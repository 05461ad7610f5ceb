/** A deviation of a real service from the specification or from common expectations. */
export interface Quirk {
  /** `<service>-<what>`. Used to switch the quirk on or off. */
  readonly name: string;
  readonly service: "docker-hub" | "ecr";
  /** What the real service does, in one sentence. */
  readonly what: string;
  /** The evidence: documentation, an issue or a recorded answer. */
  readonly source: string;
  /** Whether the quirk is on by default. */
  readonly default: boolean;
}
