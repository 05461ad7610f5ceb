import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { COMMANDS } from "../../../src/cli/commands.ts";
import { TWO_IMAGES } from "../../support/scenario.ts";
import { world } from "../../support/world.ts";
import { assertSilent, everyOutput, sayAll } from "../../cli/secrets/all-outputs.ts";
import { MARK, PASSWORD, PLACES, USERNAME } from "../../cli/secrets/places.ts";

const OPTIONS = {
  images: ["redis:7", "nginx:1", "ratelimitpreview/test:latest"],
  imageOptions: { layers: 1, layerBytes: 64 },
  accounts: [{ username: USERNAME, password: PASSWORD }],
};

/** Secrets in variables that these commands do not use. */
const UNRELATED = {
  GITHUB_TOKEN: `ghp_${MARK}`,
  MIRRORFORM_USERNAME_GHCR_IO: USERNAME,
  MIRRORFORM_PASSWORD_GHCR_IO: `${MARK}-of-ghcr`,
  HTTPS_PROXY: `http://${USERNAME}:${MARK}@127.0.0.1:9`,
  AWS_SESSION_TOKEN: "",
};

/** If these fail, a command shows a secret in a successful run. */
describe("no command shows any secret, with credentials from", { concurrency: 3 }, () => {
  for (const [place, credentialsOf] of Object.entries(PLACES)) {
    if (place.includes("identity token")) continue;
    test(place, async (t) => {
      const { sandbox, folder } = await world(t, { "mirrors.yaml": TWO_IMAGES }, OPTIONS);
      const { registry } = sandbox.dockerHub;
      const environment = { ...sandbox.environment, ...UNRELATED, ...(await credentialsOf(registry.host, folder)) };
      const commands = [
        ["validate", "--json", "--code-quality", join(folder, "quality.json")],
        ...everyOutput(folder),
        ["apply", join(folder, "plan.json"), "--json"],
        ["quota", "--verbose"],
        ["quota", "--json"],
        ["uris", "--pin", "--verbose", "--format", "dotenv"],
        ["iam", "--json"],
        ["lock", "--update", "--verbose"],
        ["rewrite", "--diff", "--verbose"],
        ["scan", "--json"],
      ];
      const others = COMMANDS.map(({ definition }) => definition.name).filter(
        (name) => !commands.some(([command]) => command === name),
      );
      // These use no credentials.
      assert.deepEqual(others, ["init", "sandbox", "demo", "completion"]);
      const all = await sayAll(folder, environment, commands);
      assert.match(all, /\(signed in\)/, "the credentials were used");
      assert.match(all, /# log\.txt[^]*HEAD 127/, "requests were logged");
      assert.doesNotMatch(all, /\$ (?!apply [^\n]*plan\.json)[^\n]* -> [13]/, "all commands succeeded");
      assertSilent(all, [sandbox.environment["AWS_SECRET_ACCESS_KEY"] ?? "none", "sandbox-token-", "Signature="]);
    });
  }
});
