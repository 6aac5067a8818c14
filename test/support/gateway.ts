import { startServer, type TestServer, type TestServerOptions } from './start-server.js';

/** The gateway's secret in tests. */
export const GATEWAY_SECRET = 'gateway-secret';

/** A server with the gateway on. */
export function startGateway(
  options: Omit<TestServerOptions, 'config'> & { readonly gateway?: Record<string, unknown> },
): Promise<TestServer> {
  return startServer({
    ...options,
    config: { gateway: { secret: GATEWAY_SECRET, ...options.gateway } },
  });
}

/** An answer as the older client sees it. */
export interface GatewayAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

/** The back end of the older server: posts with the secret, or as the headers say; to the last node of several. */
export async function post(
  { lastPort }: Pick<TestServer, 'lastPort'>,
  path: string,
  body: unknown,
  headers: Record<string, string> = { 'x-ws-secret': GATEWAY_SECRET },
): Promise<GatewayAnswer> {
  return read(
    await fetch(`http://127.0.0.1:${lastPort}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  );
}

export async function get(
  { port }: { readonly port: number },
  path: string,
  headers: Record<string, string> = {},
): Promise<GatewayAnswer> {
  return read(await fetch(`http://127.0.0.1:${port}${path}`, { headers }));
}

async function read(response: Response): Promise<GatewayAnswer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const body = isJson ? (JSON.parse(text) as Record<string, unknown>) : { text };
  return { status: response.status, body, headers: response.headers };
}
