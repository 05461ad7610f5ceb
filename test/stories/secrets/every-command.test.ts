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

/** Secrets in variables that are nobody's here: they are not to be read, still less told. */
const BYSTANDERS = {
  GITHUB_TOKEN: `ghp_${MARK}`,
  MIRRORFORM_USERNAME_GHCR_IO: USERNAME,
  MIRRORFORM_PASSWORD_GHCR_IO: `${MARK}-of-ghcr`,
  HTTPS_PROXY: `http://${USERNAME}:${MARK}@127.0.0.1:9`,
  AWS_SESSION_TOKEN: "",
};

/** What breaks when this fails: a command tells who it is while all goes well. */
describe("with marked secrets everywhere no command says any of them:", { concurrency: 3 }, () => {
  for (const [place, credentialsOf] of Object.entries(PLACES)) {
    if (place.includes("identity token")) continue;
    test(place, async (t) => {
      const { sandbox, folder } = await world(t, { "mirrors.yaml": TWO_IMAGES }, OPTIONS);
      const { registry } = sandbox.dockerHub;
      const environment = { ...sandbox.environment, ...BYSTANDERS, ...(await credentialsOf(registry.host, folder)) };
      const commands = [
        ["validate", "--json", "--code-quality", join(folder, "quality.json")],
        ...everyOutput(folder),
        ["apply", join(folder, "plan.json"), "--json"],
        ["quota", "--verbose"],
        ["quota", "--json"],
        ["uris", "--pin", "--verbose", "--format", "dotenv"],
        ["iam", "--json"],
        ["lock", "--update", "--verbose"],
      ];
      const left = COMMANDS.map(({ definition }) => definition.name).filter(
        (name) => !commands.some(([command]) => command === name),
      );
      // They know no credentials: of an empty folder, and of a sandbox alone.
      assert.deepEqual(left, ["init", "sandbox", "demo"]);
      const all = await sayAll(folder, environment, commands);
      assert.match(all, /\(signed in\)/, "they were used");
      assert.match(all, /# log\.txt[^]*HEAD 127/, "every request was told");
      assert.doesNotMatch(all, /\$ (?!apply [^\n]*plan\.json)[^\n]* -> [13]/, "all went well");
      assertSilent(all, [sandbox.environment["AWS_SECRET_ACCESS_KEY"] ?? "none", "sandbox-token-", "Signature="]);
    });
  }
});
