/** Something that listens until it is closed. */
interface Closable {
  close(): Promise<void>;
}

/** Waits for a service to start, and closes it again should a later one fail. */
export type Keep = <Service extends Closable>(starting: Promise<Service>) => Promise<Service>;

/**
 * Starts several services that are of use only together. When anything in `start` throws, those that it kept are
 * closed, as one that went on listening would keep the process from ending; then the error is thrown.
 */
export async function startTogether<Together>(start: (keep: Keep) => Promise<Together>): Promise<Together> {
  const kept: Closable[] = [];
  try {
    return await start(async (starting) => {
      const service = await starting;
      kept.push(service);
      return service;
    });
  } catch (error) {
    await Promise.all(kept.map((service) => service.close()));
    throw error;
  }
}
