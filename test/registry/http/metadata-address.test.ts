import assert from "node:assert/strict";
import { test } from "node:test";
import { isMetadataAddress } from "../../../src/registry/http/metadata-address.ts";

for (const host of [
  "169.254.169.254",
  "169.254.0.1:8080",
  "169.254.169.254.",
  "2852039166",
  "0xa9fea9fe",
  "0xA9.254.0251.254",
  "169.254.43518",
  "[::ffff:169.254.169.254]",
  "[0:0:0:0:0:ffff:a9fe:a9fe]",
  "[::a9fe:a9fe]",
  "[::ffff:0:169.254.169.254]",
  "[64:ff9b::169.254.169.254]",
  "[64:ff9b:1::a9fe:a9fe]",
  "[2002:a9fe:a9fe::1]",
  "[2001:db8::5efe:169.254.169.254]",
  "[fe80::1]",
  "[febf::1]",
  "[FD00:EC2::254]",
  "[fd20:ce::254]",
  "100.100.100.200",
  "[::ffff:100.100.100.200]",
  "168.63.129.16",
  "192.0.0.192",
  "metadata",
  "Metadata.Google.Internal",
  "metadata.google.internal.",
  "metadata.goog",
  "instance-data",
  "instance-data.ec2.internal",
]) {
  test(`${host} is link-local or a cloud metadata service`, () => {
    assert.ok(isMetadataAddress(new URL(`https://${host}`)));
  });
}

for (const host of [
  "127.0.0.1",
  "localhost",
  "[::1]",
  "10.0.0.1",
  "172.16.0.1",
  "192.168.0.1",
  "169.253.1.1",
  "[fec0::1]",
  "[fd00::1]",
  "[::ffff:10.0.0.1]",
  "[2002:0a00:0001::]",
  "metadata.example.com",
  "169.254.169.254.example.com",
  "ghcr.io",
]) {
  test(`${host} is not`, () => {
    assert.ok(!isMetadataAddress(new URL(`https://${host}`)));
  });
}
