import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

/** What a built page consists of; anything else in its folder is not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};
/** What the bundler names by its content. */
const HASHED = /^\/assets\/[^/]+-[\w-]{8}\.\w+$/;
const SMALLEST_TO_COMPRESS = 512;

export interface StaticFile {
  readonly type: string;
  readonly cacheControl: string;
  readonly etag: string;
  readonly body: Buffer<ArrayBuffer>;
  /** Null where compressing does not pay. */
  readonly gzip: Buffer<ArrayBuffer> | null;
}

/** Every file of a built page by its path, such as `/index.html`: read once, so that no request ever names a file on disk. */
export function readStaticFiles(folder: string): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined || entry.name.startsWith('.')) continue;
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(folder, file).split(sep).join('/')}`;
    const body = Buffer.from(readFileSync(file));
    const gzip = Buffer.from(gzipSync(body, { level: 9 }));
    const pays = type !== TYPES['.png'] && body.length >= SMALLEST_TO_COMPRESS && gzip.length < body.length;
    files.set(path, {
      type,
      cacheControl: HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
      body,
      gzip: pays ? gzip : null,
    });
  }
  return files;
}
