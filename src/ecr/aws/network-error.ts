import type { Side } from "../../errors.ts";
import { connectionError } from "../../registry/http/connection-error.ts";

/** Describes the failed request for the error. */
interface AwsRequest {
  side: Side;
  /** Such as `call DescribeRepositories at`. */
  operation: string;
  host: string;
  signal: AbortSignal | undefined;
  /** Milliseconds until it failed. */
  waited: number;
}

/**
 * Maps a failed connection to AWS to TIMEOUT, TLS, UNREACHABLE or INTERRUPTED, with the host as reference.
 * Returns any other error as it is: that is a bug in mirrorform.
 */
export function networkError(error: unknown, request: AwsRequest): Error {
  const { side, operation, host, signal, waited } = request;
  return connectionError(error, {
    side,
    host,
    signal,
    reference: host,
    operation,
    waited,
    connectHint: AWS_UNREACHABLE,
    hint: AWS_UNREACHABLE,
  });
}

const AWS_UNREACHABLE = "check the Region, the network and its VPC endpoints, HTTPS_PROXY and NO_PROXY";
