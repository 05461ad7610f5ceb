/** Tests that mirrorform handles each quirk of Docker Hub. If one fails, mirroring from the real Docker Hub breaks. */
import { DOCKER_HUB_QUIRKS, type DockerHubQuirkName } from "../../src/sandbox/docker-hub/docker-hub-quirks.ts";
import { PULL_LIMIT } from "./docker-hub/pull-limit.ts";
import { HOSTS } from "./docker-hub/hosts.ts";
import { SIGN_IN } from "./docker-hub/sign-in.ts";
import { testQuirks, type QuirkTests } from "./support/quirk-tests.ts";

/** Keyed by name, so that a quirk without a test does not compile. */
const TESTS: Record<DockerHubQuirkName, QuirkTests> = { ...PULL_LIMIT, ...SIGN_IN, ...HOSTS };

testQuirks(DOCKER_HUB_QUIRKS, TESTS);
