import assert from "node:assert/strict";
import dns from "node:dns";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { runHere, type RanHere } from "../../support/in-process.ts";
import { serve, type Server } from "../../registry/server.ts";

/** Plans a file that names `https://rebind.test` at a port of this machine, where the name resolves to an address. */
async function plan(
  t: TestContext,
  address: string,
  write: (host: string) => string,
): Promise<{ ran: RanHere; server: Server; lookups: number }> {
  const server = await serve(t, (_request, response) => void response.end("{}"));
  const folder = await mkdtemp(join(tmpdir(), "mirrorform-dns-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "mirrors.yaml");
  await writeFile(file, `version: 1\nname: platform\n${write(`rebind.test:${server.url.port}`)}`);
  const lookup = t.mock.method(dns, "lookup", (_name: string, options: { all?: boolean }, done: CallableFunction) => {
    process.nextTick(() => (options.all === true ? done(null, [{ address, family: 4 }]) : done(null, address, 4)));
  });
  const ran = await runHere(["plan", "--file", file], {}, folder);
  return { ran, server, lookups: lookup.mock.callCount() };
}

const IMAGE = "mirrors: [{ image: docker.io/library/app:1, to: app:1 }]\n";
const PLACES = {
  "an image's host": (host: string) =>
    `targets: { main: { layout: ./layout } }\nmirrors: [{ image: "${host}/app:1", to: app:1 }]\n`,
  "a source's endpoint": (host: string) =>
    `targets: { main: { layout: ./layout } }\nsources: { docker.io: { endpoint: "https://${host}" } }\n${IMAGE}`,
  "a target": (host: string) =>
    `targets: { main: { oci: "https://${host}/team" } }\nsources: { docker.io: { endpoint: "http://127.0.0.1:1" } }\n${IMAGE}`,
};

describe("a host name in a mirror file that leads inwards only when it is resolved", () => {
  for (const [place, write] of Object.entries(PLACES)) {
    for (const address of ["169.254.169.254", "127.0.0.1"]) {
      test(`as ${place} gets no connection to ${address}`, async (t) => {
        const { ran, server, lookups } = await plan(t, address, write);
        assert.equal(ran.code, 1);
        assert.match(
          ran.stdout + ran.stderr,
          new RegExp(`ADDRESS_REFUSED.*rebind\\.test resolves to ${address}, which`, "s"),
        );
        assert.match(ran.stdout + ran.stderr, /hint: +check DNS for this host/);
        assert.ok(lookups > 0);
        assert.deepEqual(server.seen, []);
      });
    }
  }
});
