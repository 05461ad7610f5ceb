/** A line of a registry's access log. */
export interface AccessLine {
  method: string;
  /** Without the query. */
  path: string;
  status: number;
  /** Bytes of the answer's body. */
  bytes: number;
}

const LINE = /"(GET|HEAD|PUT|POST|PATCH|DELETE) (\S+) HTTP\/1\.1" (\d{3}) (\d+|-)/g;

/** Parses the "combined" log format of distribution. */
export function readAccessLog(text: string): AccessLine[] {
  return [...text.matchAll(LINE)].map(([, method = "", target = "", status, bytes]) => ({
    method,
    path: target.split("?", 1)[0] ?? "",
    status: Number(status),
    bytes: Number(bytes === "-" ? 0 : bytes),
  }));
}

/** Numbers of requests by kind. Only manifest GETs count as pulls. */
export interface RequestCounts {
  manifestGets: number;
  manifestHeads: number;
  manifestPuts: number;
  blobGets: number;
  /** Bytes of blobs sent by the registry. */
  blobBytes: number;
  total: number;
}

export function countRequests(lines: readonly AccessLine[]): RequestCounts {
  const select = (method: string, kind: RegExp): AccessLine[] =>
    lines.filter((line) => line.method === method && kind.test(line.path));
  const blobs = select("GET", BLOB);
  return {
    manifestGets: select("GET", MANIFEST).length,
    manifestHeads: select("HEAD", MANIFEST).length,
    manifestPuts: select("PUT", MANIFEST).length,
    blobGets: blobs.length,
    blobBytes: blobs.reduce((sum, line) => sum + line.bytes, 0),
    total: lines.length,
  };
}

const MANIFEST = /\/manifests\/[^/]+$/;
const BLOB = /\/blobs\/sha256:[0-9a-f]+$/;
