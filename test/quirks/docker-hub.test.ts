/** That mirrorform copes with each quirk of Docker Hub. What breaks when these fail: real mirrors from Docker Hub. */
import { DOCKER_HUB_QUIRKS, type DockerHubQuirkName } from "../../src/sandbox/docker-hub/docker-hub-quirks.ts";
import { ALLOWANCE } from "./docker-hub/allowance.ts";
import { HOSTS } from "./docker-hub/hosts.ts";
import { SIGN_IN } from "./docker-hub/sign-in.ts";
import { testCopes, type Copes } from "./support/cope.ts";

/** By name, so that a row without a test does not compile. */
const COPES: Record<DockerHubQuirkName, Copes> = { ...ALLOWANCE, ...SIGN_IN, ...HOSTS };

testCopes(DOCKER_HUB_QUIRKS, COPES);
