import { z } from 'zod';
import { defineEvent, type CatalogueEvent, type EventChannel } from './event.js';
import { DateOrTime, Id, Money, object, oneOf, OpenMap, optional, Timestamp } from './values.js';

/** Events that the hosting platform's Laravel broadcasts. Its users are known by UUID. */

/** The owner's UUID is in the platform's records, not in the payload. */
const toOwner: EventChannel = { pattern: 'private-user.{id}', from: 'user.uuid', of: 'producer' };
const toAdmins = (area: string): EventChannel => ({ pattern: `private-admin.${area}` });

const envelope = { message: z.string(), timestamp: Timestamp };
const service = { service_id: Id, service_name: z.string() };
const money = { amount: Money, currency: z.string() };

const ServiceStatus = ['active', 'suspended', 'terminated', 'pending', 'failed'] as const;
const InvoiceStatus = ['paid', 'overdue', 'cancelled', 'refunded'] as const;

const ChatUser = object({ id: Id, name: z.string(), avatar: optional(z.string()) }).meta({
  id: 'ChatUser',
  description: 'Who wrote it',
});

const ChatMessage = object({
  id: Id,
  message: z.string(),
  type: z.string(),
  attachment_url: optional(z.string()),
  is_from_admin: z.boolean(),
  user: optional(ChatUser),
  created_at: Timestamp,
}).meta({ id: 'ChatMessage', description: 'A message of a chat room' });

const INTEGER_CHANNEL =
  'Some classes build the user channel from the integer id; nobody subscribed by UUID gets those.';

const UUID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const AT = '2026-11-23T14:05:09.123456Z';
const SERVICE = { service_id: UUID, service_name: 'VPS 4 GB' };
const MONEY = { amount: '49.90', currency: 'USD' };

const broadcast = (trigger: string, immediate?: true) => ({
  system: 'hosting' as const,
  produced: [{ by: 'laravel-broadcast', trigger, ...(immediate && { immediate }) }] as const,
  sensitivity: 'personal' as const,
});

/** What the plan names and nothing sends yet. */
const draft = (
  name: string,
  channels: readonly EventChannel[],
  receivers: CatalogueEvent['receivers'],
  docs: CatalogueEvent['docs'],
): CatalogueEvent =>
  defineEvent({
    ...broadcast('planned'),
    name,
    status: 'draft',
    channels,
    receivers,
    payload: object({
      title: z.string(),
      message: z.string(),
      severity: optional(z.string()),
      data: optional(OpenMap),
      timestamp: Timestamp,
    }),
    examples: [{ title: docs.es, message: docs.es, severity: 'warning', data: [], timestamp: AT }],
    docs,
  });

export const HOSTING_EVENTS: readonly CatalogueEvent[] = [
  defineEvent({
    ...broadcast("a service's status changes"),
    name: 'service.status.changed',
    aliases: {
      type: ['service_status', 'admin_service_status'],
      listener: ['service.status'],
    },
    channels: [toOwner, toAdmins('services')],
    receivers: ['owner', 'admin'],
    payload: object({
      ...service,
      old_status: oneOf(...ServiceStatus),
      new_status: oneOf(...ServiceStatus),
      ...envelope,
    }),
    examples: [
      {
        ...SERVICE,
        old_status: 'pending',
        new_status: 'active',
        message: 'El servicio está activo',
        timestamp: AT,
      },
    ],
    docs: { en: "A service's status changed", es: 'Cambió el estado de un servicio' },
    notes: [INTEGER_CHANNEL],
  }),
  defineEvent({
    ...broadcast('a service is bought', true),
    name: 'service.purchased',
    aliases: {
      type: ['service_purchased', 'admin_service_purchased'],
      listener: ['admin.service.purchased'],
    },
    channels: [toAdmins('services'), { ...toOwner, optional: true }],
    receivers: ['owner', 'admin'],
    payload: object({ ...service, purchase_amount: Money, ...envelope }),
    examples: [{ ...SERVICE, purchase_amount: 49.9, message: 'Servicio comprado', timestamp: AT }],
    docs: { en: 'A service was bought', es: 'Se compró un servicio' },
  }),
  defineEvent({
    ...broadcast('provisioning has finished'),
    name: 'service.ready',
    aliases: { type: ['service_ready'] },
    channels: [toOwner, toAdmins('services')],
    receivers: ['owner', 'admin'],
    payload: object({ ...service, access_details: OpenMap, ...envelope }),
    sensitivity: 'secret',
    examples: [
      {
        ...SERVICE,
        access_details: { host: 'vps.example.com', user: 'root' },
        message: 'Listo',
        timestamp: AT,
      },
      { ...SERVICE, access_details: [], message: 'Listo', timestamp: AT },
    ],
    docs: { en: 'A service is ready to be used', es: 'Un servicio está listo para usarse' },
    notes: [
      'access_details holds credentials. Send it to the owner alone, and administrators an event without it.',
    ],
  }),
  defineEvent({
    ...broadcast('maintenance is planned'),
    name: 'service.maintenance.scheduled',
    aliases: { type: ['service_maintenance_scheduled'] },
    channels: [toOwner, toAdmins('maintenance')],
    receivers: ['owner', 'admin'],
    payload: object({
      ...service,
      maintenance_start: z.string().meta({ description: 'Free text' }),
      maintenance_end: z.string().meta({ description: 'Free text' }),
      description: z.string(),
      ...envelope,
    }),
    examples: [
      {
        ...SERVICE,
        maintenance_start: '2026-11-25 02:00',
        maintenance_end: '2026-11-25 04:00',
        description: '',
        message: 'Mantenimiento programado',
        timestamp: AT,
      },
    ],
    docs: { en: 'Maintenance of a service is planned', es: 'Se programó el mantenimiento de un servicio' },
    notes: [INTEGER_CHANNEL, 'Administrators hear it on admin.maintenance, not on admin.services.'],
  }),
  defineEvent({
    ...broadcast('maintenance is done'),
    name: 'service.maintenance.completed',
    aliases: { type: ['service_maintenance_completed'] },
    channels: [toOwner, toAdmins('maintenance')],
    receivers: ['owner', 'admin'],
    payload: object({ ...service, maintenance_notes: z.string(), ...envelope }),
    examples: [{ ...SERVICE, maintenance_notes: '', message: 'Mantenimiento terminado', timestamp: AT }],
    docs: { en: 'Maintenance of a service is done', es: 'Terminó el mantenimiento de un servicio' },
    notes: ['Administrators hear it on admin.maintenance, not on admin.services.'],
  }),
  defineEvent({
    ...broadcast('an invoice or a receipt is issued'),
    name: 'invoice.generated',
    aliases: {
      type: ['invoice_generated'],
      listener: ['admin.invoice.generated'],
    },
    channels: [toOwner, toAdmins('invoices')],
    receivers: ['owner', 'admin'],
    payload: object({
      invoice_id: Id,
      invoice_number: z.string(),
      ...money,
      due_date: optional(DateOrTime),
      status: z.string(),
      ...envelope,
    }),
    examples: [
      {
        invoice_id: UUID,
        invoice_number: 'F-2026-0042',
        ...MONEY,
        due_date: '2026-12-01',
        status: 'sent',
        message: 'Nueva factura',
        timestamp: AT,
      },
    ],
    docs: { en: 'An invoice was issued', es: 'Se emitió una factura' },
  }),
  defineEvent({
    ...broadcast("an invoice's status changes; overdue is one of them"),
    name: 'invoice.status.changed',
    aliases: { type: ['invoice_status_changed'] },
    channels: [toOwner, toAdmins('invoices')],
    receivers: ['owner', 'admin'],
    payload: object({
      invoice_id: Id,
      invoice_number: z.string(),
      old_status: z.string(),
      new_status: oneOf(...InvoiceStatus),
      ...money,
      ...envelope,
    }),
    examples: [
      {
        invoice_id: UUID,
        invoice_number: 'F-2026-0042',
        old_status: 'sent',
        new_status: 'overdue',
        ...MONEY,
        message: 'Factura vencida',
        timestamp: AT,
      },
    ],
    docs: { en: "An invoice's status changed", es: 'Cambió el estado de una factura' },
  }),
  defineEvent({
    ...broadcast('a transaction is processed'),
    name: 'payment.processed',
    aliases: {
      class: ['PaymentProcessed'],
      type: ['payment_processed'],
      listener: ['admin.payment.processed'],
    },
    channels: [toOwner, toAdmins('payments')],
    receivers: ['payer', 'admin'],
    payload: object({
      transaction_id: Id,
      ...money,
      status: oneOf('completed', 'failed'),
      description: optional(z.string()),
      ...envelope,
    }),
    examples: [
      {
        transaction_id: UUID,
        ...MONEY,
        status: 'completed',
        description: null,
        message: 'Pago realizado',
        timestamp: AT,
      },
    ],
    docs: { en: 'A payment was processed', es: 'Se procesó un pago' },
    notes: [INTEGER_CHANNEL],
  }),
  defineEvent({
    ...broadcast('a transaction fails'),
    name: 'payment.failed',
    aliases: { type: ['payment_failed'] },
    channels: [toOwner, toAdmins('payments')],
    receivers: ['payer', 'admin'],
    payload: object({ transaction_id: Id, ...money, reason: z.string(), ...envelope }),
    examples: [
      {
        transaction_id: UUID,
        ...MONEY,
        reason: 'insufficient_funds',
        message: 'Pago rechazado',
        timestamp: AT,
      },
    ],
    docs: { en: 'A payment failed', es: 'Un pago falló' },
  }),
  defineEvent({
    ...broadcast('an automatic charge is made'),
    name: 'payment.automatic.processed',
    channels: [toOwner, toAdmins('payments')],
    receivers: ['payer', 'admin'],
    payload: object({
      transaction_id: Id,
      invoice_id: optional(Id),
      invoice_number: optional(z.string()),
      ...money,
      status: z.string(),
      ...envelope,
    }),
    examples: [
      {
        transaction_id: UUID,
        invoice_id: null,
        invoice_number: 'F-2026-0042',
        ...MONEY,
        status: 'completed',
        message: 'Cobro automático realizado',
        timestamp: AT,
      },
    ],
    docs: { en: 'An automatic charge was made', es: 'Se realizó un cobro automático' },
  }),
  defineEvent({
    ...broadcast('somebody replies to a ticket'),
    name: 'ticket.replied',
    aliases: { type: ['ticket_replied'] },
    channels: [toOwner, toAdmins('tickets'), { pattern: 'private-ticket.{uuid}', from: 'ticket_id' }],
    receivers: ['owner', 'staff'],
    payload: object({
      ticket_id: Id,
      ticket_subject: z.string(),
      reply_id: Id,
      reply_message: z.string(),
      reply_by: z.string(),
      is_from_staff: z.boolean(),
      ...envelope,
    }),
    examples: [
      {
        ticket_id: UUID,
        ticket_subject: 'No puedo entrar',
        reply_id: 17,
        reply_message: 'Ya está resuelto',
        reply_by: 'Soporte',
        is_from_staff: true,
        message: 'Nueva respuesta',
        timestamp: AT,
      },
    ],
    docs: { en: 'Somebody replied to a ticket', es: 'Alguien respondió a un ticket' },
    notes: ['ticket_id is a UUID here and an integer in ticket.read.'],
  }),
  defineEvent({
    ...broadcast('the client has read the replies of the staff'),
    name: 'ticket.read',
    channels: [toAdmins('tickets')],
    receivers: ['staff'],
    payload: object({ ticket_id: Id, ticket_uuid: z.string() }),
    examples: [{ ticket_id: 17, ticket_uuid: UUID }],
    docs: { en: 'A client read the replies to his ticket', es: 'Un cliente leyó las respuestas a su ticket' },
  }),
  defineEvent({
    ...broadcast('a reply is delivered or read'),
    name: 'ticket.reply.receipt',
    channels: [{ pattern: 'presence-ticket.{uuid}', from: 'ticket_uuid' }],
    receivers: ['owner', 'staff'],
    payload: object({
      reply_id: Id,
      reply_uuid: z.string(),
      ticket_uuid: z.string(),
      status: z.enum(['delivered', 'read']),
      delivered_at: optional(Timestamp),
      read_at: optional(Timestamp),
      by_user_id: optional(Id),
      timestamp: Timestamp,
    }),
    client: { channel: 'presence-ticket.{uuid}', sender: 'member', perSecond: 10 },
    examples: [
      {
        reply_id: 17,
        reply_uuid: UUID,
        ticket_uuid: UUID,
        status: 'read',
        delivered_at: AT,
        read_at: AT,
        by_user_id: 4,
        timestamp: AT,
      },
    ],
    docs: { en: 'A reply was delivered or read', es: 'Una respuesta fue entregada o leída' },
  }),
  defineEvent({
    ...broadcast('somebody writes in a chat room'),
    name: 'message.sent',
    aliases: { class: ['MessageSent'] },
    channels: [
      { pattern: 'private-chat.{uuid}', from: 'chat_room_id' },
      { pattern: 'private-user.{id}', from: 'user.id', of: 'producer' },
      { pattern: 'private-admin.chat', legacy: true },
    ],
    receivers: ['owner', 'admin'],
    payload: object({
      chat_room_id: Id,
      message: ChatMessage,
      timestamp: Timestamp,
    }),
    examples: [
      {
        chat_room_id: UUID,
        message: {
          id: 5,
          message: 'Hola',
          type: 'text',
          attachment_url: null,
          is_from_admin: false,
          user: { id: 4, name: 'Carla', avatar: null },
          created_at: AT,
        },
        timestamp: AT,
      },
    ],
    docs: { en: 'A message was written in a chat room', es: 'Se escribió un mensaje en una sala de chat' },
    notes: [INTEGER_CHANNEL],
  }),
  defineEvent({
    ...broadcast('a backup makes progress'),
    name: 'backup.status.changed',
    channels: [toAdmins('backups')],
    receivers: ['admin'],
    payload: object({
      uuid: z.string(),
      type: z.string(),
      status: z.string(),
      name: z.string(),
      size_bytes: optional(z.int()),
      error: optional(z.string()),
      started_at: optional(Timestamp),
      completed_at: optional(Timestamp),
    }),
    examples: [
      {
        uuid: UUID,
        type: 'full',
        status: 'completed',
        name: 'backup-2026-11-23',
        size_bytes: 1_048_576,
        error: null,
        started_at: AT,
        completed_at: AT,
      },
    ],
    docs: { en: 'A backup made progress', es: 'Una copia de seguridad avanzó' },
    notes: ['No timestamp.'],
  }),
  defineEvent({
    ...broadcast('a game server is sampled, about every five minutes', true),
    name: 'ping.updated',
    channels: [{ pattern: 'private-game-server.{serviceUuid}', from: 'service.uuid', of: 'producer' }],
    receivers: ['owner'],
    payload: object({
      ping_ms: optional(z.int()),
      is_online: z.boolean(),
      players: optional(z.int()),
      player_sample: z.array(z.unknown()),
      sampled_at: Timestamp,
    }),
    examples: [{ ping_ms: 31, is_online: true, players: 4, player_sample: ['steve'], sampled_at: AT }],
    docs: { en: 'A game server was sampled', es: 'Se tomó una muestra de un servidor de juego' },
  }),
  defineEvent({
    ...broadcast('a Laravel notification is broadcast'),
    name: 'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated',
    channels: [
      { pattern: 'private-user.{id}', from: 'notifiable.uuid', of: 'producer' },
      toAdmins('notifications'),
      { pattern: 'private-App.Models.User.{id}', from: 'notifiable.id', of: 'producer' },
    ],
    receivers: ['recipient', 'admin'],
    payload: object({
      id: optional(z.string()),
      title: optional(z.string()),
      message: optional(z.string()),
      type: z.string().meta({ description: "The application's type, or the notification's class" }),
      data: optional(OpenMap),
      timestamp: optional(Timestamp),
    }),
    examples: [
      {
        id: UUID,
        title: 'Servicio activo',
        message: 'Su servicio está activo',
        type: 'service_status',
        data: { service_id: UUID },
        timestamp: AT,
      },
    ],
    docs: {
      en: 'A Laravel notification; Echo hears it with .notification()',
      es: 'Una notificación de Laravel; Echo la recibe con .notification()',
    },
  }),
  defineEvent({
    ...broadcast('nothing is known to send it'),
    name: 'notification.received',
    status: 'draft',
    channels: [
      { pattern: 'private-user.{id}', from: 'user.uuid', of: 'producer' },
      toAdmins('notifications'),
    ],
    receivers: ['recipient', 'admin'],
    payload: object({
      title: optional(z.string()),
      message: optional(z.string()),
      text: optional(z.string()),
      type: optional(z.string()),
    }),
    examples: [{ title: 'Aviso', message: 'Nuevo aviso', type: 'info' }],
    docs: { en: 'A notification of any kind', es: 'Una notificación de cualquier tipo' },
  }),
  draft('service.attention.required', [toAdmins('services')], ['admin'], {
    en: 'A service needs attention',
    es: 'Un servicio requiere atención',
  }),
  draft('user.activity', [toAdmins('users')], ['admin'], {
    en: 'A user did something that administrators follow',
    es: 'Un usuario hizo algo que los administradores siguen',
  }),
  draft('service.metrics.updated', [toAdmins('services')], ['admin'], {
    en: "A service's metrics changed",
    es: 'Cambiaron las métricas de un servicio',
  }),
  draft(
    'system.alert',
    [{ pattern: 'private-system.notifications' }, toAdmins('super')],
    ['super-admin', 'everyone'],
    {
      en: 'An alert of the platform',
      es: 'Una alerta de la plataforma',
    },
  ),
];
