import type { Side } from "../../errors.ts";
import { connectionError } from "../../registry/http/connection-error.ts";

/** The request that failed, in the words of its error. */
interface AwsRequest {
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
  return connectionError(error, {
    side,
    host,
    signal,
    reference: host,
    operation,
    hint: "check the Region, the network and its VPC endpoints, HTTPS_PROXY and NO_PROXY",
  });
}
