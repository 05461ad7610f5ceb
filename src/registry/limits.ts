/** The limits of the registry client. In milliseconds or bytes, unless the name has another unit. */

import type { MinimumRate } from "./http/minimum-rate.ts";

/** Small requests to a host at a time: all but blobs and token requests. */
export const DEFAULT_CONCURRENCY = 12;
/** Blobs read from a host at a time: enough to use the bandwidth, and few enough for the limits of registries. */
export const DEFAULT_DOWNLOADS = 6;

/** Most attempts of a request, including the first. */
export const MAX_ATTEMPTS = 5;
/** The same for a request that a rate limiter slows down after each refusal: about a minute on average. */
export const MAX_THROTTLED_ATTEMPTS = 10;
/** The first backoff is a random part of this. The span doubles for each further one. */
export const BACKOFF_BASE = 500;
/** Longest random backoff. */
export const BACKOFF_CAP = 30_000;
/** Pauses in a row after which requests of a plan fail: about 15 s without a `Retry-After`. */
export const MAX_PAUSES = 5;
/** Pauses in a row for a 503 after which all requests fail: about 75 s without a `Retry-After`. */
export const MAX_OUTAGE_PAUSES = 10;
/** A host is down if this many requests in a row fail, because of the connection or an outage ... */
export const DOWN_FAILURES = 5;
/** ... an outage affected requests for this many things ... */
export const DOWN_SUBJECTS = 3;
/** ... and nothing was answered for this long. */
export const DOWN_SILENCE = 3000;
/** A host is also down if this many requests fail one after another ... */
export const HUNG_ROUNDS = 2;
/** ... and nothing was answered for this long, because each of them ran into a timeout. */
export const HUNG_SILENCE = 30_000;
/** Interval of the requests that find out whether a host that is down is up again. */
export const DOWN_INTERVAL = 30_000;
/** Longest `Retry-After` to honor: hub.docker.com once asked for 55 years (docker/hub-feedback#2459). */
export const RETRY_AFTER_CAP = 120_000;
/** A larger number in `Retry-After` is a time in seconds since 1970, not a duration. */
export const RETRY_AFTER_EPOCH_SECONDS = 1e9;

/** Docker Hub needs one redirect for a blob; others need two. */
export const MAX_REDIRECTS = 5;

/** Timeout of each step of a connection: TCP with TLS, and a proxy's response to CONNECT. */
export const CONNECT_TIMEOUT = 10_000;
/** Timeout for the headers of a response, after the request's body was sent. */
export const HEADERS_TIMEOUT = 60_000;
/** Most informational responses (1xx) to a request. Each restarts {@link HEADERS_TIMEOUT}. */
export const MAX_INFORMATIONAL = 10;
/** Longest time without a byte of a response body. */
export const IDLE_TIMEOUT = 60_000;
/**
 * The deadline of a small request, from its first byte to the last byte of the answer: all but blobs. An answer that
 * has brought these bytes by then gets the same time again. {@link HEADERS_TIMEOUT} leaves half a minute for the body. A
 * manifest of 4 MiB, the largest, has six minutes, so that a line with 100 kbit/s is fast enough.
 */
export const ANSWER_RATE: MinimumRate = { bytes: 1024 * 1024, milliseconds: 90_000 };
/** Least rate of a blob from a source or a target: 35 kbit/s. An interval is as long as {@link IDLE_TIMEOUT}. */
export const DOWNLOAD_RATE: MinimumRate = { bytes: 256 * 1024, milliseconds: 60_000 };
/** The same from an alternate, which is only worth asking while it is fast. */
export const ALTERNATE_RATE: MinimumRate = { bytes: 64 * 1024, milliseconds: 15_000 };
/**
 * Least rate of a blob to a target: 7 kbit/s, because six uploads may share a slow line. An interval includes the time
 * that the registry needs to store the blob after its last byte.
 */
export const UPLOAD_RATE: MinimumRate = { bytes: 256 * 1024, milliseconds: 300_000 };
/** Longest time that the requests for all pages of one list may take together. The largest take a few minutes. */
export const MAX_LIST_MILLISECONDS = 1_800_000;

/** Tags per page: the most that ECR allows. Docker Hub times out on 10,000 in its largest repositories. */
export const TAGS_OF_A_PAGE = 1000;
/** Tags per page where the registry refuses more. */
export const TAGS_OF_A_SMALL_PAGE = 100;
/** Largest page of tags. Registries without pagination send all tags at once. */
export const MAX_TAG_PAGE_BYTES = 16 * 1024 * 1024;
/** Most bytes of all pages of a list of tags: twice of what {@link MAX_LISTED_TAGS} of the longest need. */
export const MAX_TAG_LIST_BYTES = 64 * 1024 * 1024;
/** Most tags in a repository. Some on Docker Hub have a million, which tag rules do not support. */
export const MAX_LISTED_TAGS = 250_000;
/** Most pages of tags. Some registries send 100 tags per page, whatever the request asks for. */
export const MAX_TAG_PAGES = 2500;

/** Most bytes to read of an error's body. */
export const MAX_ERROR_BYTES = 64 * 1024;

/** Most pages in a list of referrers. */
export const MAX_REFERRER_PAGES = 50;

/** Largest response of a token server. Tokens with many scopes have tens of kilobytes. */
export const MAX_TOKEN_BYTES = 256 * 1024;
/** Lifetime of a token without `expires_in` (distribution, docs/spec/auth/token.md). */
export const DEFAULT_TOKEN_SECONDS = 60;
/** A token is renewed when less than this part of its lifetime remains ... */
export const TOKEN_MARGIN_PART = 0.1;
/** ... but at most this long before it expires. */
export const TOKEN_MARGIN_CAP = 30_000;

/** Most renewed sign-ins of a request: one for the challenge, one for expired credentials. */
export const MAX_RENEWALS = 2;

/** Refused sign-ins after which a credential is not sent again. */
export const MAX_REFUSED_SIGN_INS = 5;
/**
 * The same for Docker Hub, where a refusal is never about a repository, and a few of them lock the account for ten
 * minutes (docker/hub-feedback#2201).
 */
export const MAX_REFUSED_DOCKER_HUB_SIGN_INS = 1;
/** Shortest time between two new lookups of a refused credential. */
export const REJECTION_INTERVAL = 60_000;

/** Timeout of `docker-credential-*`. Some helpers access a keychain, some a cloud service. */
export const HELPER_TIMEOUT = 30_000;
/** How long to wait for a helper's output after it exits, because a child process may keep the pipes open. */
export const HELPER_GRACE = 500;
/** Largest output of a credential helper. */
export const MAX_HELPER_BYTES = 256 * 1024;
