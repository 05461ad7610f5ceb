import { crc32 } from "node:zlib";

/** A file of an archive. Owner, mode and date are the same for all. */
interface TarFile {
  /** At most 100 bytes, the limit of the ustar header's name field. */
  path: string;
  bytes: Uint8Array;
}

/** tar works in blocks of this size (POSIX.1-1988, ustar). */
const BLOCK = 512;
/** The largest stored block of DEFLATE: its length is 16 bits (RFC 1951, 3.2.4). */
const MAX_STORED = 0xffff;

/** A ustar archive. The same files give the same bytes everywhere. */
export function tar(files: readonly TarFile[]): Buffer {
  const parts = files.flatMap(({ path, bytes }) => [
    header(path, bytes.byteLength),
    bytes,
    Buffer.alloc((BLOCK - (bytes.byteLength % BLOCK)) % BLOCK),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

/**
 * A gzip file that holds the bytes uncompressed (RFC 1952 around stored blocks).
 * Written by hand: what zlib makes of the same input differs between its versions and between machines,
 * and the digest of a generated layer must not.
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
  // The checksum is taken with its own field full of spaces.
  block.write("        ", 148);
  block.write("0", 156);
  block.write("ustar\0", 257);
  block.write("00", 263);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
