import { MirrorError, type Side } from "../errors.ts";
import { connectionError } from "../registry/connection-error.ts";

export interface AwsRequest {
  side: Side;
  /** In words, such as `ask AWS: DescribeRepositories`. */
  operation: string;
  host: string;
  signal: AbortSignal | undefined;
}

/** What a connection to AWS that failed means: TIMEOUT, TLS, UNREACHABLE or INTERRUPTED, each naming the host.
 * What no connection throws passes through: that is our defect. */
export function networkError(error: unknown, request: AwsRequest): Error {
  const { side, operation, host, signal } = request;
  // The registry client's own table of codes; its operations are those of a registry, so ours is put in after it.
  const known = connectionError(error, {
    side,
    host,
    signal,
    reference: host,
    operation: "sign in",
    hint: "check the Region, the network and its VPC endpoints, HTTPS_PROXY and NO_PROXY",
  });
  if (!(known instanceof MirrorError) || known === error || known === signal?.reason) return known;
  const { message, code, reference, retryable, hint, cause } = known;
  return new MirrorError(message, { code, side, operation, reference, retryable, hint, cause });
}
