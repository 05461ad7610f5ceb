import { MirrorError, type MirrorErrorFields } from "../../errors.ts";

/** The hint for a web page in place of a registry's response. */
export const PAGE_HINT =
  "check the registry's address and path, HTTPS_PROXY and NO_PROXY, and whether this network or the host asks for a sign-in in a browser";

/**
 * Creates the error for a web page in place of what was requested. The page is not quoted.
 * @param host the host that answered
 * @param wanted what was requested, with its article: "a manifest"
 */
export function webPageError(
  host: string,
  wanted: string,
  subject: Pick<MirrorErrorFields, "side" | "operation" | "reference">,
): MirrorError {
  const { side, operation, reference } = subject;
  return new MirrorError(`${host} answered with a web page instead of ${wanted}`, {
    code: "UNEXPECTED_RESPONSE",
    side,
    operation,
    reference,
    isWebPage: true,
    hint: PAGE_HINT,
  });
}
