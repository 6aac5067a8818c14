import fastify, { type FastifyInstance } from 'fastify';

interface ReadyState {
  readonly ready: boolean;
}

/** What the management port shows. */
export interface ManagementSources {
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  readonly readiness: () => ReadyState | Promise<ReadyState>;
}

/** The management port: `/metrics` for Prometheus, `/health` and `/ready`. On loopback unless set otherwise. */
export class ManagementServer {
  private readonly app: FastifyInstance = fastify();

  constructor({ metrics, readiness }: ManagementSources) {
    this.app.get('/metrics', async (_request, reply) => {
      return reply.type(metrics.contentType).send(await metrics.text());
    });
    // Where those who come from soketi ask.
    this.app.get('/', (_request, reply) => reply.type('text/plain; charset=utf-8').send('OK'));
    this.app.get('/health', () => ({ health: 'OK' }));
    this.app.get('/ready', async (_request, reply) => {
      const state = await readiness();
      return reply.status(state.ready ? 200 : 503).send(state);
    });
  }

  /** @returns the port */
  async listen(host: string, port: number): Promise<number> {
    await this.app.listen({ host, port });
    const address = this.app.server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  async close(): Promise<void> {
    await this.app.close();
  }
}
