import { createSocket } from "node:dgram";
import { Resolver } from "node:dns";
import { once } from "node:events";
import type { TestContext } from "node:test";

import type { Lookup } from "../../src/registry/dns/guarded-connector.ts";

/** A DNS server on loopback, and a lookup that asks it. */
export interface DnsServer {
  lookup: Lookup;
  /** The names that were asked for, in order. */
  asked: string[];
}

/**
 * Starts a DNS server on loopback until the test ends.
 * @param answer returns the IPv4 addresses of a name, for each question anew
 */
export async function dnsServer(t: TestContext, answer: (name: string) => readonly string[]): Promise<DnsServer> {
  const asked: string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    const name = nameIn(query);
    asked.push(name);
    socket.send(answerTo(query, answer(name)), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  t.after(() => socket.close());
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    asked,
    lookup: (hostname, options, done) =>
      resolver.resolve4(hostname, (error, addresses) => {
        if (error !== null) return done(error, "", 0);
        if (options.all === true)
          return done(
            null,
            addresses.map((address) => ({ address, family: 4 })),
          );
        done(null, addresses[0] ?? "", 4);
      }),
  };
}

/** Where the question starts, after the header (RFC 1035, 4.1). */
const QUESTION = 12;

function nameIn(query: Buffer): string {
  const labels: string[] = [];
  for (let at = QUESTION; query[at] !== 0; at += 1 + (query[at] ?? 0)) {
    labels.push(query.toString("latin1", at + 1, at + 1 + (query[at] ?? 0)));
  }
  return labels.join(".");
}

/** Answers with A records that are not to be kept (a TTL of 0). */
function answerTo(query: Buffer, addresses: readonly string[]): Buffer {
  const end = query.indexOf(0, QUESTION) + 5;
  const header = Buffer.from(query.subarray(0, QUESTION));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(addresses.length, 6);
  header.writeUInt32BE(0, 8);
  const records = addresses.map((address) =>
    Buffer.from([0xc0, QUESTION, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split(".").map(Number)]),
  );
  return Buffer.concat([header, query.subarray(QUESTION, end), ...records]);
}
