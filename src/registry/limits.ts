/** Every number of the registry client, in one place. Milliseconds and bytes unless the name says otherwise. */

/** Small requests (manifests, look-ups, tokens aside) to one host at a time. */
export const DEFAULT_CONCURRENCY = 12;
/** Blobs read from one host at a time: enough to fill a line, few enough for a registry's own limits. */
export const DEFAULT_DOWNLOADS = 6;

/** How often one request is sent at most, the first time included. */
export const MAX_ATTEMPTS = 5;
/** The first back-off is a random part of this; each further one of twice as much. */
export const BACKOFF_BASE = 500;
/** No random back-off is longer. */
export const BACKOFF_CAP = 30_000;
/** After so many refusals in a row, with a pause after each, a plan asks a source no more: some 15 s without a `Retry-After`. */
export const MAX_PAUSES = 5;
/** A `Retry-After` is obeyed up to this: hub.docker.com once asked for 55 years (docker/hub-feedback#2459). */
export const RETRY_AFTER_CAP = 120_000;
/** A number of seconds in `Retry-After` above this is a moment since 1970, not a duration. */
export const RETRY_AFTER_EPOCH_SECONDS = 1e9;

/** Docker Hub needs one redirect for a blob, others two. */
export const MAX_REDIRECTS = 5;

/** How long each step of making a connection may take: TCP with TLS, and a proxy's answer to CONNECT. */
export const CONNECT_TIMEOUT = 10_000;
/** How long a request may wait for the head of its answer. */
export const HEADERS_TIMEOUT = 60_000;
/** So many informational answers (1xx) may come before the real one: each begins {@link HEADERS_TIMEOUT} anew. */
export const MAX_INFORMATIONAL = 10;
/** How long a body may bring no byte. */
export const IDLE_TIMEOUT = 60_000;
/** How long an upload may make no progress, and how long a registry may digest the finished one. */
export const UPLOAD_IDLE_TIMEOUT = 300_000;

/** Tags asked for at a time: ECR takes no more, and Docker Hub's largest repositories do not answer in time for 10,000. */
export const TAGS_OF_A_PAGE = 1000;
/** As much of a page of tags is read: registries without pages send all at once. */
export const MAX_TAG_PAGE_BYTES = 16 * 1024 * 1024;
/** So many tags of one repository are listed; some on Docker Hub have a million, and no rule is meant for those. */
export const MAX_LISTED_TAGS = 250_000;
/** So many pages are asked for; some registries have 100 tags in one, whatever is asked for. */
export const MAX_TAG_PAGES = 2500;

/** As much of an error's body is read. */
export const MAX_ERROR_BYTES = 64 * 1024;

/** So many pages may a list of referrers have. */
export const MAX_REFERRER_PAGES = 50;

/** As much of a token server's answer is read: tokens with many scopes reach tens of kilobytes. */
export const MAX_TOKEN_BYTES = 256 * 1024;
/** How long a token lasts whose `expires_in` is missing (distribution, docs/spec/auth/token.md). */
export const DEFAULT_TOKEN_SECONDS = 60;
/** A token is renewed when less than this part of its life is left, ... */
export const TOKEN_MARGIN_PART = 0.1;
/** ... but not sooner than this before its end. */
export const TOKEN_MARGIN_CAP = 30_000;

/** How often a refused request is signed in anew: once for the challenge, once for credentials that had expired. */
export const MAX_RENEWALS = 2;

/** How many sign-ins with one credential may be refused before it is not shown again. */
export const MAX_REFUSED_SIGN_INS = 5;
/**
 * The same at Docker Hub: there a refusal is never about a repository, and a few of them lock the account for ten
 * minutes (docker/hub-feedback#2201).
 */
export const MAX_REFUSED_DOCKER_HUB_SIGN_INS = 1;
/** Whoever keeps a credential that was refused is asked for a better one at most once in this time. */
export const REJECTION_INTERVAL = 60_000;

/** How long `docker-credential-*` may take: some ask a keychain, some a cloud. */
export const HELPER_TIMEOUT = 30_000;
/** How long a helper's output may go on after its end, held open by a process that it left behind. */
export const HELPER_GRACE = 500;
/** As much of a credential helper's output is read. */
export const MAX_HELPER_BYTES = 256 * 1024;
