import { crc32 } from "node:zlib";

/** A file in an archive. Owner, mode and date are the same for all files. */
interface TarFile {
  /** At most 100 bytes, the limit of the ustar header's name field. */
  path: string;
  bytes: Uint8Array;
}

/** The block size of tar (POSIX.1-1988, ustar). */
const BLOCK = 512;
/** The largest stored block of DEFLATE, whose length field has 16 bits (RFC 1951, 3.2.4). */
const MAX_STORED = 0xffff;

/** Creates a ustar archive. The same files yield the same bytes on every machine. */
export function tar(files: readonly TarFile[]): Buffer {
  const parts = files.flatMap(({ path, bytes }) => [
    header(path, bytes.byteLength),
    bytes,
    Buffer.alloc((BLOCK - (bytes.byteLength % BLOCK)) % BLOCK),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

/**
 * Creates a gzip file with uncompressed content (stored blocks, RFC 1952).
 * Does not use zlib: its output differs between versions and machines, but a generated layer's digest must not.
 */
export function gzipStored(bytes: Uint8Array): Buffer {
  const parts: Uint8Array[] = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])];
  for (let offset = 0; offset === 0 || offset < bytes.byteLength; offset += MAX_STORED) {
    const block = bytes.subarray(offset, offset + MAX_STORED);
    const isLast = offset + MAX_STORED >= bytes.byteLength;
    const head = Buffer.alloc(5);
    head.writeUInt8(isLast ? 1 : 0, 0);
    head.writeUInt16LE(block.byteLength, 1);
    head.writeUInt16LE(block.byteLength ^ MAX_STORED, 3);
    parts.push(head, block);
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.byteLength % 2 ** 32, 4);
  return Buffer.concat([...parts, trailer]);
}

function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(path, 0, 100, "utf8");
  block.write("0000644\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  block.write("00000000000\0", 136);
  // The checksum is computed with its own field filled with spaces.
  block.write("        ", 148);
  block.write("0", 156);
  block.write("ustar\0", 257);
  block.write("00", 263);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
