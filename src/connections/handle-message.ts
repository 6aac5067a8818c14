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
 * @throws ProtocolError for a client's mistake
 */
export function handleMessage(
  connection: Connection,
  message: ClientMessage,
  services: ConnectionServices,
): void {
  switch (message.event) {
    case 'pusher:ping':
      connection.socket.send(PONG_FRAME);
      return;
    case 'pusher:pong':
      return;
    case 'pusher:subscribe':
      subscribe(connection, message, services);
      return;
    case 'pusher:unsubscribe':
      unsubscribe(connection, message.channel);
      return;
    case 'pusher:signin':
      signIn(connection, message);
      return;
    case 'client event':
      relayClientEvent(connection, message, services);
      return;
  }
}
