// Generates src/api/schema.d.ts from the API's own description, when that file exists. The hand-written shapes in
// src/api/types.ts are what the screens use until then.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../../docs/openapi.json', import.meta.url);
if (!existsSync(source)) {
  console.log('gen: docs/openapi.json does not exist yet; nothing to generate');
} else {
  const text = astToString(await openapiTS(source));
  await writeFile(new URL('../src/api/schema.d.ts', import.meta.url), text);
  console.log(`gen: src/api/schema.d.ts, ${text.split('\n').length} lines`);
}
