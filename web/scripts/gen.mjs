// Generates src/api/schema.d.ts from the API's own description. src/api/agree.ts compares it with the shapes that the
// screens use.
import { writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../../docs/openapi.json', import.meta.url);
const text = astToString(await openapiTS(source));
await writeFile(new URL('../src/api/schema.d.ts', import.meta.url), text);
console.log(`gen: src/api/schema.d.ts, ${text.split('\n').length} lines`);
