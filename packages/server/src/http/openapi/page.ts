// The document as a page to be read: every operation with its parameters, answers and errors, and every schema. Everything
// stands open on one page, so that the browser's own search finds it.

import type { DocumentedOperation, DocumentedParameter, DocumentedReply, JsonSchema, OpenApi } from './document.ts';
import { escape, prose } from './html.ts';
import { PAGE_STYLE } from './page-style.ts';
import { LANGUAGE_ID, LANGUAGE_NAME, languageSection } from './query-language.ts';
import { propertyRows, row, typeText } from './schema-text.ts';

interface Place {
  readonly method: string;
  readonly path: string;
  readonly operation: DocumentedOperation;
}

/** @returns HTML without a script and without anything from elsewhere */
export function makePage(document: OpenApi): string {
  const places = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Place => ({ method, path, operation })),
  );
  const groups = document.tags
    .map(({ name }) => ({ name, places: places.filter(({ operation }) => operation.tags.includes(name)) }))
    .filter((group) => group.places.length > 0);
  const shared = document.components.parameters;
  const title = `${String(document.info['title'])} ${String(document.info['version'])}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}: the HTTP API</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<a class="skip" href="#main">To the operations</a>
<div class="page">
<header>
<h1>The HTTP API</h1>
<p>${prose(String(document.info['description']))}</p>
<p>A key goes into <code>Authorization: Bearer ink_...</code>; it is made by <code>indelible key create</code>. One that is good for all tenants names the tenant by the header <code>Indelible-Tenant</code>.
Every answer has the header <code>Indelible-Request-Id</code>. For programs: <a href="/openapi.json">openapi.json</a>, OpenAPI ${escape(document.openapi)}. ${escape(title)}.</p>
</header>
<nav aria-label="Operations">
<p><a href="#${LANGUAGE_ID}">${LANGUAGE_NAME}</a></p>
${groups.map(({ name, places: inGroup }) => contents(name, inGroup)).join('\n')}
<p>Schemas</p>
<ul>${Object.keys(document.components.schemas)
    .map((name) => `<li><a href="#schema-${escape(name)}">${escape(name)}</a></li>`)
    .join('')}</ul>
</nav>
<main id="main">
${languageSection()}
${groups.map(({ name, places: inGroup }) => `<h2>${escape(name)}</h2>\n${inGroup.map((place) => section(place, shared)).join('\n')}`).join('\n')}
<h2>Schemas</h2>
${Object.entries(document.components.schemas)
  .map(([name, schema]) => definition(name, schema))
  .join('\n')}
</main>
</div>
</body>
</html>
`;
}

function contents(name: string, places: readonly Place[]): string {
  const items = places.map(({ operation }) => `<li><a href="#${escape(operation.operationId)}">${escape(operation.summary)}</a></li>`);
  return `<p>${escape(name)}</p>\n<ul>${items.join('')}</ul>`;
}

function section({ method, path, operation }: Place, shared: OpenApi['components']['parameters']): string {
  const parameters = operation.parameters.map((parameter) =>
    '$ref' in parameter ? shared[parameter.$ref.split('/').at(-1) ?? ''] : parameter,
  );
  const replies = Object.entries(operation.responses);
  const isProblem = ([, { content }]: [string, DocumentedReply]): boolean => 'application/problem+json' in content;
  return `<section id="${escape(operation.operationId)}">
<h3><code><span class="${escape(method)}">${method.toUpperCase()}</span> ${escape(path)}</code></h3>
<p><strong>${escape(operation.summary)}.</strong> ${prose(operation.description ?? '')}</p>
<p class="quiet">${access(operation)}</p>
${table(
  'Parameters',
  ['Name', 'Type', 'About'],
  parameters.flatMap((parameter) => (parameter === undefined ? [] : [parameterRow(parameter)])),
)}
${body(operation)}
${replies
  .filter((reply) => !isProblem(reply))
  .map(([status, reply]) => answer(status, reply))
  .join('\n')}
${table(
  'Errors',
  ['Code', 'Status', 'What to do'],
  replies.filter(isProblem).flatMap(([status, reply]) => errorRows(status, reply)),
)}
</section>`;
}

function access({ security }: DocumentedOperation): string {
  const scopes = security.flatMap((one) => one['key'] ?? []).map((scope) => `<code>${escape(scope)}</code>`);
  if (scopes.length === 0) return 'Open to everybody.';
  const needs = `one of the scopes and roles ${scopes.join(', ')}`;
  return security.some((one) => Object.keys(one).length === 0) ? `Open where the log is public; else ${needs}.` : `Needs ${needs}.`;
}

function parameterRow({ name, in: place, required, description, schema }: DocumentedParameter): string {
  return row(name, schema, required, `${description ?? ''}${place === 'query' ? '' : ` (${place})`}`);
}

function body({ requestBody }: DocumentedOperation): string {
  if (requestBody === undefined) return '';
  return `<h4>Body</h4>\n<p>${prose(requestBody.description)}</p>\n${Object.entries(requestBody.content).map(representation).join('\n')}`;
}

function answer(status: string, { description, content: media, headers = {} }: DocumentedReply): string {
  const rows = Object.entries(headers).map(([name, header]) => row(name, header.schema, false, header.description));
  return `<h4>Answer ${escape(status)}</h4>\n<p>${prose(description)}</p>\n${Object.entries(media).map(representation).join('\n')}\n${table('Headers', ['Name', 'Type', 'About'], rows)}`;
}

function representation([type, { schema = {}, example }]: [string, { readonly schema?: JsonSchema; readonly example?: unknown }]): string {
  const said = typeof schema['description'] === 'string' && !('$ref' in schema) ? `: ${prose(schema['description'])}` : '';
  const shown =
    example === undefined ? '' : `\n<pre>${escape(typeof example === 'string' ? example : JSON.stringify(example, null, 2))}</pre>`;
  return `<p><code>${escape(type)}</code> ${typeText(schema)}${said}</p>${table('', ['Name', 'Type', 'About'], propertyRows(schema))}${shown}`;
}

function errorRows(status: string, { content: media }: DocumentedReply): string[] {
  const examples = Object.entries(media['application/problem+json']?.examples ?? {});
  return examples.map(
    ([code, { summary, description }]) =>
      `<tr><td><code>${escape(code)}</code></td><td class="type">${escape(status)} ${escape(summary)}</td><td>${escape(description)}</td></tr>`,
  );
}

function definition(name: string, schema: JsonSchema): string {
  const rows = propertyRows(schema);
  const said = typeof schema['description'] === 'string' ? `<p>${prose(schema['description'])}</p>` : '';
  return `<section id="schema-${escape(name)}">\n<h3><code>${escape(name)}</code></h3>\n${said}${rows.length === 0 ? `<p>${typeText(schema)}</p>` : ''}${table('', ['Name', 'Type', 'About'], rows)}\n</section>`;
}

function table(title: string, heads: readonly string[], rows: readonly string[]): string {
  if (rows.length === 0) return '';
  const head = heads.map((text) => `<th scope="col">${escape(text)}</th>`).join('');
  return `${title === '' ? '' : `<h4>${escape(title)}</h4>\n`}<table><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}
