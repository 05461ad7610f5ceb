/**
 * Waits for something that cannot be aborted itself, such as a child process of the AWS SDK, but not beyond an abort.
 * What was waited for goes on.
 * @param interrupted creates the error of an abort. Default: the signal's reason
 */
export async function untilAborted<T>(
  pending: Promise<T>,
  signal: AbortSignal | undefined,
  interrupted: (signal: AbortSignal) => Error = ({ reason }) => reason as Error,
): Promise<T> {
  if (signal === undefined) return pending;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(interrupted(signal));
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([pending, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
