/** What the client does, in the words that errors use. */
export type Operation =
  | "look up a manifest"
  | "read a manifest"
  | "list referrers"
  | "read a blob"
  | "look for a blob"
  | "start the upload of a blob"
  | "upload a blob"
  | "write a manifest"
  | "list tags"
  | "look for a repository"
  | "sign in";

/** What a request is about: every error says it. */
export interface Subject {
  operation: Operation;
  /** `registry/repository:tag`, `registry/repository@digest`, or a host. */
  reference: string;
}
