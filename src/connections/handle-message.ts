import type { ClientMessage } from '../../protocol/messages.js';
import { PONG_FRAME } from '../../protocol/server-codec.js';
import type { Connection } from './connection.js';
import type { ConnectionServices } from './services.js';
import { relayClientEvent } from './handlers/client-event.js';
import { signIn } from './handlers/signin.js';
import { subscribe } from './handlers/subscribe.js';
import { unsubscribe } from './handlers/unsubscribe.js';

/**
 * Passes a message to its handler.
 *
 * @returns undefined when it is done at once, otherwise when it is done
 * @throws ProtocolError for a client's mistake, also as a rejection
 */
export function handleMessage(
  connection: Connection,
  message: ClientMessage,
  services: ConnectionServices,
): Promise<void> | undefined {
  switch (message.event) {
    case 'pusher:ping':
      connection.socket.send(PONG_FRAME);
      return undefined;
    case 'pusher:pong':
      return undefined;
    case 'pusher:subscribe':
      return subscribe(connection, message, services);
    case 'pusher:unsubscribe':
      if (services.log.isDebug && connection.isSubscribed(message.channel)) {
        services.log.debug(whereOf(connection, message.channel), 'unsubscribed');
      }
      unsubscribe(connection, message.channel);
      return undefined;
    case 'pusher:signin':
      return signIn(connection, message, services);
    case 'client event':
      relayClientEvent(connection, message, services);
      return undefined;
  }
}

/** Where something happened, for a debug line. */
function whereOf({ app, socketId }: Connection, channel: string): object {
  return { app: app.app.id, channel, socketId };
}
