import type { ErrorReport } from "../../../errors.ts";

/** Errors that differ only in what they are about. */
export interface ErrorGroup<Each> {
  /** The first error, with what the others are about: `docker.io/library/redis:7 and 2 others`. */
  error: ErrorReport;
  members: Each[];
}

/**
 * Groups errors with the same cause, such as a host that is down, because reading it once is enough.
 * @param errorOf returns the error of a member
 * @returns the groups in the order of their first members
 */
export function groupErrors<Each>(
  members: readonly Each[],
  errorOf: (member: Each) => ErrorReport,
): ErrorGroup<Each>[] {
  const groups = Map.groupBy(members, (member) => {
    const { reference, message, ...cause } = errorOf(member);
    // A message can name the reference: "no such image redis:7".
    const common = reference === undefined ? message : message.replaceAll(reference, "");
    return JSON.stringify([cause.code, cause.side, cause.operation, common, cause.hint]);
  });
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const references = new Set(group.map((member) => errorOf(member).reference));
    return [{ error: withOthers(errorOf(first), references.size - 1), members: group }];
  });
}

function withOthers(error: ErrorReport, others: number): ErrorReport {
  if (error.reference === undefined || others === 0) return error;
  return { ...error, reference: `${error.reference} and ${others} ${others === 1 ? "other" : "others"}` };
}
