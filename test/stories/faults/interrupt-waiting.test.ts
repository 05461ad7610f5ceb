import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";

import { folderWith, mirrorform } from "../../support/mirrorform.ts";
import { serve, type Server } from "../../registry/server.ts";
import { until } from "../../support/until.ts";

interface Wait {
  /** The mirror file, for a source at an address. */
  target?: string;
  environment?: (server: Server) => Record<string, string>;
  command?: string[];
  /** Files of the home folder. */
  files?: Record<string, string>;
}

/** Leaves its process id in a file when it starts, and waits for longer than any test. */
const WAITING_PROGRAM = '#!/bin/sh\necho $$ > "$HOME/new"\nmv "$HOME/new" "$HOME/started"\nexec sleep 300\n';

const WAITS: Record<string, Wait> = {
  "a source that drips": {},
  "a source that drips, for a lock file": { command: ["lock"] },
  "AWS that drips": {
    target: "{ ecr: {} }",
    environment: ({ url }) => ({ AWS_ENDPOINT_URL: url.href, AWS_REGION: "eu-west-1", ...KEYS }),
  },
  "AWS that drips, for URIs": {
    target: "{ ecr: {} }",
    command: ["uris"],
    environment: ({ url }) => ({ AWS_ENDPOINT_URL: url.href, AWS_REGION: "eu-west-1", ...KEYS }),
  },
  "a credential_process": {
    target: "{ ecr: { profile: slow } }",
    environment: ({ url }) => ({ AWS_ENDPOINT_URL: url.href, AWS_REGION: "eu-west-1" }),
    files: { ".aws/config": "[profile slow]\ncredential_process = docker-credential-slow\n" },
  },
  "a credential helper": { files: { ".docker/config.json": '{ "credsStore": "slow" }' } },
};
const KEYS = { AWS_ACCESS_KEY_ID: "AKIATEST", AWS_SECRET_ACCESS_KEY: "secret" };

describe("a command that changes nothing ends after SIGTERM while it waits for", () => {
  for (const [name, { target = "{ layout: ./layout }", command = ["plan"], environment, files }] of Object.entries(
    WAITS,
  )) {
    test(name, async (t) => {
      const server = await serve(t, ({ headers }, response) => {
        if (files === undefined) return void response.writeHead(200).write("{");
        const realm = `Bearer realm="http://${headers.host}/token"`;
        response.writeHead(401, { "www-authenticate": realm }).end();
      });
      const sources = `sources: { slow.example.com: { endpoint: "${server.url.origin}" } }`;
      const { path: folder, remove } = await folderWith({
        "mirrors.yaml": `version: 1\nname: platform\ntargets: { main: ${target} }\n${sources}\nmirrors: [{ image: slow.example.com/app:1, to: app:1 }]\n`,
        "bin/docker-credential-slow": WAITING_PROGRAM,
        ...files,
      });
      t.after(remove);
      await chmod(join(folder, "bin/docker-credential-slow"), 0o755);
      const started = join(folder, "started");
      const isWaiting = () => (files === undefined ? server.seen.length > 0 : existsSync(started));
      const ran = await mirrorform(command, {
        folder,
        environment: { PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`, ...environment?.(server) },
        onStart: (child) => void until(() => isWaiting() || child.exitCode !== null).then(() => child.kill("SIGTERM")),
      });
      // The server drips on, and the program waits on.
      assert.equal(ran.code, 143, ran.stderr);
      assert.match(ran.stderr, /Interrupted: stopping mirrorform/);
      if (files !== undefined) process.kill(Number(await readFile(started, "utf8")), "SIGKILL");
    });
  }
});
