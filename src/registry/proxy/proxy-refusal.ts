import { MirrorError, type Side } from "../../errors.ts";
import { isRetryableStatus } from "../retry/retryable-status.ts";

/** The request that the proxy refused. */
interface RefusedRequest {
  side: Side;
  operation: string;
  reference: string;
  host: string;
}

/** Creates the error for a proxy that answered with `status` instead of forwarding the request. */
export function proxyRefusal(proxy: string, status: number, context: RefusedRequest): MirrorError {
  const { side, operation, reference, host } = context;
  return new MirrorError(`${proxy} answered ${status} to a request for ${host}`, {
    code: "UNREACHABLE",
    side,
    operation,
    reference,
    retryable: isRetryableStatus(status),
    hint: hintFor(status, host),
  });
}

function hintFor(status: number, host: string): string {
  if (status === 407) {
    return "set or check the proxy's user name and password: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT";
  }
  if (status === 403 || status === 405) return `ask the proxy's operator to allow ${host}, or add it to NO_PROXY`;
  return `check HTTPS_PROXY and NO_PROXY, and that the proxy can reach ${host}`;
}
