import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Cuts the SDK's credential chain off from this machine: it reads the process's own environment,
 * the shared config and the instance metadata. To be imported for its effect.
 */
for (const name of Object.keys(process.env)) {
  if (name.startsWith("AWS_") || name.startsWith("CODEBUILD_")) delete process.env[name];
}
process.env["AWS_EC2_METADATA_DISABLED"] = "true";
process.env["AWS_CONFIG_FILE"] = join(tmpdir(), "mirrorform-no-such-config");
process.env["AWS_SHARED_CREDENTIALS_FILE"] = join(tmpdir(), "mirrorform-no-such-credentials");
