import { Readable } from "node:stream";

import type { BlobRequest } from "../../../src/apply/blobs/blob-request.ts";
import type { ImageSource, ImageTarget, MountRules } from "../../../src/apply/ports.ts";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import type { Mounted } from "../../../src/registry/registry.ts";

/** A blob with a text as its content. */
export interface TextBlob extends Descriptor {
  text: string;
}

export function blobOf(text: string): TextBlob {
  const bytes = Buffer.from(text);
  return { mediaType: "application/octet-stream", digest: digestOf(bytes), size: bytes.length, text };
}

/** Opens a blob: its bytes as a text, or a stream of them. May throw, or return other bytes. */
type Open = (repository: string, blob: Descriptor) => string | Readable | Promise<string | Readable>;

/** A source in memory. */
export interface FakeSource extends ImageSource {
  /** The repository of each blob that was opened. */
  opened: string[];
}

export function fakeSource(open: Open): FakeSource {
  const opened: string[] = [];
  return {
    name: "source",
    opened,
    readManifest: () => Promise.reject(new Error("these tests read no manifest")),
    async openBlob(repository, blob) {
      opened.push(repository);
      return streamOf(await open(repository, blob));
    },
  };
}

/** A target in memory. Its behaviour can be replaced at any time. */
export interface FakeTarget extends ImageTarget {
  /** `repository` of each upload and `repository<from` of each mount, in the order in which they ended well. */
  done: string[];
  /** Uploads in progress. */
  uploading: number;
  /** Called when the bytes of an upload have arrived. May throw. */
  onPut: (repository: string, startedUpload: URL | undefined) => void | Promise<void>;
  onMount: (repository: string, from: string) => Mounted | undefined | Promise<Mounted | undefined>;
  onOpen: Open;
}

export function fakeTarget(
  name: string,
  options: { mounts?: boolean; rules?: MountRules; host?: string } = {},
): FakeTarget {
  const target: FakeTarget = {
    ...(options.rules === undefined ? {} : { mounts: options.rules }),
    ...(options.host === undefined ? {} : { host: options.host }),
    done: [],
    uploading: 0,
    onPut: () => {},
    onMount: () => ({ isThere: true }),
    onOpen: () => Promise.reject(new Error(`${name} has no such blob`)),
    uri: (repository, tag) => `${name}/${repository}:${tag}`,
    readTags: () => Promise.resolve(new Map()),
    hasManifest: () => Promise.resolve(false),
    readManifest: () => Promise.reject(new Error("these tests read no manifest")),
    missingBlobs: (_repository, blobs) => Promise.resolve([...blobs]),
    openBlob: async (repository, blob) => streamOf(await target.onOpen(repository, blob)),
    async putBlob(repository, _blob, body, _signal, startedUpload) {
      target.uploading += 1;
      try {
        for await (const chunk of body) void chunk;
        await target.onPut(repository, startedUpload);
        target.done.push(repository);
      } finally {
        body.destroy();
        target.uploading -= 1;
      }
    },
    mountBlob: options.mounts === true ? mount : undefined,
    putManifest: () => Promise.resolve(),
  };
  return target;

  async function mount(repository: string, _blob: Descriptor, from: string): Promise<Mounted | undefined> {
    const mounted = await target.onMount(repository, from);
    if (mounted?.isThere === true) target.done.push(`${repository}<${from}`);
    return mounted;
  }
}

/** A request for a blob, from a source that has it. */
export function requestFor(
  blob: TextBlob,
  target: ImageTarget,
  to: string,
  more: Partial<BlobRequest> = {},
): BlobRequest {
  return {
    blob,
    source: fakeSource(() => blob.text),
    from: "app",
    target,
    to,
    manifest: blob.digest,
    barrier: { waitForOthers: () => Promise.resolve(), skip: () => {}, leave: () => {} },
    signal: new AbortController().signal,
    onBytes: () => {},
    waitForOthers: () => Promise.resolve(),
    ...more,
  };
}

function streamOf(content: string | Readable): Readable {
  if (typeof content !== "string") return content;
  return Readable.from(content === "" ? [] : [Buffer.from(content)]);
}
