import type { Config } from '../config/schema.js';
import type { Transport, TransportOptions } from './transport.js';
import { loadUws } from './uws/load-uws.js';
import { UwsTransport } from './uws/uws-transport.js';
import { WsTransport } from './ws/ws-transport.js';
import { ConfigError } from '../config/config-error.js';

/** The transport, and one line for the start log about the choice. */
export interface ChosenTransport {
  readonly transport: Transport;
  readonly note: string;
}

/**
 * Makes the transport that the configuration asks for; `auto` takes uWebSockets.js where its binary loads.
 *
 * @throws ConfigError when uws is asked for and does not load
 */
export function createTransport(
  wanted: Config['server']['transport'],
  options: TransportOptions,
): ChosenTransport {
  if (wanted === 'ws') return { transport: new WsTransport(options), note: 'ws' };
  if (wanted === 'auto' && options.sharesPort && process.platform !== 'linux') {
    return { transport: new WsTransport(options), note: 'ws, since only Linux shares a port out for uws' };
  }
  const uws = loadUws();
  if (uws.library !== undefined) {
    return {
      transport: new UwsTransport(uws.library, options),
      note: `uws (uWebSockets.js ${uws.version})`,
    };
  }
  if (wanted === 'uws') {
    throw new ConfigError([
      {
        key: 'server.transport',
        value: 'uws',
        origin: 'config',
        problem: `uWebSockets.js does not load here (${uws.reason}); use ws or auto`,
      },
    ]);
  }
  return {
    transport: new WsTransport(options),
    note: `ws, since uWebSockets.js does not load here (${uws.reason})`,
  };
}
