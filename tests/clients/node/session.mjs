// What a host does with one connection, by the official TypeScript client: the first argument says how, as JSON.
// Prints what it saw, as JSON. `sdk` is v1 or v2, `era` of v2 is legacy (its default) or auto.
const { sdk, era, url, command, args, env, calls } = JSON.parse(process.argv[2]);
const name = sdk === 'v1' ? '@modelcontextprotocol/sdk/client' : '@modelcontextprotocol/client';
const { Client, StreamableHTTPClientTransport } = sdk === 'v1'
  ? { ...(await import(`${name}/index.js`)), ...(await import(`${name}/streamableHttp.js`)) }
  : await import(name);
const { StdioClientTransport } = await import(sdk === 'v1' ? `${name}/stdio.js` : `${name}/stdio`);

const transport = url
  ? new StreamableHTTPClientTransport(new URL(url))
  : new StdioClientTransport({ command, args, env: { ...process.env, ...env }, stderr: 'pipe' });
let log = '';
transport.stderr?.on('data', (chunk) => { log += chunk; });

const client = new Client({ name: 'judge', version: '1' }, era === 'auto' ? { versionNegotiation: { mode: 'auto' } } : {});
const call = (given, options) =>
  sdk === 'v1' ? client.callTool(given, undefined, options) : client.callTool(given, options);

// One call: its result or its error, and the progress it heard. `abort` gives it up at the first progress, and `$job`
// in its arguments is the job that progress named last.
let job = '';
async function made({ abort, options, ...given }) {
  const progress = [];
  given = JSON.parse(JSON.stringify(given).replaceAll('$job', job));
  const giving = new AbortController();
  const onprogress = (event) => {
    progress.push(event);
    job = event.message?.match(/job-\w+/)?.[0] ?? job;
    if (abort) giving.abort();
  };
  const began = Date.now();
  const ended = () => ({ progress, seconds: (Date.now() - began) / 1000 });
  try {
    return { result: await call(given, { onprogress, signal: giving.signal, ...options }), ...ended() };
  } catch (error) {
    return { error: `${error.name}: ${error.message}`, ...ended() };
  }
}

await client.connect(transport);
const seen = {
  server: client.getServerVersion().name,
  tools: (await client.listTools()).tools.map((tool) => tool.name),
  resources: (await client.listResources()).resources.map((resource) => resource.uri),
  templates: (await client.listResourceTemplates()).resourceTemplates.map((template) => template.uriTemplate),
  prompts: (await client.listPrompts()).prompts.map((prompt) => prompt.name),
  calls: [],
};
for (const given of calls) seen.calls.push(await made(given));
const closing = Date.now();
await client.close();
process.stdout.write(JSON.stringify({ ...seen, log, closed: (Date.now() - closing) / 1000 }));
