import dns from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { buildConnector } from "undici";
import { addressProblem, isOperatorsHost } from "./resolved-address.ts";

/** Resolves a host name as `dns.lookup` does. */
export type Lookup = LookupFunction;

/** Options of {@link guardedConnector}. */
interface GuardOptions {
  /** Options of every TLS connection. */
  tls: { ca?: string[] };
  /** Timeout of a connection, in milliseconds. */
  timeout: number;
  /** Host names that the operator named. See {@link isOperatorsHost}. */
  operatorsHosts: ReadonlySet<string>;
  lookup?: Lookup | undefined;
}

/** A host name leads to addresses that mirrorform does not connect to. */
export class RefusedAddress extends Error {
  override readonly name = "RefusedAddress";
  readonly code = "ERR_REFUSED_ADDRESS";
}

/**
 * Creates connections that check the address which they use, after the name was resolved. So a name that led elsewhere
 * when it was checked, or at an earlier connection, cannot lead inwards. Fails with {@link RefusedAddress}.
 */
export function guardedConnector({ tls, timeout, operatorsHosts, lookup }: GuardOptions): buildConnector.connector {
  const resolve: Lookup = lookup ?? ((hostname, options, done) => dns.lookup(hostname, options, done));
  const connect = buildConnector({ ...tls, timeout, allowH2: false, lookup: guarded(resolve, operatorsHosts) });
  return (options, done) => {
    const { hostname } = options;
    // An address is not resolved.
    const problem = isIP(hostname) === 0 ? undefined : addressProblem(hostname, hostname, true);
    if (problem === undefined) connect(options, done);
    else process.nextTick(done, new RefusedAddress(problem), null);
  };
}

/** Leaves out the addresses that must not be used, and fails if no other remains. */
function guarded(resolve: Lookup, operatorsHosts: ReadonlySet<string>): Lookup {
  return (hostname, options, done) => {
    const mayBeThisMachine = isOperatorsHost(hostname, operatorsHosts);
    resolve(hostname, options, (error, found, family) => {
      if (error !== null) return done(error, found, family);
      const all = typeof found === "string" ? [{ address: found, family: family ?? isIP(found) }] : found;
      const problems = all.map(({ address }) => addressProblem(hostname, address, mayBeThisMachine));
      const good = all.filter((_, i) => problems[i] === undefined);
      const [first] = good;
      const problem = problems.find((each) => each !== undefined);
      if (first === undefined && problem !== undefined) return done(new RefusedAddress(problem), "", 0);
      if (typeof found !== "string") return done(null, good);
      done(null, first?.address ?? "", first?.family ?? 0);
    });
  };
}
