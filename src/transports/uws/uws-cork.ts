import { randomUUID } from 'node:crypto';
import { connect, type Socket as TcpSocket } from 'node:net';
import type { HttpResponse as UwsResponse, TemplatedApp, us_listen_socket } from 'uWebSockets.js-20.51';
import type { UwsLibrary } from './load-uws.js';

/**
 * A place to run code in that the library takes for one of its callbacks: the `cork` of a request from ourselves that is
 * never answered.
 *
 * An upgrade that was decided on later needs it. Outside of a callback the library writes a warning to standard error
 * for each; and the request's own `cork` is not safe around its upgrade: where the WebSocket stays at the address of the
 * request, what is found there is taken for the state of a request afterwards, and the connection may be closed.
 */
export class UwsCork {
  private request: UwsResponse | undefined = undefined;
  private readonly app: TemplatedApp;
  private listening: us_listen_socket | undefined = undefined;
  private client: TcpSocket | undefined = undefined;

  constructor(private readonly library: UwsLibrary) {
    this.app = library.App();
  }

  /** Makes the request. Without it, or when it is lost, tasks are run all the same. */
  async open(): Promise<void> {
    const path = `/${randomUUID()}`;
    await new Promise<void>((resolve) => {
      this.app.any('/*', (res, req) => {
        if (req.getUrl() !== path || this.request !== undefined) {
          res.close();
          return;
        }
        this.request = res;
        res.onAborted(() => {
          this.request = undefined;
        });
        resolve();
      });
      this.app.listen('127.0.0.1', 0, (listening) => {
        if (!listening) {
          resolve();
          return;
        }
        this.listening = listening;
        this.client = connect(this.library.us_socket_local_port(listening), '127.0.0.1');
        this.client.unref();
        this.client.on('error', () => undefined);
        this.client.on('close', () => {
          resolve();
        });
        this.client.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      });
    });
    if (this.listening !== undefined) this.library.us_listen_socket_close(this.listening);
  }

  /** Runs a task, at once. */
  run(task: () => void): void {
    if (this.request === undefined) task();
    else this.request.cork(task);
  }

  close(): void {
    this.client?.destroy();
    this.app.close();
    this.request = undefined;
  }
}
