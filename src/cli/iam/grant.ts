/** The condition of a statement: operator -> key -> values. */
export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** One action on one resource. */
export interface Grant {
  action: string;
  /** An ARN, or `*` if the action does not support resources. */
  resource: string;
  condition: Condition | undefined;
}
