/** The condition of a statement: operator -> key -> values. */
export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** One action on one resource. */
export interface Grant {
  action: string;
  /** An ARN, or `*` where the action knows no resource. */
  resource: string;
  condition: Condition | undefined;
}
