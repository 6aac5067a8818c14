/** Made from the catalogue of events by `npm run generate`. Changes here are lost. */

/** An amount: a number, or the text of one such as "5000.00". */
export type Money = number | string;

/** 7 and "7" are the same id: compare as text. */
export type Id = number | string;

/** ISO 8601 date and time with Z or an offset. */
export type Timestamp = string;

/** ISO 8601 date, alone or with the time. */
export type DateOrTime = string;

/** Free keys and values. An empty one may arrive as []: read keys, and do not ask whether it is an array. */
export type OpenMap = Readonly<Record<string, unknown>>;

/** Who did it. */
export interface Actor {
  readonly id: Id;
  readonly name: string;
  readonly role?: string | null;
}

/** A cobrador's cash box of one day. */
export interface CashBox {
  readonly id: Id;
  readonly date: DateOrTime;
  readonly status: string;
  readonly initial_amount?: Money | null;
  readonly collected_amount?: Money | null;
  readonly lent_amount?: Money | null;
  readonly final_amount?: Money | null;
  readonly requires_reconciliation?: boolean | null;
  readonly auto_closed_at?: Timestamp | null;
  readonly closure_notes?: string | null;
}

/** A message of a chat room. */
export interface ChatMessage {
  readonly id: Id;
  readonly message: string;
  readonly type: string;
  readonly attachment_url?: string | null;
  readonly is_from_admin: boolean;
  readonly user?: ChatUser | null;
  readonly created_at: Timestamp;
}

/** Who wrote it. */
export interface ChatUser {
  readonly id: Id;
  readonly name: string;
  readonly avatar?: string | null;
}

/** A person and how to reach him. */
export interface Contact {
  readonly id: Id;
  readonly name: string;
  readonly email?: string | null;
  readonly phone?: string | null;
}

/** A credit as the HTTP gateway takes it. */
export interface CreditHttp {
  readonly id: Id;
  readonly amount: Money;
  readonly total_amount?: Money | null;
  readonly balance?: Money | null;
  readonly frequency?: 'daily' | 'weekly' | 'biweekly' | 'monthly' | (string & {}) | null;
  readonly status?: 'pending_approval' | 'waiting_delivery' | 'active' | 'completed' | 'defaulted' | 'cancelled' | 'rejected' | (string & {}) | null;
  readonly start_date?: DateOrTime | null;
  readonly end_date?: DateOrTime | null;
  readonly entrega_inmediata?: boolean | null;
  readonly scheduled_delivery_date?: DateOrTime | null;
  readonly client_name?: string | null;
  readonly client_id?: Id | null;
}

/** Where the delivery of a credit stands. */
export interface DeliveryStatus {
  readonly status: string;
  readonly is_pending_approval: boolean;
  readonly is_waiting_delivery: boolean;
  readonly is_active: boolean;
  readonly is_ready_for_delivery: boolean;
  readonly is_overdue_for_delivery: boolean;
  readonly days_until_delivery?: number | null;
  readonly days_overdue_for_delivery?: number | null;
  readonly scheduled_delivery_date?: DateOrTime | null;
  readonly approved_by?: unknown;
  readonly approved_at?: Timestamp | null;
  readonly delivered_by?: unknown;
  readonly delivered_at?: Timestamp | null;
  readonly delivery_notes?: string | null;
  readonly rejection_reason?: string | null;
}

/** A credit that is overdue or about to end. */
export interface OverdueCredit {
  readonly id: Id;
  readonly amount: Money;
  readonly balance?: Money | null;
  readonly end_date?: DateOrTime | null;
  readonly status: 'pending_approval' | 'waiting_delivery' | 'active' | 'completed' | 'defaulted' | 'cancelled' | 'rejected' | (string & {});
  readonly client?: Contact | null;
}

/** A payment as the HTTP gateway takes it. */
export interface PaymentHttp {
  readonly id: Id;
  readonly amount: Money;
  readonly credit_id?: Id | null;
  readonly status?: string | null;
  readonly payment_date?: DateOrTime | null;
}

/** A cash box that was left open. */
export interface PendingCashBox {
  readonly id: Id;
  readonly date: DateOrTime;
  readonly initial_amount?: Money | null;
  readonly collected_amount?: Money | null;
  readonly lent_amount?: Money | null;
  readonly final_amount?: Money | null;
}

/** Who it is about. */
export interface Person {
  readonly id: Id;
  readonly name: string;
  readonly email?: string | null;
}

/** A payment as it was registered. */
export interface RegisteredPayment {
  readonly id: Id;
  readonly amount: Money;
  readonly payment_date?: DateOrTime | null;
  readonly payment_method?: string | null;
  readonly credit_id?: Id | null;
  readonly received_by?: Id | null;
}

/** Who sent it, as he said himself. */
export interface Sender {
  readonly id?: Id | null;
  readonly name?: string | null;
  readonly type?: string | null;
}

/** A credit on the waiting list. */
export interface WaitingListCredit {
  readonly id: Id;
  readonly client_id: Id;
  readonly amount: Money;
  readonly total_amount?: Money | null;
  readonly interest_rate?: Money | null;
  readonly status: 'pending_approval' | 'waiting_delivery' | 'active' | 'completed' | 'defaulted' | 'cancelled' | 'rejected' | (string & {});
  readonly scheduled_delivery_date?: DateOrTime | null;
  readonly created_at?: Timestamp | null;
  readonly client?: Contact | null;
  readonly created_by?: Person | null;
}

/** A credit on the waiting list changed its state. */
export interface CreditWaitingListUpdate {
  readonly action: 'created' | 'approved' | 'rejected' | 'delivered' | 'rescheduled' | 'completed' | 'terminated';
  readonly credit: WaitingListCredit;
  readonly user: Actor;
  readonly timestamp: Timestamp;
}

/** A credit on the waiting list changed its state. */
export interface FlatCreditWaitingListUpdate {
  readonly action: 'created' | 'approved' | 'rejected' | 'delivered' | 'rescheduled' | 'completed' | 'terminated';
  readonly credit_id: Id;
  readonly client_id: Id;
  readonly client_name: string;
  readonly amount: Money;
  readonly total_amount?: Money | null;
  readonly status: 'pending_approval' | 'waiting_delivery' | 'active' | 'completed' | 'defaulted' | 'cancelled' | 'rejected' | (string & {});
  readonly scheduled_delivery_date?: DateOrTime | null;
  readonly delivery_status: DeliveryStatus;
  readonly user: Actor;
  readonly timestamp: Timestamp;
}

/** A payment was registered. */
export interface PaymentReceived {
  readonly payment: RegisteredPayment;
  readonly client?: Contact | null;
  readonly cobrador?: Contact | null;
  readonly manager?: Person | null;
  readonly timestamp: Timestamp;
}

/** A payment was registered. */
export interface PaymentReceivedNotice {
  readonly type: 'payment_received';
  readonly title?: string | null;
  readonly payment: PaymentHttp;
  readonly client?: Person | null;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** A credit is overdue or about to end. */
export interface CreditRequiresAttention {
  readonly credit: OverdueCredit;
  readonly cobrador?: Person | null;
  readonly manager?: Person | null;
  readonly reason: string;
  readonly timestamp: Timestamp;
}

/** A credit is overdue or about to end. */
export interface CreditAttentionNotice {
  readonly type: 'credit_attention';
  readonly title?: string | null;
  readonly credit: CreditHttp;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** Statistics were calculated anew. */
export interface StatsUpdated {
  readonly type: 'global' | 'cobrador' | 'manager';
  readonly stats: OpenMap;
  readonly user_id?: Id | null;
  readonly updated_at?: Timestamp | null;
  readonly timestamp?: Timestamp | null;
}

/** A notification to try the connection with. */
export interface TestNotification {
  readonly notification_id: Id;
  readonly title: string;
  readonly message: string;
  readonly type: string;
  readonly data?: OpenMap | null;
  readonly user_id: Id;
  readonly timestamp: Timestamp;
}

/** A notification of any kind. */
export interface Notification {
  readonly title?: string | null;
  readonly message?: string | null;
  readonly body?: string | null;
  readonly type?: string | null;
  readonly data?: OpenMap | null;
}

/** A client was assigned to a cobrador. */
export interface ClientAssigned {
  readonly client: Person;
  readonly cobrador: Person;
  readonly assigned_by?: Person | null;
  readonly timestamp: Timestamp;
}

/** A cobrador made a credit that waits for approval. */
export interface CreditWaitingApproval {
  readonly type: 'credit_created';
  readonly title?: string | null;
  readonly credit: CreditHttp;
  readonly cobrador?: Person | null;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** A manager approved a credit. */
export interface CreditApproved {
  readonly type: 'credit_approved';
  readonly title?: string | null;
  readonly credit: CreditHttp;
  readonly manager?: Person | null;
  readonly entrega_inmediata?: boolean | null;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** A manager rejected a credit. */
export interface CreditRejected {
  readonly type: 'credit_rejected';
  readonly title?: string | null;
  readonly credit: CreditHttp;
  readonly manager?: Person | null;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** A credit was delivered to its client. */
export interface CreditDelivered {
  readonly type: 'credit_delivered';
  readonly title?: string | null;
  readonly credit: CreditHttp;
  readonly cobrador?: Person | null;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** A credit is paid in full. */
export interface CreditCompleted {
  readonly type: 'credit_completed';
  readonly title?: string | null;
  readonly credit: CreditHttp;
  readonly cobrador?: Person | null;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** A credit ended before its time. */
export interface CreditTerminated {
  readonly type: 'credit_terminated';
  readonly title?: string | null;
  readonly credit: CreditHttp;
  readonly cobrador?: Person | null;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** A manager's cobrador received a payment. */
export interface CobradorPaymentReceived {
  readonly type: 'cobrador_payment_received';
  readonly title?: string | null;
  readonly payment: PaymentHttp;
  readonly cobrador?: Person | null;
  readonly client?: Person | null;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** A cash box was closed by the system. */
export interface CashBalanceAutoClosed {
  readonly type: 'cash_balance_auto_closed';
  readonly title?: string | null;
  readonly cash_balance: CashBox;
  readonly closure_type: 'automatic';
  readonly cobrador?: Person | null;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** A cash box was opened by the system. */
export interface CashBalanceAutoCreated {
  readonly type: 'cash_balance_auto_created';
  readonly title?: string | null;
  readonly cash_balance: CashBox;
  readonly reason: string;
  readonly requires_reconciliation: boolean;
  readonly cobrador?: Person | null;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** A cash box has to be reconciled. */
export interface CashBalanceRequiresReconciliation {
  readonly type: 'cash_balance_requires_reconciliation';
  readonly title?: string | null;
  readonly cash_balance: CashBox;
  readonly reason: string;
  readonly priority: 'high';
  readonly cobrador?: Person | null;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** A cobrador left cash boxes open. */
export interface CashBalanceReminder {
  readonly title: string;
  readonly message: string;
  readonly pending_count: number;
  /** dd/mm/yyyy */
  readonly pending_dates: readonly string[];
  readonly pending_boxes: readonly PendingCashBox[];
}

/** A cobrador's route changed. */
export interface RouteUpdated {
  readonly id?: Id | null;
  readonly routeId?: Id | null;
  readonly cobradorId?: Id | null;
  readonly status?: string | null;
  readonly routeUpdate?: OpenMap | null;
  readonly timestamp?: Timestamp | null;
}

/** Somebody wrote a message. */
export interface MessageReceived {
  readonly senderId: Id;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** Where a cobrador is, told by the back end. */
export interface CobradorLocationUpdate {
  readonly cobradorId: Id;
  readonly cobradorName?: string | null;
  readonly latitude: number;
  readonly longitude: number;
  readonly timestamp: Timestamp;
}

/** Where a cobrador is, told by his own device. */
export interface ClientLocationUpdated {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracy?: number | null;
  readonly address?: string | null;
  readonly timestamp: Timestamp;
}

/** The server is about to stop. */
export interface ServerShutdown {
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** Clients listen to it as a notification. */
export interface NewNotification {
  readonly title?: string | null;
  readonly message?: string | null;
  readonly type?: string | null;
}

/** Clients listen to it as a notification. */
export interface Notify {
  readonly title?: string | null;
  readonly message?: string | null;
  readonly type?: string | null;
}

/** Clients listen to it as a notification to all. */
export interface BroadcastNotification {
  readonly title?: string | null;
  readonly message?: string | null;
  readonly type?: string | null;
}

/** Clients listen to it while being debugged. */
export interface DebugEvent {
  readonly title?: string | null;
  readonly message?: string | null;
  readonly type?: string | null;
}

/** A service's status changed. */
export interface ServiceStatusChanged {
  readonly service_id: Id;
  readonly service_name: string;
  readonly old_status: 'active' | 'suspended' | 'terminated' | 'pending' | 'failed' | (string & {});
  readonly new_status: 'active' | 'suspended' | 'terminated' | 'pending' | 'failed' | (string & {});
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** A service was bought. */
export interface ServicePurchased {
  readonly service_id: Id;
  readonly service_name: string;
  readonly purchase_amount: Money;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** A service is ready to be used. */
export interface ServiceReady {
  readonly service_id: Id;
  readonly service_name: string;
  readonly access_details: OpenMap;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** Maintenance of a service is planned. */
export interface ServiceMaintenanceScheduled {
  readonly service_id: Id;
  readonly service_name: string;
  /** Free text */
  readonly maintenance_start: string;
  /** Free text */
  readonly maintenance_end: string;
  readonly description: string;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** Maintenance of a service is done. */
export interface ServiceMaintenanceCompleted {
  readonly service_id: Id;
  readonly service_name: string;
  readonly maintenance_notes: string;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** An invoice was issued. */
export interface InvoiceGenerated {
  readonly invoice_id: Id;
  readonly invoice_number: string;
  readonly amount: Money;
  readonly currency: string;
  readonly due_date?: DateOrTime | null;
  readonly status: string;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** An invoice's status changed. */
export interface InvoiceStatusChanged {
  readonly invoice_id: Id;
  readonly invoice_number: string;
  readonly old_status: string;
  readonly new_status: 'paid' | 'overdue' | 'cancelled' | 'refunded' | (string & {});
  readonly amount: Money;
  readonly currency: string;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** A payment was processed. */
export interface PaymentProcessed {
  readonly transaction_id: Id;
  readonly amount: Money;
  readonly currency: string;
  readonly status: 'completed' | 'failed' | (string & {});
  readonly description?: string | null;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** A payment failed. */
export interface PaymentFailed {
  readonly transaction_id: Id;
  readonly amount: Money;
  readonly currency: string;
  readonly reason: string;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** An automatic charge was made. */
export interface PaymentAutomaticProcessed {
  readonly transaction_id: Id;
  readonly invoice_id?: Id | null;
  readonly invoice_number?: string | null;
  readonly amount: Money;
  readonly currency: string;
  readonly status: string;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** Somebody replied to a ticket. */
export interface TicketReplied {
  readonly ticket_id: Id;
  readonly ticket_subject: string;
  readonly reply_id: Id;
  readonly reply_message: string;
  readonly reply_by: string;
  readonly is_from_staff: boolean;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** A client read the replies to his ticket. */
export interface TicketRead {
  readonly ticket_id: Id;
  readonly ticket_uuid: string;
}

/** A reply was delivered or read. */
export interface TicketReplyReceipt {
  readonly reply_id: Id;
  readonly reply_uuid: string;
  readonly ticket_uuid: string;
  readonly status: 'delivered' | 'read';
  readonly delivered_at?: Timestamp | null;
  readonly read_at?: Timestamp | null;
  readonly by_user_id?: Id | null;
  readonly timestamp: Timestamp;
}

/** A message was written in a chat room. */
export interface MessageSent {
  readonly chat_room_id: Id;
  readonly message: ChatMessage;
  readonly timestamp: Timestamp;
}

/** A backup made progress. */
export interface BackupStatusChanged {
  readonly uuid: string;
  readonly type: string;
  readonly status: string;
  readonly name: string;
  readonly size_bytes?: number | null;
  readonly error?: string | null;
  readonly started_at?: Timestamp | null;
  readonly completed_at?: Timestamp | null;
}

/** A game server was sampled. */
export interface PingUpdated {
  readonly ping_ms?: number | null;
  readonly is_online: boolean;
  readonly players?: number | null;
  readonly player_sample: readonly unknown[];
  readonly sampled_at: Timestamp;
}

/** A Laravel notification; Echo hears it with .notification(). */
export interface BroadcastNotificationCreated {
  readonly id?: string | null;
  readonly title?: string | null;
  readonly message?: string | null;
  /** The application's type, or the notification's class */
  readonly type: string;
  readonly data?: OpenMap | null;
  readonly timestamp?: Timestamp | null;
}

/** A notification of any kind. */
export interface NotificationReceived {
  readonly title?: string | null;
  readonly message?: string | null;
  readonly text?: string | null;
  readonly type?: string | null;
}

/** A service needs attention. */
export interface ServiceAttentionRequired {
  readonly title: string;
  readonly message: string;
  readonly severity?: string | null;
  readonly data?: OpenMap | null;
  readonly timestamp: Timestamp;
}

/** A user did something that administrators follow. */
export interface UserActivity {
  readonly title: string;
  readonly message: string;
  readonly severity?: string | null;
  readonly data?: OpenMap | null;
  readonly timestamp: Timestamp;
}

/** A service's metrics changed. */
export interface ServiceMetricsUpdated {
  readonly title: string;
  readonly message: string;
  readonly severity?: string | null;
  readonly data?: OpenMap | null;
  readonly timestamp: Timestamp;
}

/** An alert of the platform. */
export interface SystemAlert {
  readonly title: string;
  readonly message: string;
  readonly severity?: string | null;
  readonly data?: OpenMap | null;
  readonly timestamp: Timestamp;
}

/** A payment was confirmed and credited. */
export interface PaymentConfirmed {
  readonly paymentId: string;
  readonly status: 'approved' | (string & {});
  readonly planType?: string | null;
  readonly creditsAdded?: number | null;
  readonly totalCredits?: number | null;
  readonly timestamp: Timestamp;
}

/** What each event carries, by its name without the dot that Echo wants in front. */
export interface EventPayloads {
  'credit.waiting.list.update': CreditWaitingListUpdate | FlatCreditWaitingListUpdate;
  'payment.received': PaymentReceived | PaymentReceivedNotice;
  'credit.requires.attention': CreditRequiresAttention | CreditAttentionNotice;
  'stats.updated': StatsUpdated;
  'test.notification': TestNotification;
  notification: Notification;
  'client.assigned': ClientAssigned;
  'credit.waiting.approval': CreditWaitingApproval;
  'credit.approved': CreditApproved;
  'credit.rejected': CreditRejected;
  'credit.delivered': CreditDelivered;
  'credit.completed': CreditCompleted;
  'credit.terminated': CreditTerminated;
  'cobrador.payment.received': CobradorPaymentReceived;
  'cash.balance.auto.closed': CashBalanceAutoClosed;
  'cash.balance.auto.created': CashBalanceAutoCreated;
  'cash.balance.requires.reconciliation': CashBalanceRequiresReconciliation;
  'cash.balance.reminder': CashBalanceReminder;
  'route.updated': RouteUpdated;
  'message.received': MessageReceived;
  'cobrador.location.update': CobradorLocationUpdate;
  'server.shutdown': ServerShutdown;
  new_notification: NewNotification;
  notify: Notify;
  broadcast_notification: BroadcastNotification;
  debug_event: DebugEvent;
  'service.status.changed': ServiceStatusChanged;
  'service.purchased': ServicePurchased;
  'service.ready': ServiceReady;
  'service.maintenance.scheduled': ServiceMaintenanceScheduled;
  'service.maintenance.completed': ServiceMaintenanceCompleted;
  'invoice.generated': InvoiceGenerated;
  'invoice.status.changed': InvoiceStatusChanged;
  'payment.processed': PaymentProcessed;
  'payment.failed': PaymentFailed;
  'payment.automatic.processed': PaymentAutomaticProcessed;
  'ticket.replied': TicketReplied;
  'ticket.read': TicketRead;
  'ticket.reply.receipt': TicketReplyReceipt;
  'message.sent': MessageSent;
  'backup.status.changed': BackupStatusChanged;
  'ping.updated': PingUpdated;
  'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated': BroadcastNotificationCreated;
  'notification.received': NotificationReceived;
  'service.attention.required': ServiceAttentionRequired;
  'user.activity': UserActivity;
  'service.metrics.updated': ServiceMetricsUpdated;
  'system.alert': SystemAlert;
  'payment.confirmed': PaymentConfirmed;
}

export type EventName = keyof EventPayloads;

/** What clients may send, by its name without `client-`. */
export interface ClientEventPayloads {
  'location.updated': ClientLocationUpdated;
  'ticket.reply.receipt': TicketReplyReceipt;
}

export type ClientEventName = keyof ClientEventPayloads;

/** A channel: how Echo subscribes to it, and what is heard and may be sent there. */
export interface ChannelRef<Heard extends EventName, Sent extends ClientEventName = never> {
  readonly kind: 'public' | 'private' | 'presence';
  /** As Echo takes it: without `private-` and `presence-`. */
  readonly name: string;
  /** For the compiler only; never there. */
  readonly events?: { readonly heard: Heard; readonly sent: Sent };
}

/** The channels, each with the events that are sent there. */
export const channels = {
  /** One user. Ids are compared as text: two UUIDs cast to integers may be equal. */
  user: (id: Id): ChannelRef<
    | 'credit.waiting.list.update'
    | 'payment.received'
    | 'credit.requires.attention'
    | 'test.notification'
    | 'notification'
    | 'client.assigned'
    | 'credit.waiting.approval'
    | 'credit.approved'
    | 'credit.rejected'
    | 'credit.delivered'
    | 'credit.completed'
    | 'credit.terminated'
    | 'cobrador.payment.received'
    | 'cash.balance.auto.closed'
    | 'cash.balance.auto.created'
    | 'cash.balance.requires.reconciliation'
    | 'cash.balance.reminder'
    | 'route.updated'
    | 'message.received'
    | 'new_notification'
    | 'notify'
    | 'broadcast_notification'
    | 'debug_event'
    | 'service.status.changed'
    | 'service.purchased'
    | 'service.ready'
    | 'service.maintenance.scheduled'
    | 'service.maintenance.completed'
    | 'invoice.generated'
    | 'invoice.status.changed'
    | 'payment.processed'
    | 'payment.failed'
    | 'payment.automatic.processed'
    | 'ticket.replied'
    | 'message.sent'
    | 'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated'
    | 'notification.received'
    | 'payment.confirmed'
  > => ({
    kind: 'private',
    name: `user.${id}`,
  }),
  /** One user, as Laravel's notifications name the channel by default. */
  appModelsUser: (id: Id): ChannelRef<
    | 'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated'
  > => ({
    kind: 'private',
    name: `App.Models.User.${id}`,
  }),
  /** Credits that need attention. */
  creditsAttention: (): ChannelRef<
    | 'credit.requires.attention'
  > => ({
    kind: 'private',
    name: 'credits-attention',
  }),
  /** Waiting list of credits. */
  waitingList: (): ChannelRef<
    | 'credit.waiting.list.update'
  > => ({
    kind: 'private',
    name: 'waiting-list',
  }),
  /** Everybody's payments, with names, e-mail addresses and phone numbers; cobradores only where the application opts in. */
  payments: (): ChannelRef<
    | 'payment.received'
  > => ({
    kind: 'private',
    name: 'payments',
  }),
  /** Notices to managers and administrators. */
  adminNotifications: (): ChannelRef<
    | 'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated'
    | 'notification.received'
  > => ({
    kind: 'private',
    name: 'admin.notifications',
  }),
  /** Statistics of the whole. */
  statsGlobal: (): ChannelRef<
    | 'stats.updated'
  > => ({
    kind: 'private',
    name: 'stats.global',
  }),
  /** Statistics of one cobrador. */
  statsCobrador: (id: Id): ChannelRef<
    | 'stats.updated'
  > => ({
    kind: 'private',
    name: `stats.cobrador.${id}`,
  }),
  /** Statistics of one manager. */
  statsManager: (id: Id): ChannelRef<
    | 'stats.updated'
  > => ({
    kind: 'private',
    name: `stats.manager.${id}`,
  }),
  /** Everybody with a role; administrators may join all. */
  role: (role: 'cobrador' | 'manager' | 'admin' | 'client'): ChannelRef<
    | 'notification'
  > => ({
    kind: 'private',
    name: `role.${role}`,
  }),
  /** Where a cobrador is; he alone sends client events here. */
  presenceTracking: (cobradorId: Id): ChannelRef<
    | 'cobrador.location.update',
    | 'location.updated'
  > => ({
    kind: 'presence',
    name: `tracking.${cobradorId}`,
  }),
  /** One user, with the last event kept for a late connect. */
  cacheUser: (id: Id): ChannelRef<
    | 'payment.confirmed'
  > => ({
    kind: 'private',
    name: `cache-user.${id}`,
  }),
  /** Services, to administrators. */
  adminServices: (): ChannelRef<
    | 'service.status.changed'
    | 'service.purchased'
    | 'service.ready'
    | 'service.attention.required'
    | 'service.metrics.updated'
  > => ({
    kind: 'private',
    name: 'admin.services',
  }),
  /** Payments, to administrators. */
  adminPayments: (): ChannelRef<
    | 'payment.processed'
    | 'payment.failed'
    | 'payment.automatic.processed'
  > => ({
    kind: 'private',
    name: 'admin.payments',
  }),
  /** Invoices, to administrators. */
  adminInvoices: (): ChannelRef<
    | 'invoice.generated'
    | 'invoice.status.changed'
  > => ({
    kind: 'private',
    name: 'admin.invoices',
  }),
  /** Maintenance, to administrators. */
  adminMaintenance: (): ChannelRef<
    | 'service.maintenance.scheduled'
    | 'service.maintenance.completed'
  > => ({
    kind: 'private',
    name: 'admin.maintenance',
  }),
  /** User activity, to administrators. */
  adminUsers: (): ChannelRef<
    | 'user.activity'
  > => ({
    kind: 'private',
    name: 'admin.users',
  }),
  /** Backups, to administrators. */
  adminBackups: (): ChannelRef<
    | 'backup.status.changed'
  > => ({
    kind: 'private',
    name: 'admin.backups',
  }),
  /** Support tickets, to staff. */
  adminTickets: (): ChannelRef<
    | 'ticket.replied'
    | 'ticket.read'
  > => ({
    kind: 'private',
    name: 'admin.tickets',
  }),
  /** Alerts, to super administrators. */
  adminSuper: (): ChannelRef<
    | 'system.alert'
  > => ({
    kind: 'private',
    name: 'admin.super',
  }),
  /** Messages of a chat room. */
  chat: (uuid: Id): ChannelRef<
    | 'message.sent'
  > => ({
    kind: 'private',
    name: `chat.${uuid}`,
  }),
  /** One ticket. */
  ticket: (uuid: Id): ChannelRef<
    | 'ticket.replied'
  > => ({
    kind: 'private',
    name: `ticket.${uuid}`,
  }),
  /** Both sides of a ticket: members {id, user_id, name, email, role, avatar_url, is_staff}; needs client events. */
  presenceTicket: (uuid: Id): ChannelRef<
    | 'ticket.reply.receipt',
    | 'ticket.reply.receipt'
  > => ({
    kind: 'presence',
    name: `ticket.${uuid}`,
  }),
  /** Everybody who is logged in. */
  systemNotifications: (): ChannelRef<
    | 'notification'
    | 'server.shutdown'
    | 'system.alert'
  > => ({
    kind: 'private',
    name: 'system.notifications',
  }),
  /** Samples of one game server. */
  gameServer: (serviceUuid: Id): ChannelRef<
    | 'ping.updated'
  > => ({
    kind: 'private',
    name: `game-server.${serviceUuid}`,
  }),
};

/** What the helpers use of an Echo channel; those of laravel-echo fit. */
export interface EchoChannel {
  listen(event: string, callback: (data: unknown) => void): unknown;
  stopListening(event: string, callback?: (data: unknown) => void): unknown;
  subscribed(callback: () => void): unknown;
  error(callback: (reason: unknown) => void): unknown;
}

/** A private or presence channel of Echo. */
export interface EchoGuardedChannel extends EchoChannel {
  whisper(event: string, data: unknown): unknown;
}

/** What the helpers use of Echo. */
export interface EchoLike {
  channel(name: string): EchoChannel;
  private(name: string): EchoChannel;
  join(name: string): EchoChannel;
}

/** A subscription that knows its events. */
export interface TypedChannel<Heard extends EventName, Sent extends ClientEventName> {
  /** Calls back with each event of that name; the dot in front is put there. */
  listen<Name extends Heard>(name: Name, callback: (payload: EventPayloads[Name]) => void): this;
  /** Ends what {@link listen} began; without a callback, all of that name. */
  stopListening<Name extends Heard>(name: Name, callback?: (payload: EventPayloads[Name]) => void): this;
  /** Sends a client event to the other subscribers. */
  whisper<Name extends Sent>(name: Name, payload: ClientEventPayloads[Name]): this;
  listenForWhisper<Name extends Sent>(name: Name, callback: (payload: ClientEventPayloads[Name]) => void): this;
  /** Calls back when the subscription is made. */
  subscribed(callback: () => void): this;
  /** Calls back when the subscription is refused. */
  error(callback: (reason: unknown) => void): this;
  /** Echo's own. */
  readonly channel: EchoChannel;
}

/** Subscribes through Echo. Asked again for the same channel, Echo gives the subscription that is there. */
export function subscribe<Heard extends EventName, Sent extends ClientEventName>(
  echo: EchoLike,
  { kind, name }: ChannelRef<Heard, Sent>,
): TypedChannel<Heard, Sent> {
  const channel = kind === 'public' ? echo.channel(name) : kind === 'private' ? echo.private(name) : echo.join(name);
  // A payload is what the catalogue says it is; this is the one place where that is taken for granted.
  const untyped = (callback: unknown) => callback as (data: unknown) => void;
  const typed: TypedChannel<Heard, Sent> = {
    channel,
    listen(event, callback) {
      channel.listen(`.${event}`, untyped(callback));
      return typed;
    },
    stopListening(event, callback) {
      channel.stopListening(`.${event}`, callback === undefined ? undefined : untyped(callback));
      return typed;
    },
    whisper(event, payload) {
      if (!('whisper' in channel)) throw new Error(`${name} is a public channel: nothing can be sent there`);
      (channel as EchoGuardedChannel).whisper(event, payload);
      return typed;
    },
    listenForWhisper(event, callback) {
      channel.listen(`.client-${event}`, untyped(callback));
      return typed;
    },
    subscribed(callback) {
      channel.subscribed(callback);
      return typed;
    },
    error(callback) {
      channel.error(callback);
      return typed;
    },
  };
  return typed;
}
