// Writes two npm packages: `docgen-cli`, which finds the binary, and one for the platform, which carries it. npm installs
// only the platform's own package, because it is an optional dependency with `os` and `cpu`.
//
// Source: "package.json", docs.npmjs.com.

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const PLATFORMS = {
  "linux-x64": { os: ["linux"], cpu: ["x64"] },
  "linux-arm64": { os: ["linux"], cpu: ["arm64"] },
};
const here = dirname(fileURLToPath(import.meta.url));

const { values: given } = parseArgs({
  options: {
    binary: { type: "string" },
    version: { type: "string" },
    platform: { type: "string" },
    out: { type: "string" },
  },
});
for (const name of ["binary", "version", "platform", "out"]) {
  if (!given[name]) {
    console.error(`build.mjs: --${name} is missing`);
    process.exit(2);
  }
}
if (!PLATFORMS[given.platform]) {
  console.error(`build.mjs: unknown platform ${given.platform}; known: ${Object.keys(PLATFORMS).join(", ")}`);
  process.exit(2);
}

const shared = {
  version: given.version,
  license: "MIT OR Apache-2.0",
  homepage: "https://OWNER.github.io/docgen",
  repository: { type: "git", url: "git+https://github.com/OWNER/docgen.git" },
};

/** Packs a folder that `fill` has filled. */
function pack(manifest, fill) {
  const folder = mkdtempSync(join(tmpdir(), "docgen-npm-"));
  try {
    writeFileSync(join(folder, "package.json"), `${JSON.stringify({ ...manifest, ...shared }, null, 2)}\n`);
    fill(folder);
    const out = resolve(given.out);
    mkdirSync(out, { recursive: true });
    const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", out], { cwd: folder, encoding: "utf8" });
    console.log(join(out, packed.trim()));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

pack({ name: `docgen-cli-${given.platform}`, description: "docgen's program for one platform", ...PLATFORMS[given.platform] }, (folder) => {
  copyFileSync(given.binary, join(folder, "docgen"));
  chmodSync(join(folder, "docgen"), 0o755);
});
pack(
  {
    name: "docgen-cli",
    description: "A static documentation site generator whose snippets are proven",
    bin: { docgen: "docgen.js" },
    engines: { node: ">=18" },
    optionalDependencies: Object.fromEntries(
      Object.keys(PLATFORMS).map((platform) => [`docgen-cli-${platform}`, given.version]),
    ),
  },
  (folder) => copyFileSync(join(here, "docgen.js"), join(folder, "docgen.js")),
);
