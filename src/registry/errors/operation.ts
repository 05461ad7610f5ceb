/** The operations of the client, as verb phrases for errors. */
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

/** The operation and reference of a request, for errors. */
export interface Subject {
  operation: Operation;
  /** `registry/repository:tag`, `registry/repository@digest`, or a host. */
  reference: string;
}
