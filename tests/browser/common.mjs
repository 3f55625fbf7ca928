// Helpers of the browser tests: Chromium, and a server for a built site on loopback.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

export const ARGUMENTS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
export const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const launch = () => chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.png': 'image/png',
  '.json': 'application/json', '.md': 'text/markdown; charset=utf-8', '.txt': 'text/plain; charset=utf-8', '.xml': 'application/xml',
  '.wasm': 'application/wasm',
};

/**
 * Serves a folder at `/`, and below `below` if given. A missing file gets 404.html, if there is one. `compressed`: like a
 * web host, with compression and caching. Returns its origin and a function to end it.
 */
export async function serve(folder, { below = '', compressed = false } = {}) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://x').pathname);
    const inside = below && path.startsWith(`${below}/`) ? path.slice(below.length) : path;
    const wanted = join(folder, inside.replace(/\/$/, '/index.html'));
    const found = existsSync(wanted) && extname(wanted);
    const file = found ? wanted : join(folder, '404.html');
    const headers = { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' };
    if (compressed) Object.assign(headers, { 'content-encoding': 'gzip', 'cache-control': 'max-age=31536000' });
    const body = existsSync(file) ? readFileSync(file) : '';
    response.writeHead(found ? 200 : 404, headers).end(compressed ? gzipSync(body) : body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
