import { createCipheriv, createHash, type Cipheriv } from "node:crypto";

/** A blob that can be made again and again: the same seed and size give the same bytes. */
export interface BlobContent {
  seed: string;
  /** Bytes. */
  size: number;
}

/** Begins like gzip, or skopeo would compress it on the way. What follows is no DEFLATE: no tool unpacks a layer. */
const GZIP_HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
const CHUNK_BYTES = 1 << 20;
const ZEROS = Buffer.alloc(CHUNK_BYTES);

/** The bytes of a layer: random to look at, so that nothing on the way can make them fewer. */
export function* layerChunks({ seed, size }: BlobContent): Generator<Buffer> {
  const key = createHash("sha256").update(seed).digest();
  const cipher: Cipheriv = createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
  const head = GZIP_HEAD.subarray(0, size);
  yield head;
  for (let left = size - head.length; left > 0; left -= CHUNK_BYTES) {
    yield cipher.update(ZEROS.subarray(0, Math.min(left, CHUNK_BYTES)));
  }
}

/** Sizes between two bounds that differ from each other in an even way. */
export function spreadSize(index: number, smallest: number, largest: number): number {
  // A step without a common divisor visits every part of the range.
  const step = 0.618_033_988_75;
  return Math.floor(smallest + ((index * step) % 1) * (largest - smallest));
}
