/** That mirrorform copes with each quirk of Amazon ECR. What breaks when these fail: real mirrors in ECR. */
import { ECR_QUIRKS, type EcrQuirkName } from "../../src/sandbox/ecr/ecr-quirks.ts";
import { CONTROL_PLANE } from "./ecr/control-plane.ts";
import { MANIFESTS } from "./ecr/manifests.ts";
import { UPLOADS } from "./ecr/uploads.ts";
import { testCopes, type Copes } from "./support/cope.ts";

/** By name, so that a row without a test does not compile. */
const COPES: Record<EcrQuirkName, Copes> = { ...MANIFESTS, ...UPLOADS, ...CONTROL_PLANE };

testCopes(ECR_QUIRKS, COPES);
