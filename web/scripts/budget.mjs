// Fails the build when a first load grows over its budget (KiB, gzip), read from Vite's manifest.
import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

// Which lazy chunks a route needs beside the entry, what it may weigh in all, and what it must do without.
const routes = [
  { name: 'queue', chunks: ['src/app/Desk.tsx', 'src/features/tickets/QueuePage.tsx'], js: 215, css: 40 },
  { name: 'incident', chunks: ['src/app/Desk.tsx', 'src/features/record/RecordPage.tsx'], js: 235, css: 40 },
  { name: 'change', chunks: ['src/app/Desk.tsx', 'src/features/record/RecordPage.tsx', 'src/features/changes/ChangeBody.tsx'], js: 250, css: 40 },
  { name: 'approvals', chunks: ['src/app/Desk.tsx', 'src/features/approvals/ApprovalsPage.tsx'], js: 215, css: 40 },
  { name: 'items', chunks: ['src/app/Desk.tsx', 'src/features/cmdb/list/CisPage.tsx'], js: 215, css: 40 },
  { name: 'item', chunks: ['src/app/Desk.tsx', 'src/features/cmdb/item/CiRoute.tsx'], js: 235, css: 40 },
  { name: 'impact', chunks: ['src/app/Desk.tsx', 'src/features/cmdb/graph/ImpactPage.tsx', 'src/ui/CiGraph.tsx'], js: 290, css: 42 },
  { name: 'portal', chunks: ['src/features/portal/Portal.tsx', 'src/features/portal/HomePage.tsx'], js: 180, css: 35, without: ['src/app/Desk.tsx', 'src/app/Palette.tsx', 'src/features/tickets/QueuePage.tsx', 'src/features/record/RecordPage.tsx'] },
  { name: 'login', chunks: ['src/features/session/LoginPage.tsx'], js: 180, css: 35 },
];

const size = (file) => {
  const path = new URL(file, dist);
  return existsSync(path) ? gzipSync(readFileSync(path), { level: 9 }).length / 1024 : 0;
};

function closure(keys) {
  const seen = new Set();
  const walk = (key) => {
    const chunk = manifest[key];
    if (!chunk || seen.has(key)) return;
    seen.add(key);
    (chunk.imports ?? []).forEach(walk);
  };
  keys.forEach(walk);
  return [...seen].map((key) => ({ key, ...manifest[key] }));
}

let failed = false;
for (const route of routes) {
  const missing = route.chunks.filter((key) => !manifest[key]);
  const chunks = closure(['index.html', ...route.chunks]);
  const js = chunks.reduce((sum, chunk) => sum + size(chunk.file), 0);
  const css = [...new Set(chunks.flatMap((chunk) => chunk.css ?? []))].reduce((sum, file) => sum + size(file), 0);
  const carried = chunks.filter((chunk) => route.without?.includes(chunk.key)).map((chunk) => chunk.key);
  const over = js > route.js || css > route.css || missing.length > 0 || carried.length > 0;
  failed ||= over;
  console.log(`budget: ${route.name.padEnd(10)} js ${js.toFixed(0)}/${route.js}  css ${css.toFixed(0)}/${route.css} KiB gz${over ? '  OVER' : ''}${missing.length ? `  missing ${missing}` : ''}${carried.length ? `  carries ${carried}` : ''}`);
}
if (failed) process.exit(1);
