/** A service that runs until it is closed. */
interface Closable {
  close(): Promise<void>;
}

/** Waits for a service to start, and closes it if a later one fails. */
export type Keep = <Service extends Closable>(starting: Promise<Service>) => Promise<Service>;

/**
 * Starts several services that depend on each other. If `start` throws, closes the services that are already running,
 * so that they do not keep the process alive, and rethrows the error.
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
