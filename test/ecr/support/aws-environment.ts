import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Isolates the SDK's credential chain from this machine: from the environment of the process, the shared config and the
 * instance metadata. Import it for its side effect.
 */
for (const name of Object.keys(process.env)) {
  if (name.startsWith("AWS_") || name.startsWith("CODEBUILD_")) delete process.env[name];
}
process.env["AWS_EC2_METADATA_DISABLED"] = "true";
process.env["AWS_CONFIG_FILE"] = join(tmpdir(), "mirrorform-no-such-config");
process.env["AWS_SHARED_CREDENTIALS_FILE"] = join(tmpdir(), "mirrorform-no-such-credentials");
