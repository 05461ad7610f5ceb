/** Tests that mirrorform handles each quirk of Amazon ECR. If one fails, mirroring to the real ECR breaks. */
import { ECR_QUIRKS, type EcrQuirkName } from "../../src/sandbox/ecr/ecr-quirks.ts";
import { CONTROL_PLANE } from "./ecr/control-plane.ts";
import { MANIFESTS } from "./ecr/manifests.ts";
import { UPLOADS } from "./ecr/uploads.ts";
import { testQuirks, type QuirkTests } from "./support/quirk-tests.ts";

/** Keyed by name, so that a quirk without a test does not compile. */
const TESTS: Record<EcrQuirkName, QuirkTests> = { ...MANIFESTS, ...UPLOADS, ...CONTROL_PLANE };

testQuirks(ECR_QUIRKS, TESTS);
