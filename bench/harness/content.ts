import { createCipheriv, createHash, type Cipheriv } from "node:crypto";

/** A reproducible blob: the same seed and size yield the same bytes. */
export interface BlobContent {
  seed: string;
  /** Bytes. */
  size: number;
}

/** A gzip header, so that skopeo does not compress the layer. The rest is not valid DEFLATE, but no tool unpacks it. */
const GZIP_HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
const CHUNK_BYTES = 1 << 20;
const ZEROS = Buffer.alloc(CHUNK_BYTES);

/** Yields the bytes of a layer. They are pseudorandom, and so cannot be compressed. */
export function* layerChunks({ seed, size }: BlobContent): Generator<Buffer> {
  const key = createHash("sha256").update(seed).digest();
  const cipher: Cipheriv = createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
  const head = GZIP_HEAD.subarray(0, size);
  yield head;
  for (let left = size - head.length; left > 0; left -= CHUNK_BYTES) {
    yield cipher.update(ZEROS.subarray(0, Math.min(left, CHUNK_BYTES)));
  }
}

/** Returns sizes that are spread evenly between two bounds. */
export function spreadSize(index: number, smallest: number, largest: number): number {
  // The golden ratio spreads the values evenly.
  const step = 0.618_033_988_75;
  return Math.floor(smallest + ((index * step) % 1) * (largest - smallest));
}
