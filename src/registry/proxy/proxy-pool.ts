import { Pool, type Dispatcher } from "undici";
import { ProxyFailure } from "./proxy-failure.ts";

type Options = Omit<Dispatcher.ConnectOptions, "origin">;
type Data = Dispatcher.ConnectData;
type Callback = (error: Error | null, data: Data) => void;

/**
 * The connections over which a proxy is asked for tunnels. undici calls a proxy's refusal an aborted request of whoever
 * wanted the tunnel; here it is a ProxyFailure, as is whatever else goes wrong before there is a tunnel.
 */
export class TunnelPool extends Pool {
  readonly #proxy: string;

  /** @param options with the time limit for an answer to CONNECT, which undici would not give */
  constructor(proxy: URL, options: Pool.Options) {
    super(proxy.origin, options);
    this.#proxy = proxy.host;
  }

  override connect(options: Options): Promise<Data>;
  override connect(options: Options, callback: Callback): void;
  override connect(options: Options, callback?: Callback): Promise<Data> | void {
    // undici's ProxyAgent, the one who calls this, takes the promise.
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
 * The connections to a proxy for requests in plain HTTP, which it passes on without a tunnel.
 * What keeps them from being made is a ProxyFailure.
 */
export function forwardPool(proxy: URL, options: Pool.Options): Pool {
  const { connect } = options;
  if (typeof connect !== "function") return new Pool(proxy.origin, options);
  return new Pool(proxy.origin, {
    ...options,
    connect: (asked, callback) =>
      connect(asked, (...result) => {
        const [error, socket] = result;
        return error === null ? callback(null, socket) : callback(new ProxyFailure(proxy.host, undefined, error), null);
      }),
  });
}
