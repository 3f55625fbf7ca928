#!/usr/bin/env node
// Starts docgen's program, which a package for this platform carries.
"use strict";

const { spawnSync } = require("node:child_process");

const name = `docgen-cli-${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`${name}/docgen`);
} catch {
  console.error(
    `docgen: the package ${name} is not installed.\n` +
      "  docgen runs on Linux, x64 and arm64. If this is such a machine, install again without --omit=optional.",
  );
  process.exit(3);
}
const done = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (done.error) {
  console.error(`docgen: ${done.error.message}`);
  process.exit(3);
}
// 128 and the signal, as a shell says it.
process.exit(done.status ?? 128 + (require("node:os").constants.signals[done.signal] ?? 0));
