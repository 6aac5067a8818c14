import { z } from 'zod';
import { defineEvent, type CatalogueEvent, type Production } from './event.js';
import { Id, object, OpenMap, optional, Timestamp } from './values.js';

/**
 * Events that the older Socket.IO server made of what its clients sent, and its system events. Nothing a client says of
 * itself could be believed there, so most are replaced; those that wait for a producer on Laravel's side are drafts.
 */

const AT = '2026-11-23T14:05:09.123Z';
const FROM = { id: '33', name: 'Luis Pérez', type: 'cobrador' };

const Sender = object({ id: optional(Id), name: optional(z.string()), type: optional(z.string()) }).meta({
  id: 'Sender',
  description: 'Who sent it, as he said himself',
});

const fromSocket = (event: string): readonly [Production] => [
  { by: 'legacy-socket', trigger: `a client sends ${event}` },
];

const base = { system: 'credits', sensitivity: 'personal' } as const;

/** The four forms of one lifecycle message. */
const lifecycle = (
  name: string,
  action: string,
  pattern: 'private-user.{id}' | 'private-role.manager' | 'private-role.cobrador',
  docs: CatalogueEvent['docs'],
): CatalogueEvent =>
  defineEvent({
    ...base,
    name,
    status: 'deprecated',
    replacedBy: 'credit.waiting.list.update',
    aliases: { 'socket.io': [name.replaceAll('.', '_')] },
    channels: [
      pattern === 'private-user.{id}' ? { pattern, from: 'targetUserId', of: 'producer' } : { pattern },
    ],
    receivers: [pattern === 'private-role.manager' ? 'manager' : 'cobrador'],
    payload: object({
      action: z.string(),
      creditId: optional(Id),
      credit: optional(OpenMap),
      message: optional(z.string()),
      timestamp: Timestamp,
      from: optional(Sender),
    }),
    produced: fromSocket('credit_lifecycle'),
    examples: [
      { action, creditId: 456, credit: { amount: '1000.00' }, message: null, timestamp: AT, from: FROM },
    ],
    docs,
  });

/** A name that clients listen to, or of the older server's own talk, with nothing behind it. */
const bare = (
  entry: Pick<
    CatalogueEvent,
    'name' | 'status' | 'aliases' | 'channels' | 'receivers' | 'docs' | 'sensitivity'
  > &
    Partial<Pick<CatalogueEvent, 'replacedBy' | 'produced' | 'notes'>>,
): CatalogueEvent =>
  defineEvent({
    produced: [],
    ...entry,
    system: 'credits',
    payload: object({
      title: optional(z.string()),
      message: optional(z.string()),
      type: optional(z.string()),
    }),
    examples: [{ title: 'Aviso', message: 'Texto del aviso', type: 'info' }],
  });

const listenedTo = (name: string, en: string, es: string): CatalogueEvent =>
  bare({
    name,
    status: 'draft',
    aliases: {},
    channels: [{ pattern: 'private-user.{id}', from: 'user.id', of: 'producer' }],
    receivers: ['recipient'],
    sensitivity: 'personal',
    docs: { en, es },
  });

const presence = (name: string, replacedBy: string, docs: CatalogueEvent['docs']): CatalogueEvent =>
  defineEvent({
    ...base,
    name,
    status: 'deprecated',
    replacedBy,
    aliases: { 'socket.io': [name.replace('.', '_')] },
    channels: [{ pattern: 'presence-online' }],
    receivers: ['everyone'],
    payload: object({
      userId: Id,
      userName: optional(z.string()),
      userType: optional(z.string()),
      connectedAt: optional(z.string()),
    }),
    produced: [{ by: 'legacy-socket', trigger: 'a client authenticates or disconnects' }],
    examples: [{ userId: '33', userName: 'Luis Pérez', userType: 'cobrador' }],
    docs,
    notes: ['It also told the address of the client, to every socket.'],
  });

export const CREDIT_SOCKET_EVENTS: readonly CatalogueEvent[] = [
  lifecycle('credit.lifecycle.update', 'updated', 'private-user.{id}', {
    en: 'A client told another of a step of a credit',
    es: 'Un cliente avisó a otro de un paso de un crédito',
  }),
  lifecycle('credit.pending.approval', 'created', 'private-role.manager', {
    en: 'A client told the managers of a new credit',
    es: 'Un cliente avisó a los gerentes de un crédito nuevo',
  }),
  lifecycle('credit.decision', 'approved', 'private-role.cobrador', {
    en: 'A client told the cobradores of a decision',
    es: 'Un cliente avisó a los cobradores de una decisión',
  }),
  lifecycle('credit.delivered.notification', 'delivered', 'private-role.manager', {
    en: 'A client told the managers of a delivery',
    es: 'Un cliente avisó a los gerentes de una entrega',
  }),
  defineEvent({
    ...base,
    name: 'credit.notification',
    status: 'deprecated',
    replacedBy: 'notification',
    aliases: { 'socket.io': ['new_credit_notification'] },
    channels: [
      { pattern: 'private-user.{id}', from: 'targetUserId', of: 'producer' },
      { pattern: 'private-role.{role}', from: 'userType', of: 'producer' },
      { pattern: 'private-system.notifications', of: 'producer' },
    ],
    receivers: ['recipient'],
    payload: object({
      title: optional(z.string()),
      message: optional(z.string()),
      type: optional(z.string()),
      from: optional(Sender),
      timestamp: optional(Timestamp),
    }),
    produced: fromSocket('credit_notification'),
    examples: [{ title: 'Crédito', message: 'Crédito nuevo', type: 'credit', from: FROM, timestamp: AT }],
    docs: { en: 'A client notified others of a credit', es: 'Un cliente notificó a otros sobre un crédito' },
  }),
  defineEvent({
    ...base,
    name: 'payment.updated',
    status: 'deprecated',
    replacedBy: 'payment.received',
    aliases: { 'socket.io': ['payment_updated'], listener: ['payment_update'] },
    channels: [
      { pattern: 'private-user.{id}', from: 'cobradorId', of: 'producer' },
      { pattern: 'private-user.{id}', from: 'clientId', of: 'producer' },
      { pattern: 'private-role.admin' },
    ],
    receivers: ['cobrador', 'client', 'admin'],
    payload: object({ id: optional(Id), type: optional(z.string()) }),
    produced: fromSocket('payment_update'),
    examples: [{ id: 981, type: 'payment_update' }],
    docs: { en: 'A client told of a change of a payment', es: 'Un cliente avisó del cambio de un pago' },
  }),
  defineEvent({
    ...base,
    name: 'route.updated',
    status: 'draft',
    aliases: { 'socket.io': ['route_updated'] },
    channels: [
      { pattern: 'private-role.manager' },
      { pattern: 'private-user.{id}', from: 'cobradorId', optional: true },
    ],
    receivers: ['manager', 'cobrador'],
    payload: object({
      id: optional(Id),
      routeId: optional(Id),
      cobradorId: optional(Id),
      status: optional(z.string()),
      routeUpdate: optional(OpenMap),
      timestamp: optional(Timestamp),
    }),
    produced: fromSocket('route_notification'),
    examples: [{ routeId: 4, cobradorId: 33, status: 'started', timestamp: AT }],
    docs: { en: "A cobrador's route changed", es: 'Cambió la ruta de un cobrador' },
    notes: ['Some clients read id, others routeId.'],
  }),
  defineEvent({
    ...base,
    name: 'message.received',
    status: 'draft',
    aliases: { 'socket.io': ['new_message'] },
    channels: [{ pattern: 'private-user.{id}', from: 'recipientId', of: 'producer' }],
    receivers: ['recipient'],
    payload: object({ senderId: Id, message: z.string(), timestamp: Timestamp }),
    produced: fromSocket('send_message'),
    examples: [{ senderId: 7, message: 'Pase por la oficina', timestamp: AT }],
    docs: { en: 'Somebody wrote a message', es: 'Alguien escribió un mensaje' },
    notes: ['The sender has to be stamped by the back end; the older server took what the client said.'],
  }),
  defineEvent({
    ...base,
    name: 'cobrador.location.update',
    status: 'draft',
    aliases: { 'socket.io': ['cobrador_location_update'] },
    channels: [{ pattern: 'presence-tracking.{cobradorId}', from: 'cobradorId' }],
    receivers: ['admin', 'manager'],
    payload: object({
      cobradorId: Id,
      cobradorName: optional(z.string()),
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      timestamp: Timestamp,
    }),
    produced: fromSocket('location_update'),
    examples: [
      { cobradorId: 33, cobradorName: 'Luis Pérez', latitude: -17.7833, longitude: -63.1821, timestamp: AT },
    ],
    docs: {
      en: 'Where a cobrador is, told by the back end',
      es: 'Posición de un cobrador, según el servidor',
    },
  }),
  defineEvent({
    ...base,
    name: 'client-location.updated',
    aliases: {},
    channels: [{ pattern: 'presence-tracking.{cobradorId}', from: 'cobradorId', of: 'producer' }],
    receivers: ['admin', 'manager'],
    payload: object({
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      accuracy: optional(z.number()),
      address: optional(z.string()),
      timestamp: Timestamp,
    }),
    produced: [],
    client: { channel: 'presence-tracking.{cobradorId}', sender: 'parameter', perSecond: 2 },
    examples: [{ latitude: -17.7833, longitude: -63.1821, accuracy: 8.5, address: null, timestamp: AT }],
    docs: {
      en: 'Where a cobrador is, told by his own device',
      es: 'Posición de un cobrador, según su dispositivo',
    },
    notes: [
      'A client event: only the cobrador of the channel may send it, and who sent it is stamped by the server.',
    ],
  }),
  defineEvent({
    ...base,
    name: 'authenticated',
    status: 'deprecated',
    replacedBy: 'pusher:signin_success',
    aliases: { 'socket.io': ['authenticated'] },
    channels: [],
    receivers: ['recipient'],
    payload: object({
      success: z.literal(true),
      message: z.string(),
      userId: optional(Id),
      userType: optional(z.string()),
      clientIP: optional(z.string()),
    }),
    produced: fromSocket('authenticate'),
    examples: [{ success: true, message: 'Autenticado', userId: '33', userType: 'cobrador' }],
    docs: {
      en: 'The older server believed who a client is',
      es: 'El servidor anterior aceptó la identidad de un cliente',
    },
  }),
  defineEvent({
    ...base,
    name: 'authentication.error',
    status: 'deprecated',
    replacedBy: 'pusher:error',
    aliases: { 'socket.io': ['authentication_error'], listener: ['auth_error'] },
    channels: [],
    receivers: ['recipient'],
    payload: object({ success: z.literal(false), message: z.string() }),
    produced: fromSocket('authenticate'),
    examples: [{ success: false, message: 'Datos incompletos' }],
    docs: { en: 'The older server refused a client', es: 'El servidor anterior rechazó a un cliente' },
  }),
  presence('user.connected', 'pusher_internal:member_added', {
    en: 'Somebody came online',
    es: 'Alguien se conectó',
  }),
  presence('user.disconnected', 'pusher_internal:member_removed', {
    en: 'Somebody went offline',
    es: 'Alguien se desconectó',
  }),
  defineEvent({
    system: 'credits',
    name: 'server.shutdown',
    status: 'draft',
    sensitivity: 'public',
    aliases: { 'socket.io': ['server_shutdown'] },
    channels: [{ pattern: 'private-system.notifications' }],
    receivers: ['everyone'],
    payload: object({ message: z.string(), timestamp: Timestamp }),
    produced: [{ by: 'legacy-socket', trigger: 'the older server stops' }],
    examples: [{ message: 'El servidor se reinicia', timestamp: AT }],
    docs: { en: 'The server is about to stop', es: 'El servidor va a detenerse' },
    notes: ['Clients of the Pusher protocol need none: they are closed with 4200 and connect again.'],
  }),
  defineEvent({
    ...base,
    name: 'server.log',
    status: 'deprecated',
    replacedBy: "the server's log",
    aliases: { 'socket.io': ['server_log'] },
    channels: [],
    receivers: ['everyone'],
    payload: object({ message: z.string() }),
    produced: [{ by: 'legacy-socket', trigger: 'a credit or cash notification is handled' }],
    examples: [{ message: 'credit 456 approved for user 33' }],
    docs: { en: "A line of the older server's log", es: 'Una línea del registro del servidor anterior' },
    notes: ['It went to every socket, with ids of credits and users. It is never sent here.'],
  }),
  listenedTo(
    'new_notification',
    'Clients listen to it as a notification',
    'Los clientes lo escuchan como notificación',
  ),
  listenedTo(
    'notify',
    'Clients listen to it as a notification',
    'Los clientes lo escuchan como notificación',
  ),
  listenedTo(
    'broadcast_notification',
    'Clients listen to it as a notification to all',
    'Los clientes lo escuchan como notificación general',
  ),
  listenedTo(
    'debug_event',
    'Clients listen to it while being debugged',
    'Los clientes lo escuchan al depurar',
  ),
];
