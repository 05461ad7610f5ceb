/** What the client does, in the words that errors use. */
export type Operation =
  | "look up manifest"
  | "read manifest"
  | "list referrers of"
  | "read blob"
  | "check for blob"
  | "start upload of blob"
  | "upload blob"
  | "write manifest"
  | "list tags of"
  | "check for repository"
  | "sign in to";

/** What a request is about: every error says it. */
export interface Subject {
  operation: Operation;
  /** `registry/repository:tag`, `registry/repository@digest`, or a host. */
  reference: string;
}
