import { Pool, type Dispatcher } from "undici";
import { ProxyFailure } from "./proxy-failure.ts";

type Options = Omit<Dispatcher.ConnectOptions, "origin">;
type Data = Dispatcher.ConnectData;
type Callback = (error: Error | null, data: Data) => void;

/**
 * A pool of connections for tunnels through a proxy. Throws a ProxyFailure if there is no tunnel; undici would report
 * an aborted request.
 */
export class TunnelPool extends Pool {
  readonly #proxy: string;

  /** @param options with the timeout for CONNECT, which undici does not set */
  constructor(proxy: URL, options: Pool.Options) {
    super(proxy.origin, options);
    this.#proxy = proxy.host;
  }

  override connect(options: Options): Promise<Data>;
  override connect(options: Options, callback: Callback): void;
  override connect(options: Options, callback?: Callback): Promise<Data> | void {
    // undici's ProxyAgent, the only caller, uses the promise.
    return callback === undefined ? this.#tunnel(options) : super.connect(options, callback);
  }

  async #tunnel(options: Options): Promise<Data> {
    const answer = await super.connect(options).catch((cause: unknown) => {
      throw new ProxyFailure(this.#proxy, undefined, cause);
    });
    if (answer.statusCode === 200) return answer;
    answer.socket.on("error", () => {}).destroy();
    throw new ProxyFailure(this.#proxy, answer.statusCode);
  }
}

/**
 * Creates a pool of connections to a proxy for plain HTTP requests, which it forwards without a tunnel.
 * Failed connections are a ProxyFailure.
 */
export function forwardPool(proxy: URL, options: Pool.Options): Pool {
  const { connect } = options;
  if (typeof connect !== "function") return new Pool(proxy.origin, options);
  return new Pool(proxy.origin, {
    ...options,
    connect: (connectOptions, callback) =>
      connect(connectOptions, (...result) => {
        const [error, socket] = result;
        return error === null ? callback(null, socket) : callback(new ProxyFailure(proxy.host, undefined, error), null);
      }),
  });
}
