import { MirrorError, type Side } from "../../errors.ts";
import { isRetryableStatus } from "../http/retryable-status.ts";

/** What the proxy was asked for. */
interface Refused {
  side: Side;
  operation: string;
  reference: string;
  host: string;
}

/** What it means that a proxy answered with `status` instead of passing on to the host. */
export function proxyRefusal(proxy: string, status: number, context: Refused): MirrorError {
  const { side, operation, reference, host } = context;
  return new MirrorError(`${proxy} answered ${status} when it was asked for ${host}`, {
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
    return "the proxy wants a user name and a password: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT; check them where they are set";
  }
  if (status === 403 || status === 405)
    return `ask the proxy's operator to let ${host} through, or name it in NO_PROXY`;
  return `check whether the proxy can reach ${host}, HTTPS_PROXY, and NO_PROXY`;
}
