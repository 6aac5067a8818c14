// Made from the catalogue of events by `npm run generate`. Changes here are lost.

/// Business events over the Pusher Channels protocol.
library;

import 'dart:convert';

/// An event of the catalogue. Switch over it: every class of an event is a subclass.
sealed class BusinessEvent {
  const BusinessEvent();

  /// Its name on the wire.
  String get eventName;

  Map<String, Object?> toJson();

  /// Reads what a channel delivered: the payload as JSON text, or already as a map.
  ///
  /// Never throws: a name that is not in the catalogue gives [UnknownEvent], and a payload that does not fit
  /// [MalformedEvent], so that nothing is lost unseen.
  static BusinessEvent decode(String name, Object? data) {
    final Object? value;
    try {
      value = data is String ? jsonDecode(data) : data;
    } on FormatException catch (error) {
      return MalformedEvent(name, data, error.message);
    }
    final read = _readers[name];
    if (read == null) return UnknownEvent(name, value);
    if (value is! Map) return MalformedEvent(name, value, 'the payload is no object');
    try {
      return read(value.cast<String, Object?>());
    } on FormatException catch (error) {
      return MalformedEvent(name, value, error.message);
    }
  }
}

/// An event that is not in the catalogue.
final class UnknownEvent extends BusinessEvent {
  const UnknownEvent(this.eventName, this.data);

  @override
  final String eventName;
  final Object? data;

  @override
  Map<String, Object?> toJson() => data is Map ? (data! as Map).cast<String, Object?>() : {};
}

/// An event whose payload is not as the catalogue has it.
final class MalformedEvent extends BusinessEvent {
  const MalformedEvent(this.eventName, this.data, this.problem);

  @override
  final String eventName;
  final Object? data;
  final String problem;

  @override
  Map<String, Object?> toJson() => data is Map ? (data! as Map).cast<String, Object?>() : {};
}

const _readers = <String, BusinessEvent Function(Map<String, Object?>)>{
  'credit.waiting.list.update': CreditWaitingListUpdateEvent.fromJson,
  'payment.received': PaymentReceivedEvent.fromJson,
  'credit.requires.attention': CreditRequiresAttentionEvent.fromJson,
  'stats.updated': StatsUpdated.fromJson,
  'test.notification': TestNotification.fromJson,
  'notification': Notification.fromJson,
  'client.assigned': ClientAssigned.fromJson,
  'credit.waiting.approval': CreditWaitingApproval.fromJson,
  'credit.approved': CreditApproved.fromJson,
  'credit.rejected': CreditRejected.fromJson,
  'credit.delivered': CreditDelivered.fromJson,
  'credit.completed': CreditCompleted.fromJson,
  'credit.terminated': CreditTerminated.fromJson,
  'cobrador.payment.received': CobradorPaymentReceived.fromJson,
  'cash.balance.auto.closed': CashBalanceAutoClosed.fromJson,
  'cash.balance.auto.created': CashBalanceAutoCreated.fromJson,
  'cash.balance.requires.reconciliation': CashBalanceRequiresReconciliation.fromJson,
  'cash.balance.reminder': CashBalanceReminder.fromJson,
  'route.updated': RouteUpdated.fromJson,
  'message.received': MessageReceived.fromJson,
  'cobrador.location.update': CobradorLocationUpdate.fromJson,
  'client-location.updated': ClientLocationUpdated.fromJson,
  'server.shutdown': ServerShutdown.fromJson,
  'new_notification': NewNotification.fromJson,
  'notify': Notify.fromJson,
  'broadcast_notification': BroadcastNotification.fromJson,
  'debug_event': DebugEvent.fromJson,
  'service.status.changed': ServiceStatusChanged.fromJson,
  'service.purchased': ServicePurchased.fromJson,
  'service.ready': ServiceReady.fromJson,
  'service.maintenance.scheduled': ServiceMaintenanceScheduled.fromJson,
  'service.maintenance.completed': ServiceMaintenanceCompleted.fromJson,
  'invoice.generated': InvoiceGenerated.fromJson,
  'invoice.status.changed': InvoiceStatusChanged.fromJson,
  'payment.processed': PaymentProcessed.fromJson,
  'payment.failed': PaymentFailed.fromJson,
  'payment.automatic.processed': PaymentAutomaticProcessed.fromJson,
  'ticket.replied': TicketReplied.fromJson,
  'ticket.read': TicketRead.fromJson,
  'ticket.reply.receipt': TicketReplyReceipt.fromJson,
  'message.sent': MessageSent.fromJson,
  'backup.status.changed': BackupStatusChanged.fromJson,
  'ping.updated': PingUpdated.fromJson,
  'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated': BroadcastNotificationCreated.fromJson,
  'notification.received': NotificationReceived.fromJson,
  'service.attention.required': ServiceAttentionRequired.fromJson,
  'user.activity': UserActivity.fromJson,
  'service.metrics.updated': ServiceMetricsUpdated.fromJson,
  'system.alert': SystemAlert.fromJson,
  'payment.confirmed': PaymentConfirmed.fromJson,
};

/// An amount, exactly as it was sent: a number, or the text of one such as 5000.00.
final class Money {
  const Money(this.text);

  factory Money.fromJson(Object json) {
    if (json is num) return Money(json.toString());
    if (json is String && double.tryParse(json) != null) return Money(json);
    throw const FormatException('is no amount');
  }

  final String text;

  double toDouble() => double.parse(text);

  String toJson() => text;

  @override
  bool operator ==(Object other) => other is Money && other.text == text;

  @override
  int get hashCode => text.hashCode;

  @override
  String toString() => text;
}

/// A date that may have a time, as it was sent.
final class DateOrTime {
  const DateOrTime(this.text);

  factory DateOrTime.fromJson(Object json) {
    if (json is String && DateTime.tryParse(json) != null) return DateOrTime(json);
    throw const FormatException('is no date');
  }

  final String text;

  /// In UTC; a date alone is its midnight there, so that no time zone moves it.
  DateTime get value {
    final parsed = DateTime.parse(text);
    return parsed.isUtc ? parsed : DateTime.utc(parsed.year, parsed.month, parsed.day);
  }

  String toJson() => text;

  @override
  bool operator ==(Object other) => other is DateOrTime && other.text == text;

  @override
  int get hashCode => text.hashCode;

  @override
  String toString() => text;
}

/// Who did it.
final class Actor {
  const Actor({
    required this.id,
    required this.name,
    this.role,
  });

  factory Actor.fromJson(Map<String, Object?> json) => Actor(
    id: _required(json, 'id', _id),
    name: _required(json, 'name', _text),
    role: _optional(json, 'role', _text),
  );

  final String id;
  final String name;
  final String? role;

  Map<String, Object?> toJson() => {
    'id': id,
    'name': name,
    if (role case final value?) 'role': value,
  };
}

/// A cobrador's cash box of one day.
final class CashBox {
  const CashBox({
    required this.id,
    required this.date,
    required this.status,
    this.initialAmount,
    this.collectedAmount,
    this.lentAmount,
    this.finalAmount,
    this.requiresReconciliation,
    this.autoClosedAt,
    this.closureNotes,
  });

  factory CashBox.fromJson(Map<String, Object?> json) => CashBox(
    id: _required(json, 'id', _id),
    date: _required(json, 'date', DateOrTime.fromJson),
    status: _required(json, 'status', _text),
    initialAmount: _optional(json, 'initial_amount', Money.fromJson),
    collectedAmount: _optional(json, 'collected_amount', Money.fromJson),
    lentAmount: _optional(json, 'lent_amount', Money.fromJson),
    finalAmount: _optional(json, 'final_amount', Money.fromJson),
    requiresReconciliation: _optional(json, 'requires_reconciliation', _boolean),
    autoClosedAt: _optional(json, 'auto_closed_at', _time),
    closureNotes: _optional(json, 'closure_notes', _text),
  );

  final String id;
  final DateOrTime date;
  final String status;
  final Money? initialAmount;
  final Money? collectedAmount;
  final Money? lentAmount;
  final Money? finalAmount;
  final bool? requiresReconciliation;
  final DateTime? autoClosedAt;
  final String? closureNotes;

  Map<String, Object?> toJson() => {
    'id': id,
    'date': date.toJson(),
    'status': status,
    if (initialAmount case final value?) 'initial_amount': value.toJson(),
    if (collectedAmount case final value?) 'collected_amount': value.toJson(),
    if (lentAmount case final value?) 'lent_amount': value.toJson(),
    if (finalAmount case final value?) 'final_amount': value.toJson(),
    if (requiresReconciliation case final value?) 'requires_reconciliation': value,
    if (autoClosedAt case final value?) 'auto_closed_at': value.toUtc().toIso8601String(),
    if (closureNotes case final value?) 'closure_notes': value,
  };
}

/// A message of a chat room.
final class ChatMessage {
  const ChatMessage({
    required this.id,
    required this.message,
    required this.type,
    this.attachmentUrl,
    required this.isFromAdmin,
    this.user,
    required this.createdAt,
  });

  factory ChatMessage.fromJson(Map<String, Object?> json) => ChatMessage(
    id: _required(json, 'id', _id),
    message: _required(json, 'message', _text),
    type: _required(json, 'type', _text),
    attachmentUrl: _optional(json, 'attachment_url', _text),
    isFromAdmin: _required(json, 'is_from_admin', _boolean),
    user: _optional(json, 'user', (value) => ChatUser.fromJson(_map(value))),
    createdAt: _required(json, 'created_at', _time),
  );

  final String id;
  final String message;
  final String type;
  final String? attachmentUrl;
  final bool isFromAdmin;
  final ChatUser? user;
  final DateTime createdAt;

  Map<String, Object?> toJson() => {
    'id': id,
    'message': message,
    'type': type,
    if (attachmentUrl case final value?) 'attachment_url': value,
    'is_from_admin': isFromAdmin,
    if (user case final value?) 'user': value.toJson(),
    'created_at': createdAt.toUtc().toIso8601String(),
  };
}

/// Who wrote it.
final class ChatUser {
  const ChatUser({
    required this.id,
    required this.name,
    this.avatar,
  });

  factory ChatUser.fromJson(Map<String, Object?> json) => ChatUser(
    id: _required(json, 'id', _id),
    name: _required(json, 'name', _text),
    avatar: _optional(json, 'avatar', _text),
  );

  final String id;
  final String name;
  final String? avatar;

  Map<String, Object?> toJson() => {
    'id': id,
    'name': name,
    if (avatar case final value?) 'avatar': value,
  };
}

/// A person and how to reach him.
final class Contact {
  const Contact({
    required this.id,
    required this.name,
    this.email,
    this.phone,
  });

  factory Contact.fromJson(Map<String, Object?> json) => Contact(
    id: _required(json, 'id', _id),
    name: _required(json, 'name', _text),
    email: _optional(json, 'email', _text),
    phone: _optional(json, 'phone', _text),
  );

  final String id;
  final String name;
  final String? email;
  final String? phone;

  Map<String, Object?> toJson() => {
    'id': id,
    'name': name,
    if (email case final value?) 'email': value,
    if (phone case final value?) 'phone': value,
  };
}

/// A credit as the HTTP gateway takes it.
final class CreditHttp {
  const CreditHttp({
    required this.id,
    required this.amount,
    this.totalAmount,
    this.balance,
    this.frequency,
    this.status,
    this.startDate,
    this.endDate,
    this.entregaInmediata,
    this.scheduledDeliveryDate,
    this.clientName,
    this.clientId,
  });

  factory CreditHttp.fromJson(Map<String, Object?> json) => CreditHttp(
    id: _required(json, 'id', _id),
    amount: _required(json, 'amount', Money.fromJson),
    totalAmount: _optional(json, 'total_amount', Money.fromJson),
    balance: _optional(json, 'balance', Money.fromJson),
    frequency: _optional(json, 'frequency', _text),
    status: _optional(json, 'status', _text),
    startDate: _optional(json, 'start_date', DateOrTime.fromJson),
    endDate: _optional(json, 'end_date', DateOrTime.fromJson),
    entregaInmediata: _optional(json, 'entrega_inmediata', _boolean),
    scheduledDeliveryDate: _optional(json, 'scheduled_delivery_date', DateOrTime.fromJson),
    clientName: _optional(json, 'client_name', _text),
    clientId: _optional(json, 'client_id', _id),
  );

  final String id;
  final Money amount;
  final Money? totalAmount;
  final Money? balance;
  /// daily, weekly, biweekly, monthly, or another.
  final String? frequency;
  /// pending_approval, waiting_delivery, active, completed, defaulted, cancelled, rejected, or another.
  final String? status;
  final DateOrTime? startDate;
  final DateOrTime? endDate;
  final bool? entregaInmediata;
  final DateOrTime? scheduledDeliveryDate;
  final String? clientName;
  final String? clientId;

  Map<String, Object?> toJson() => {
    'id': id,
    'amount': amount.toJson(),
    if (totalAmount case final value?) 'total_amount': value.toJson(),
    if (balance case final value?) 'balance': value.toJson(),
    if (frequency case final value?) 'frequency': value,
    if (status case final value?) 'status': value,
    if (startDate case final value?) 'start_date': value.toJson(),
    if (endDate case final value?) 'end_date': value.toJson(),
    if (entregaInmediata case final value?) 'entrega_inmediata': value,
    if (scheduledDeliveryDate case final value?) 'scheduled_delivery_date': value.toJson(),
    if (clientName case final value?) 'client_name': value,
    if (clientId case final value?) 'client_id': value,
  };
}

/// Where the delivery of a credit stands.
final class DeliveryStatus {
  const DeliveryStatus({
    required this.status,
    required this.isPendingApproval,
    required this.isWaitingDelivery,
    required this.isActive,
    required this.isReadyForDelivery,
    required this.isOverdueForDelivery,
    this.daysUntilDelivery,
    this.daysOverdueForDelivery,
    this.scheduledDeliveryDate,
    this.approvedBy,
    this.approvedAt,
    this.deliveredBy,
    this.deliveredAt,
    this.deliveryNotes,
    this.rejectionReason,
  });

  factory DeliveryStatus.fromJson(Map<String, Object?> json) => DeliveryStatus(
    status: _required(json, 'status', _text),
    isPendingApproval: _required(json, 'is_pending_approval', _boolean),
    isWaitingDelivery: _required(json, 'is_waiting_delivery', _boolean),
    isActive: _required(json, 'is_active', _boolean),
    isReadyForDelivery: _required(json, 'is_ready_for_delivery', _boolean),
    isOverdueForDelivery: _required(json, 'is_overdue_for_delivery', _boolean),
    daysUntilDelivery: _optional(json, 'days_until_delivery', _integer),
    daysOverdueForDelivery: _optional(json, 'days_overdue_for_delivery', _integer),
    scheduledDeliveryDate: _optional(json, 'scheduled_delivery_date', DateOrTime.fromJson),
    approvedBy: _optional(json, 'approved_by', _any),
    approvedAt: _optional(json, 'approved_at', _time),
    deliveredBy: _optional(json, 'delivered_by', _any),
    deliveredAt: _optional(json, 'delivered_at', _time),
    deliveryNotes: _optional(json, 'delivery_notes', _text),
    rejectionReason: _optional(json, 'rejection_reason', _text),
  );

  final String status;
  final bool isPendingApproval;
  final bool isWaitingDelivery;
  final bool isActive;
  final bool isReadyForDelivery;
  final bool isOverdueForDelivery;
  final int? daysUntilDelivery;
  final int? daysOverdueForDelivery;
  final DateOrTime? scheduledDeliveryDate;
  final Object? approvedBy;
  final DateTime? approvedAt;
  final Object? deliveredBy;
  final DateTime? deliveredAt;
  final String? deliveryNotes;
  final String? rejectionReason;

  Map<String, Object?> toJson() => {
    'status': status,
    'is_pending_approval': isPendingApproval,
    'is_waiting_delivery': isWaitingDelivery,
    'is_active': isActive,
    'is_ready_for_delivery': isReadyForDelivery,
    'is_overdue_for_delivery': isOverdueForDelivery,
    if (daysUntilDelivery case final value?) 'days_until_delivery': value,
    if (daysOverdueForDelivery case final value?) 'days_overdue_for_delivery': value,
    if (scheduledDeliveryDate case final value?) 'scheduled_delivery_date': value.toJson(),
    if (approvedBy case final value?) 'approved_by': value,
    if (approvedAt case final value?) 'approved_at': value.toUtc().toIso8601String(),
    if (deliveredBy case final value?) 'delivered_by': value,
    if (deliveredAt case final value?) 'delivered_at': value.toUtc().toIso8601String(),
    if (deliveryNotes case final value?) 'delivery_notes': value,
    if (rejectionReason case final value?) 'rejection_reason': value,
  };
}

/// A credit that is overdue or about to end.
final class OverdueCredit {
  const OverdueCredit({
    required this.id,
    required this.amount,
    this.balance,
    this.endDate,
    required this.status,
    this.client,
  });

  factory OverdueCredit.fromJson(Map<String, Object?> json) => OverdueCredit(
    id: _required(json, 'id', _id),
    amount: _required(json, 'amount', Money.fromJson),
    balance: _optional(json, 'balance', Money.fromJson),
    endDate: _optional(json, 'end_date', DateOrTime.fromJson),
    status: _required(json, 'status', _text),
    client: _optional(json, 'client', (value) => Contact.fromJson(_map(value))),
  );

  final String id;
  final Money amount;
  final Money? balance;
  final DateOrTime? endDate;
  /// pending_approval, waiting_delivery, active, completed, defaulted, cancelled, rejected, or another.
  final String status;
  final Contact? client;

  Map<String, Object?> toJson() => {
    'id': id,
    'amount': amount.toJson(),
    if (balance case final value?) 'balance': value.toJson(),
    if (endDate case final value?) 'end_date': value.toJson(),
    'status': status,
    if (client case final value?) 'client': value.toJson(),
  };
}

/// A payment as the HTTP gateway takes it.
final class PaymentHttp {
  const PaymentHttp({
    required this.id,
    required this.amount,
    this.creditId,
    this.status,
    this.paymentDate,
  });

  factory PaymentHttp.fromJson(Map<String, Object?> json) => PaymentHttp(
    id: _required(json, 'id', _id),
    amount: _required(json, 'amount', Money.fromJson),
    creditId: _optional(json, 'credit_id', _id),
    status: _optional(json, 'status', _text),
    paymentDate: _optional(json, 'payment_date', DateOrTime.fromJson),
  );

  final String id;
  final Money amount;
  final String? creditId;
  final String? status;
  final DateOrTime? paymentDate;

  Map<String, Object?> toJson() => {
    'id': id,
    'amount': amount.toJson(),
    if (creditId case final value?) 'credit_id': value,
    if (status case final value?) 'status': value,
    if (paymentDate case final value?) 'payment_date': value.toJson(),
  };
}

/// A cash box that was left open.
final class PendingCashBox {
  const PendingCashBox({
    required this.id,
    required this.date,
    this.initialAmount,
    this.collectedAmount,
    this.lentAmount,
    this.finalAmount,
  });

  factory PendingCashBox.fromJson(Map<String, Object?> json) => PendingCashBox(
    id: _required(json, 'id', _id),
    date: _required(json, 'date', DateOrTime.fromJson),
    initialAmount: _optional(json, 'initial_amount', Money.fromJson),
    collectedAmount: _optional(json, 'collected_amount', Money.fromJson),
    lentAmount: _optional(json, 'lent_amount', Money.fromJson),
    finalAmount: _optional(json, 'final_amount', Money.fromJson),
  );

  final String id;
  final DateOrTime date;
  final Money? initialAmount;
  final Money? collectedAmount;
  final Money? lentAmount;
  final Money? finalAmount;

  Map<String, Object?> toJson() => {
    'id': id,
    'date': date.toJson(),
    if (initialAmount case final value?) 'initial_amount': value.toJson(),
    if (collectedAmount case final value?) 'collected_amount': value.toJson(),
    if (lentAmount case final value?) 'lent_amount': value.toJson(),
    if (finalAmount case final value?) 'final_amount': value.toJson(),
  };
}

/// Who it is about.
final class Person {
  const Person({
    required this.id,
    required this.name,
    this.email,
  });

  factory Person.fromJson(Map<String, Object?> json) => Person(
    id: _required(json, 'id', _id),
    name: _required(json, 'name', _text),
    email: _optional(json, 'email', _text),
  );

  final String id;
  final String name;
  final String? email;

  Map<String, Object?> toJson() => {
    'id': id,
    'name': name,
    if (email case final value?) 'email': value,
  };
}

/// A payment as it was registered.
final class RegisteredPayment {
  const RegisteredPayment({
    required this.id,
    required this.amount,
    this.paymentDate,
    this.paymentMethod,
    this.creditId,
    this.receivedBy,
  });

  factory RegisteredPayment.fromJson(Map<String, Object?> json) => RegisteredPayment(
    id: _required(json, 'id', _id),
    amount: _required(json, 'amount', Money.fromJson),
    paymentDate: _optional(json, 'payment_date', DateOrTime.fromJson),
    paymentMethod: _optional(json, 'payment_method', _text),
    creditId: _optional(json, 'credit_id', _id),
    receivedBy: _optional(json, 'received_by', _id),
  );

  final String id;
  final Money amount;
  final DateOrTime? paymentDate;
  final String? paymentMethod;
  final String? creditId;
  final String? receivedBy;

  Map<String, Object?> toJson() => {
    'id': id,
    'amount': amount.toJson(),
    if (paymentDate case final value?) 'payment_date': value.toJson(),
    if (paymentMethod case final value?) 'payment_method': value,
    if (creditId case final value?) 'credit_id': value,
    if (receivedBy case final value?) 'received_by': value,
  };
}

/// Who sent it, as he said himself.
final class Sender {
  const Sender({
    this.id,
    this.name,
    this.type,
  });

  factory Sender.fromJson(Map<String, Object?> json) => Sender(
    id: _optional(json, 'id', _id),
    name: _optional(json, 'name', _text),
    type: _optional(json, 'type', _text),
  );

  final String? id;
  final String? name;
  final String? type;

  Map<String, Object?> toJson() => {
    if (id case final value?) 'id': value,
    if (name case final value?) 'name': value,
    if (type case final value?) 'type': value,
  };
}

/// A credit on the waiting list.
final class WaitingListCredit {
  const WaitingListCredit({
    required this.id,
    required this.clientId,
    required this.amount,
    this.totalAmount,
    this.interestRate,
    required this.status,
    this.scheduledDeliveryDate,
    this.createdAt,
    this.client,
    this.createdBy,
  });

  factory WaitingListCredit.fromJson(Map<String, Object?> json) => WaitingListCredit(
    id: _required(json, 'id', _id),
    clientId: _required(json, 'client_id', _id),
    amount: _required(json, 'amount', Money.fromJson),
    totalAmount: _optional(json, 'total_amount', Money.fromJson),
    interestRate: _optional(json, 'interest_rate', Money.fromJson),
    status: _required(json, 'status', _text),
    scheduledDeliveryDate: _optional(json, 'scheduled_delivery_date', DateOrTime.fromJson),
    createdAt: _optional(json, 'created_at', _time),
    client: _optional(json, 'client', (value) => Contact.fromJson(_map(value))),
    createdBy: _optional(json, 'created_by', (value) => Person.fromJson(_map(value))),
  );

  final String id;
  final String clientId;
  final Money amount;
  final Money? totalAmount;
  final Money? interestRate;
  /// pending_approval, waiting_delivery, active, completed, defaulted, cancelled, rejected, or another.
  final String status;
  final DateOrTime? scheduledDeliveryDate;
  final DateTime? createdAt;
  final Contact? client;
  final Person? createdBy;

  Map<String, Object?> toJson() => {
    'id': id,
    'client_id': clientId,
    'amount': amount.toJson(),
    if (totalAmount case final value?) 'total_amount': value.toJson(),
    if (interestRate case final value?) 'interest_rate': value.toJson(),
    'status': status,
    if (scheduledDeliveryDate case final value?) 'scheduled_delivery_date': value.toJson(),
    if (createdAt case final value?) 'created_at': value.toUtc().toIso8601String(),
    if (client case final value?) 'client': value.toJson(),
    if (createdBy case final value?) 'created_by': value.toJson(),
  };
}

/// A credit on the waiting list changed its state; one of its forms.
sealed class CreditWaitingListUpdateEvent extends BusinessEvent {
  const CreditWaitingListUpdateEvent();

  factory CreditWaitingListUpdateEvent.fromJson(Map<String, Object?> json) {
    if (json['action'] != null && json['credit'] != null && json['user'] != null && json['timestamp'] != null) return CreditWaitingListUpdate.fromJson(json);
    if (json['action'] != null && json['credit_id'] != null && json['client_id'] != null && json['client_name'] != null && json['amount'] != null && json['status'] != null && json['delivery_status'] != null && json['user'] != null && json['timestamp'] != null) return FlatCreditWaitingListUpdate.fromJson(json);
    return CreditWaitingListUpdate.fromJson(json);
  }
}

/// A credit on the waiting list changed its state.
final class CreditWaitingListUpdate extends CreditWaitingListUpdateEvent {
  const CreditWaitingListUpdate({
    required this.action,
    required this.credit,
    required this.user,
    required this.timestamp,
  });

  factory CreditWaitingListUpdate.fromJson(Map<String, Object?> json) => CreditWaitingListUpdate(
    action: _required(json, 'action', _text),
    credit: _required(json, 'credit', (value) => WaitingListCredit.fromJson(_map(value))),
    user: _required(json, 'user', (value) => Actor.fromJson(_map(value))),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'credit.waiting.list.update';

  /// created, approved, rejected, delivered, rescheduled, completed, terminated.
  final String action;
  final WaitingListCredit credit;
  final Actor user;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'action': action,
    'credit': credit.toJson(),
    'user': user.toJson(),
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A credit on the waiting list changed its state.
final class FlatCreditWaitingListUpdate extends CreditWaitingListUpdateEvent {
  const FlatCreditWaitingListUpdate({
    required this.action,
    required this.creditId,
    required this.clientId,
    required this.clientName,
    required this.amount,
    this.totalAmount,
    required this.status,
    this.scheduledDeliveryDate,
    required this.deliveryStatus,
    required this.user,
    required this.timestamp,
  });

  factory FlatCreditWaitingListUpdate.fromJson(Map<String, Object?> json) => FlatCreditWaitingListUpdate(
    action: _required(json, 'action', _text),
    creditId: _required(json, 'credit_id', _id),
    clientId: _required(json, 'client_id', _id),
    clientName: _required(json, 'client_name', _text),
    amount: _required(json, 'amount', Money.fromJson),
    totalAmount: _optional(json, 'total_amount', Money.fromJson),
    status: _required(json, 'status', _text),
    scheduledDeliveryDate: _optional(json, 'scheduled_delivery_date', DateOrTime.fromJson),
    deliveryStatus: _required(json, 'delivery_status', (value) => DeliveryStatus.fromJson(_map(value))),
    user: _required(json, 'user', (value) => Actor.fromJson(_map(value))),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'credit.waiting.list.update';

  /// created, approved, rejected, delivered, rescheduled, completed, terminated.
  final String action;
  final String creditId;
  final String clientId;
  final String clientName;
  final Money amount;
  final Money? totalAmount;
  /// pending_approval, waiting_delivery, active, completed, defaulted, cancelled, rejected, or another.
  final String status;
  final DateOrTime? scheduledDeliveryDate;
  final DeliveryStatus deliveryStatus;
  final Actor user;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'action': action,
    'credit_id': creditId,
    'client_id': clientId,
    'client_name': clientName,
    'amount': amount.toJson(),
    if (totalAmount case final value?) 'total_amount': value.toJson(),
    'status': status,
    if (scheduledDeliveryDate case final value?) 'scheduled_delivery_date': value.toJson(),
    'delivery_status': deliveryStatus.toJson(),
    'user': user.toJson(),
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A payment was registered; one of its forms.
sealed class PaymentReceivedEvent extends BusinessEvent {
  const PaymentReceivedEvent();

  factory PaymentReceivedEvent.fromJson(Map<String, Object?> json) {
    if (json['type'] == 'payment_received' && json['payment'] != null && json['message'] != null && json['timestamp'] != null) return PaymentReceivedNotice.fromJson(json);
    if (json['payment'] != null && json['timestamp'] != null) return PaymentReceived.fromJson(json);
    return PaymentReceived.fromJson(json);
  }
}

/// A payment was registered.
final class PaymentReceived extends PaymentReceivedEvent {
  const PaymentReceived({
    required this.payment,
    this.client,
    this.cobrador,
    this.manager,
    required this.timestamp,
  });

  factory PaymentReceived.fromJson(Map<String, Object?> json) => PaymentReceived(
    payment: _required(json, 'payment', (value) => RegisteredPayment.fromJson(_map(value))),
    client: _optional(json, 'client', (value) => Contact.fromJson(_map(value))),
    cobrador: _optional(json, 'cobrador', (value) => Contact.fromJson(_map(value))),
    manager: _optional(json, 'manager', (value) => Person.fromJson(_map(value))),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'payment.received';

  final RegisteredPayment payment;
  final Contact? client;
  final Contact? cobrador;
  final Person? manager;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'payment': payment.toJson(),
    if (client case final value?) 'client': value.toJson(),
    if (cobrador case final value?) 'cobrador': value.toJson(),
    if (manager case final value?) 'manager': value.toJson(),
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A payment was registered.
final class PaymentReceivedNotice extends PaymentReceivedEvent {
  const PaymentReceivedNotice({
    this.title,
    required this.payment,
    this.client,
    required this.message,
    required this.timestamp,
  });

  factory PaymentReceivedNotice.fromJson(Map<String, Object?> json) => PaymentReceivedNotice(
    title: _optional(json, 'title', _text),
    payment: _required(json, 'payment', (value) => PaymentHttp.fromJson(_map(value))),
    client: _optional(json, 'client', (value) => Person.fromJson(_map(value))),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'payment.received';

  String get type => 'payment_received';
  final String? title;
  final PaymentHttp payment;
  final Person? client;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    if (title case final value?) 'title': value,
    'payment': payment.toJson(),
    if (client case final value?) 'client': value.toJson(),
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A credit is overdue or about to end; one of its forms.
sealed class CreditRequiresAttentionEvent extends BusinessEvent {
  const CreditRequiresAttentionEvent();

  factory CreditRequiresAttentionEvent.fromJson(Map<String, Object?> json) {
    if (json['type'] == 'credit_attention' && json['credit'] != null && json['message'] != null && json['timestamp'] != null) return CreditAttentionNotice.fromJson(json);
    if (json['credit'] != null && json['reason'] != null && json['timestamp'] != null) return CreditRequiresAttention.fromJson(json);
    return CreditRequiresAttention.fromJson(json);
  }
}

/// A credit is overdue or about to end.
final class CreditRequiresAttention extends CreditRequiresAttentionEvent {
  const CreditRequiresAttention({
    required this.credit,
    this.cobrador,
    this.manager,
    required this.reason,
    required this.timestamp,
  });

  factory CreditRequiresAttention.fromJson(Map<String, Object?> json) => CreditRequiresAttention(
    credit: _required(json, 'credit', (value) => OverdueCredit.fromJson(_map(value))),
    cobrador: _optional(json, 'cobrador', (value) => Person.fromJson(_map(value))),
    manager: _optional(json, 'manager', (value) => Person.fromJson(_map(value))),
    reason: _required(json, 'reason', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'credit.requires.attention';

  final OverdueCredit credit;
  final Person? cobrador;
  final Person? manager;
  final String reason;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'credit': credit.toJson(),
    if (cobrador case final value?) 'cobrador': value.toJson(),
    if (manager case final value?) 'manager': value.toJson(),
    'reason': reason,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A credit is overdue or about to end.
final class CreditAttentionNotice extends CreditRequiresAttentionEvent {
  const CreditAttentionNotice({
    this.title,
    required this.credit,
    required this.message,
    required this.timestamp,
  });

  factory CreditAttentionNotice.fromJson(Map<String, Object?> json) => CreditAttentionNotice(
    title: _optional(json, 'title', _text),
    credit: _required(json, 'credit', (value) => CreditHttp.fromJson(_map(value))),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'credit.requires.attention';

  String get type => 'credit_attention';
  final String? title;
  final CreditHttp credit;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    if (title case final value?) 'title': value,
    'credit': credit.toJson(),
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// Statistics were calculated anew.
final class StatsUpdated extends BusinessEvent {
  const StatsUpdated({
    required this.type,
    required this.stats,
    this.userId,
    this.updatedAt,
    this.timestamp,
  });

  factory StatsUpdated.fromJson(Map<String, Object?> json) => StatsUpdated(
    type: _required(json, 'type', _text),
    stats: _required(json, 'stats', _map),
    userId: _optional(json, 'user_id', _id),
    updatedAt: _optional(json, 'updated_at', _time),
    timestamp: _optional(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'stats.updated';

  /// global, cobrador, manager.
  final String type;
  final Map<String, Object?> stats;
  final String? userId;
  final DateTime? updatedAt;
  final DateTime? timestamp;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'stats': stats,
    if (userId case final value?) 'user_id': value,
    if (updatedAt case final value?) 'updated_at': value.toUtc().toIso8601String(),
    if (timestamp case final value?) 'timestamp': value.toUtc().toIso8601String(),
  };
}

/// A notification to try the connection with.
final class TestNotification extends BusinessEvent {
  const TestNotification({
    required this.notificationId,
    required this.title,
    required this.message,
    required this.type,
    this.data,
    required this.userId,
    required this.timestamp,
  });

  factory TestNotification.fromJson(Map<String, Object?> json) => TestNotification(
    notificationId: _required(json, 'notification_id', _id),
    title: _required(json, 'title', _text),
    message: _required(json, 'message', _text),
    type: _required(json, 'type', _text),
    data: _optional(json, 'data', _map),
    userId: _required(json, 'user_id', _id),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'test.notification';

  final String notificationId;
  final String title;
  final String message;
  final String type;
  final Map<String, Object?>? data;
  final String userId;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'notification_id': notificationId,
    'title': title,
    'message': message,
    'type': type,
    if (data case final value?) 'data': value,
    'user_id': userId,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A notification of any kind.
final class Notification extends BusinessEvent {
  const Notification({
    this.title,
    this.message,
    this.body,
    this.type,
    this.data,
  });

  factory Notification.fromJson(Map<String, Object?> json) => Notification(
    title: _optional(json, 'title', _text),
    message: _optional(json, 'message', _text),
    body: _optional(json, 'body', _text),
    type: _optional(json, 'type', _text),
    data: _optional(json, 'data', _map),
  );

  @override
  String get eventName => 'notification';

  final String? title;
  final String? message;
  final String? body;
  final String? type;
  final Map<String, Object?>? data;

  @override
  Map<String, Object?> toJson() => {
    if (title case final value?) 'title': value,
    if (message case final value?) 'message': value,
    if (body case final value?) 'body': value,
    if (type case final value?) 'type': value,
    if (data case final value?) 'data': value,
  };
}

/// A client was assigned to a cobrador.
final class ClientAssigned extends BusinessEvent {
  const ClientAssigned({
    required this.client,
    required this.cobrador,
    this.assignedBy,
    required this.timestamp,
  });

  factory ClientAssigned.fromJson(Map<String, Object?> json) => ClientAssigned(
    client: _required(json, 'client', (value) => Person.fromJson(_map(value))),
    cobrador: _required(json, 'cobrador', (value) => Person.fromJson(_map(value))),
    assignedBy: _optional(json, 'assigned_by', (value) => Person.fromJson(_map(value))),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'client.assigned';

  final Person client;
  final Person cobrador;
  final Person? assignedBy;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'client': client.toJson(),
    'cobrador': cobrador.toJson(),
    if (assignedBy case final value?) 'assigned_by': value.toJson(),
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A cobrador made a credit that waits for approval.
final class CreditWaitingApproval extends BusinessEvent {
  const CreditWaitingApproval({
    this.title,
    required this.credit,
    this.cobrador,
    required this.message,
    required this.timestamp,
  });

  factory CreditWaitingApproval.fromJson(Map<String, Object?> json) => CreditWaitingApproval(
    title: _optional(json, 'title', _text),
    credit: _required(json, 'credit', (value) => CreditHttp.fromJson(_map(value))),
    cobrador: _optional(json, 'cobrador', (value) => Person.fromJson(_map(value))),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'credit.waiting.approval';

  String get type => 'credit_created';
  final String? title;
  final CreditHttp credit;
  final Person? cobrador;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    if (title case final value?) 'title': value,
    'credit': credit.toJson(),
    if (cobrador case final value?) 'cobrador': value.toJson(),
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A manager approved a credit.
final class CreditApproved extends BusinessEvent {
  const CreditApproved({
    this.title,
    required this.credit,
    this.manager,
    this.entregaInmediata,
    required this.message,
    required this.timestamp,
  });

  factory CreditApproved.fromJson(Map<String, Object?> json) => CreditApproved(
    title: _optional(json, 'title', _text),
    credit: _required(json, 'credit', (value) => CreditHttp.fromJson(_map(value))),
    manager: _optional(json, 'manager', (value) => Person.fromJson(_map(value))),
    entregaInmediata: _optional(json, 'entrega_inmediata', _boolean),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'credit.approved';

  String get type => 'credit_approved';
  final String? title;
  final CreditHttp credit;
  final Person? manager;
  final bool? entregaInmediata;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    if (title case final value?) 'title': value,
    'credit': credit.toJson(),
    if (manager case final value?) 'manager': value.toJson(),
    if (entregaInmediata case final value?) 'entrega_inmediata': value,
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A manager rejected a credit.
final class CreditRejected extends BusinessEvent {
  const CreditRejected({
    this.title,
    required this.credit,
    this.manager,
    required this.message,
    required this.timestamp,
  });

  factory CreditRejected.fromJson(Map<String, Object?> json) => CreditRejected(
    title: _optional(json, 'title', _text),
    credit: _required(json, 'credit', (value) => CreditHttp.fromJson(_map(value))),
    manager: _optional(json, 'manager', (value) => Person.fromJson(_map(value))),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'credit.rejected';

  String get type => 'credit_rejected';
  final String? title;
  final CreditHttp credit;
  final Person? manager;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    if (title case final value?) 'title': value,
    'credit': credit.toJson(),
    if (manager case final value?) 'manager': value.toJson(),
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A credit was delivered to its client.
final class CreditDelivered extends BusinessEvent {
  const CreditDelivered({
    this.title,
    required this.credit,
    this.cobrador,
    required this.message,
    required this.timestamp,
  });

  factory CreditDelivered.fromJson(Map<String, Object?> json) => CreditDelivered(
    title: _optional(json, 'title', _text),
    credit: _required(json, 'credit', (value) => CreditHttp.fromJson(_map(value))),
    cobrador: _optional(json, 'cobrador', (value) => Person.fromJson(_map(value))),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'credit.delivered';

  String get type => 'credit_delivered';
  final String? title;
  final CreditHttp credit;
  final Person? cobrador;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    if (title case final value?) 'title': value,
    'credit': credit.toJson(),
    if (cobrador case final value?) 'cobrador': value.toJson(),
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A credit is paid in full.
final class CreditCompleted extends BusinessEvent {
  const CreditCompleted({
    this.title,
    required this.credit,
    this.cobrador,
    required this.message,
    required this.timestamp,
  });

  factory CreditCompleted.fromJson(Map<String, Object?> json) => CreditCompleted(
    title: _optional(json, 'title', _text),
    credit: _required(json, 'credit', (value) => CreditHttp.fromJson(_map(value))),
    cobrador: _optional(json, 'cobrador', (value) => Person.fromJson(_map(value))),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'credit.completed';

  String get type => 'credit_completed';
  final String? title;
  final CreditHttp credit;
  final Person? cobrador;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    if (title case final value?) 'title': value,
    'credit': credit.toJson(),
    if (cobrador case final value?) 'cobrador': value.toJson(),
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A credit ended before its time.
final class CreditTerminated extends BusinessEvent {
  const CreditTerminated({
    this.title,
    required this.credit,
    this.cobrador,
    required this.message,
    required this.timestamp,
  });

  factory CreditTerminated.fromJson(Map<String, Object?> json) => CreditTerminated(
    title: _optional(json, 'title', _text),
    credit: _required(json, 'credit', (value) => CreditHttp.fromJson(_map(value))),
    cobrador: _optional(json, 'cobrador', (value) => Person.fromJson(_map(value))),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'credit.terminated';

  String get type => 'credit_terminated';
  final String? title;
  final CreditHttp credit;
  final Person? cobrador;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    if (title case final value?) 'title': value,
    'credit': credit.toJson(),
    if (cobrador case final value?) 'cobrador': value.toJson(),
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A manager's cobrador received a payment.
final class CobradorPaymentReceived extends BusinessEvent {
  const CobradorPaymentReceived({
    this.title,
    required this.payment,
    this.cobrador,
    this.client,
    required this.message,
    required this.timestamp,
  });

  factory CobradorPaymentReceived.fromJson(Map<String, Object?> json) => CobradorPaymentReceived(
    title: _optional(json, 'title', _text),
    payment: _required(json, 'payment', (value) => PaymentHttp.fromJson(_map(value))),
    cobrador: _optional(json, 'cobrador', (value) => Person.fromJson(_map(value))),
    client: _optional(json, 'client', (value) => Person.fromJson(_map(value))),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'cobrador.payment.received';

  String get type => 'cobrador_payment_received';
  final String? title;
  final PaymentHttp payment;
  final Person? cobrador;
  final Person? client;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    if (title case final value?) 'title': value,
    'payment': payment.toJson(),
    if (cobrador case final value?) 'cobrador': value.toJson(),
    if (client case final value?) 'client': value.toJson(),
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A cash box was closed by the system.
final class CashBalanceAutoClosed extends BusinessEvent {
  const CashBalanceAutoClosed({
    this.title,
    required this.cashBalance,
    this.cobrador,
    required this.message,
    required this.timestamp,
  });

  factory CashBalanceAutoClosed.fromJson(Map<String, Object?> json) => CashBalanceAutoClosed(
    title: _optional(json, 'title', _text),
    cashBalance: _required(json, 'cash_balance', (value) => CashBox.fromJson(_map(value))),
    cobrador: _optional(json, 'cobrador', (value) => Person.fromJson(_map(value))),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'cash.balance.auto.closed';

  String get type => 'cash_balance_auto_closed';
  final String? title;
  final CashBox cashBalance;
  String get closureType => 'automatic';
  final Person? cobrador;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    if (title case final value?) 'title': value,
    'cash_balance': cashBalance.toJson(),
    'closure_type': closureType,
    if (cobrador case final value?) 'cobrador': value.toJson(),
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A cash box was opened by the system.
final class CashBalanceAutoCreated extends BusinessEvent {
  const CashBalanceAutoCreated({
    this.title,
    required this.cashBalance,
    required this.reason,
    required this.requiresReconciliation,
    this.cobrador,
    required this.message,
    required this.timestamp,
  });

  factory CashBalanceAutoCreated.fromJson(Map<String, Object?> json) => CashBalanceAutoCreated(
    title: _optional(json, 'title', _text),
    cashBalance: _required(json, 'cash_balance', (value) => CashBox.fromJson(_map(value))),
    reason: _required(json, 'reason', _text),
    requiresReconciliation: _required(json, 'requires_reconciliation', _boolean),
    cobrador: _optional(json, 'cobrador', (value) => Person.fromJson(_map(value))),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'cash.balance.auto.created';

  String get type => 'cash_balance_auto_created';
  final String? title;
  final CashBox cashBalance;
  final String reason;
  final bool requiresReconciliation;
  final Person? cobrador;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    if (title case final value?) 'title': value,
    'cash_balance': cashBalance.toJson(),
    'reason': reason,
    'requires_reconciliation': requiresReconciliation,
    if (cobrador case final value?) 'cobrador': value.toJson(),
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A cash box has to be reconciled.
final class CashBalanceRequiresReconciliation extends BusinessEvent {
  const CashBalanceRequiresReconciliation({
    this.title,
    required this.cashBalance,
    required this.reason,
    this.cobrador,
    required this.message,
    required this.timestamp,
  });

  factory CashBalanceRequiresReconciliation.fromJson(Map<String, Object?> json) => CashBalanceRequiresReconciliation(
    title: _optional(json, 'title', _text),
    cashBalance: _required(json, 'cash_balance', (value) => CashBox.fromJson(_map(value))),
    reason: _required(json, 'reason', _text),
    cobrador: _optional(json, 'cobrador', (value) => Person.fromJson(_map(value))),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'cash.balance.requires.reconciliation';

  String get type => 'cash_balance_requires_reconciliation';
  final String? title;
  final CashBox cashBalance;
  final String reason;
  String get priority => 'high';
  final Person? cobrador;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    if (title case final value?) 'title': value,
    'cash_balance': cashBalance.toJson(),
    'reason': reason,
    'priority': priority,
    if (cobrador case final value?) 'cobrador': value.toJson(),
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A cobrador left cash boxes open.
final class CashBalanceReminder extends BusinessEvent {
  const CashBalanceReminder({
    required this.title,
    required this.message,
    required this.pendingCount,
    required this.pendingDates,
    required this.pendingBoxes,
  });

  factory CashBalanceReminder.fromJson(Map<String, Object?> json) => CashBalanceReminder(
    title: _required(json, 'title', _text),
    message: _required(json, 'message', _text),
    pendingCount: _required(json, 'pending_count', _integer),
    pendingDates: _required(json, 'pending_dates', _list(_text)),
    pendingBoxes: _required(json, 'pending_boxes', _list((value) => PendingCashBox.fromJson(_map(value)))),
  );

  @override
  String get eventName => 'cash.balance.reminder';

  final String title;
  final String message;
  final int pendingCount;
  /// dd/mm/yyyy.
  final List<String> pendingDates;
  final List<PendingCashBox> pendingBoxes;

  @override
  Map<String, Object?> toJson() => {
    'title': title,
    'message': message,
    'pending_count': pendingCount,
    'pending_dates': pendingDates,
    'pending_boxes': [for (final each in pendingBoxes) each.toJson()],
  };
}

/// A cobrador's route changed.
final class RouteUpdated extends BusinessEvent {
  const RouteUpdated({
    this.id,
    this.routeId,
    this.cobradorId,
    this.status,
    this.routeUpdate,
    this.timestamp,
  });

  factory RouteUpdated.fromJson(Map<String, Object?> json) => RouteUpdated(
    id: _optional(json, 'id', _id),
    routeId: _optional(json, 'routeId', _id),
    cobradorId: _optional(json, 'cobradorId', _id),
    status: _optional(json, 'status', _text),
    routeUpdate: _optional(json, 'routeUpdate', _map),
    timestamp: _optional(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'route.updated';

  final String? id;
  final String? routeId;
  final String? cobradorId;
  final String? status;
  final Map<String, Object?>? routeUpdate;
  final DateTime? timestamp;

  @override
  Map<String, Object?> toJson() => {
    if (id case final value?) 'id': value,
    if (routeId case final value?) 'routeId': value,
    if (cobradorId case final value?) 'cobradorId': value,
    if (status case final value?) 'status': value,
    if (routeUpdate case final value?) 'routeUpdate': value,
    if (timestamp case final value?) 'timestamp': value.toUtc().toIso8601String(),
  };
}

/// Somebody wrote a message.
final class MessageReceived extends BusinessEvent {
  const MessageReceived({
    required this.senderId,
    required this.message,
    required this.timestamp,
  });

  factory MessageReceived.fromJson(Map<String, Object?> json) => MessageReceived(
    senderId: _required(json, 'senderId', _id),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'message.received';

  final String senderId;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'senderId': senderId,
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// Where a cobrador is, told by the back end.
final class CobradorLocationUpdate extends BusinessEvent {
  const CobradorLocationUpdate({
    required this.cobradorId,
    this.cobradorName,
    required this.latitude,
    required this.longitude,
    required this.timestamp,
  });

  factory CobradorLocationUpdate.fromJson(Map<String, Object?> json) => CobradorLocationUpdate(
    cobradorId: _required(json, 'cobradorId', _id),
    cobradorName: _optional(json, 'cobradorName', _text),
    latitude: _required(json, 'latitude', _number),
    longitude: _required(json, 'longitude', _number),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'cobrador.location.update';

  final String cobradorId;
  final String? cobradorName;
  final double latitude;
  final double longitude;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'cobradorId': cobradorId,
    if (cobradorName case final value?) 'cobradorName': value,
    'latitude': latitude,
    'longitude': longitude,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// Where a cobrador is, told by his own device.
final class ClientLocationUpdated extends BusinessEvent {
  const ClientLocationUpdated({
    required this.latitude,
    required this.longitude,
    this.accuracy,
    this.address,
    required this.timestamp,
  });

  factory ClientLocationUpdated.fromJson(Map<String, Object?> json) => ClientLocationUpdated(
    latitude: _required(json, 'latitude', _number),
    longitude: _required(json, 'longitude', _number),
    accuracy: _optional(json, 'accuracy', _number),
    address: _optional(json, 'address', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'client-location.updated';

  final double latitude;
  final double longitude;
  final double? accuracy;
  final String? address;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'latitude': latitude,
    'longitude': longitude,
    if (accuracy case final value?) 'accuracy': value,
    if (address case final value?) 'address': value,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// The server is about to stop.
final class ServerShutdown extends BusinessEvent {
  const ServerShutdown({
    required this.message,
    required this.timestamp,
  });

  factory ServerShutdown.fromJson(Map<String, Object?> json) => ServerShutdown(
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'server.shutdown';

  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// Clients listen to it as a notification.
final class NewNotification extends BusinessEvent {
  const NewNotification({
    this.title,
    this.message,
    this.type,
  });

  factory NewNotification.fromJson(Map<String, Object?> json) => NewNotification(
    title: _optional(json, 'title', _text),
    message: _optional(json, 'message', _text),
    type: _optional(json, 'type', _text),
  );

  @override
  String get eventName => 'new_notification';

  final String? title;
  final String? message;
  final String? type;

  @override
  Map<String, Object?> toJson() => {
    if (title case final value?) 'title': value,
    if (message case final value?) 'message': value,
    if (type case final value?) 'type': value,
  };
}

/// Clients listen to it as a notification.
final class Notify extends BusinessEvent {
  const Notify({
    this.title,
    this.message,
    this.type,
  });

  factory Notify.fromJson(Map<String, Object?> json) => Notify(
    title: _optional(json, 'title', _text),
    message: _optional(json, 'message', _text),
    type: _optional(json, 'type', _text),
  );

  @override
  String get eventName => 'notify';

  final String? title;
  final String? message;
  final String? type;

  @override
  Map<String, Object?> toJson() => {
    if (title case final value?) 'title': value,
    if (message case final value?) 'message': value,
    if (type case final value?) 'type': value,
  };
}

/// Clients listen to it as a notification to all.
final class BroadcastNotification extends BusinessEvent {
  const BroadcastNotification({
    this.title,
    this.message,
    this.type,
  });

  factory BroadcastNotification.fromJson(Map<String, Object?> json) => BroadcastNotification(
    title: _optional(json, 'title', _text),
    message: _optional(json, 'message', _text),
    type: _optional(json, 'type', _text),
  );

  @override
  String get eventName => 'broadcast_notification';

  final String? title;
  final String? message;
  final String? type;

  @override
  Map<String, Object?> toJson() => {
    if (title case final value?) 'title': value,
    if (message case final value?) 'message': value,
    if (type case final value?) 'type': value,
  };
}

/// Clients listen to it while being debugged.
final class DebugEvent extends BusinessEvent {
  const DebugEvent({
    this.title,
    this.message,
    this.type,
  });

  factory DebugEvent.fromJson(Map<String, Object?> json) => DebugEvent(
    title: _optional(json, 'title', _text),
    message: _optional(json, 'message', _text),
    type: _optional(json, 'type', _text),
  );

  @override
  String get eventName => 'debug_event';

  final String? title;
  final String? message;
  final String? type;

  @override
  Map<String, Object?> toJson() => {
    if (title case final value?) 'title': value,
    if (message case final value?) 'message': value,
    if (type case final value?) 'type': value,
  };
}

/// A service's status changed.
final class ServiceStatusChanged extends BusinessEvent {
  const ServiceStatusChanged({
    required this.serviceId,
    required this.serviceName,
    required this.oldStatus,
    required this.newStatus,
    required this.message,
    required this.timestamp,
  });

  factory ServiceStatusChanged.fromJson(Map<String, Object?> json) => ServiceStatusChanged(
    serviceId: _required(json, 'service_id', _id),
    serviceName: _required(json, 'service_name', _text),
    oldStatus: _required(json, 'old_status', _text),
    newStatus: _required(json, 'new_status', _text),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'service.status.changed';

  final String serviceId;
  final String serviceName;
  /// active, suspended, terminated, pending, failed, or another.
  final String oldStatus;
  /// active, suspended, terminated, pending, failed, or another.
  final String newStatus;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'service_id': serviceId,
    'service_name': serviceName,
    'old_status': oldStatus,
    'new_status': newStatus,
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A service was bought.
final class ServicePurchased extends BusinessEvent {
  const ServicePurchased({
    required this.serviceId,
    required this.serviceName,
    required this.purchaseAmount,
    required this.message,
    required this.timestamp,
  });

  factory ServicePurchased.fromJson(Map<String, Object?> json) => ServicePurchased(
    serviceId: _required(json, 'service_id', _id),
    serviceName: _required(json, 'service_name', _text),
    purchaseAmount: _required(json, 'purchase_amount', Money.fromJson),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'service.purchased';

  final String serviceId;
  final String serviceName;
  final Money purchaseAmount;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'service_id': serviceId,
    'service_name': serviceName,
    'purchase_amount': purchaseAmount.toJson(),
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A service is ready to be used.
final class ServiceReady extends BusinessEvent {
  const ServiceReady({
    required this.serviceId,
    required this.serviceName,
    required this.accessDetails,
    required this.message,
    required this.timestamp,
  });

  factory ServiceReady.fromJson(Map<String, Object?> json) => ServiceReady(
    serviceId: _required(json, 'service_id', _id),
    serviceName: _required(json, 'service_name', _text),
    accessDetails: _required(json, 'access_details', _map),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'service.ready';

  final String serviceId;
  final String serviceName;
  final Map<String, Object?> accessDetails;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'service_id': serviceId,
    'service_name': serviceName,
    'access_details': accessDetails,
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// Maintenance of a service is planned.
final class ServiceMaintenanceScheduled extends BusinessEvent {
  const ServiceMaintenanceScheduled({
    required this.serviceId,
    required this.serviceName,
    required this.maintenanceStart,
    required this.maintenanceEnd,
    required this.description,
    required this.message,
    required this.timestamp,
  });

  factory ServiceMaintenanceScheduled.fromJson(Map<String, Object?> json) => ServiceMaintenanceScheduled(
    serviceId: _required(json, 'service_id', _id),
    serviceName: _required(json, 'service_name', _text),
    maintenanceStart: _required(json, 'maintenance_start', _text),
    maintenanceEnd: _required(json, 'maintenance_end', _text),
    description: _required(json, 'description', _text),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'service.maintenance.scheduled';

  final String serviceId;
  final String serviceName;
  /// Free text.
  final String maintenanceStart;
  /// Free text.
  final String maintenanceEnd;
  final String description;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'service_id': serviceId,
    'service_name': serviceName,
    'maintenance_start': maintenanceStart,
    'maintenance_end': maintenanceEnd,
    'description': description,
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// Maintenance of a service is done.
final class ServiceMaintenanceCompleted extends BusinessEvent {
  const ServiceMaintenanceCompleted({
    required this.serviceId,
    required this.serviceName,
    required this.maintenanceNotes,
    required this.message,
    required this.timestamp,
  });

  factory ServiceMaintenanceCompleted.fromJson(Map<String, Object?> json) => ServiceMaintenanceCompleted(
    serviceId: _required(json, 'service_id', _id),
    serviceName: _required(json, 'service_name', _text),
    maintenanceNotes: _required(json, 'maintenance_notes', _text),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'service.maintenance.completed';

  final String serviceId;
  final String serviceName;
  final String maintenanceNotes;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'service_id': serviceId,
    'service_name': serviceName,
    'maintenance_notes': maintenanceNotes,
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// An invoice was issued.
final class InvoiceGenerated extends BusinessEvent {
  const InvoiceGenerated({
    required this.invoiceId,
    required this.invoiceNumber,
    required this.amount,
    required this.currency,
    this.dueDate,
    required this.status,
    required this.message,
    required this.timestamp,
  });

  factory InvoiceGenerated.fromJson(Map<String, Object?> json) => InvoiceGenerated(
    invoiceId: _required(json, 'invoice_id', _id),
    invoiceNumber: _required(json, 'invoice_number', _text),
    amount: _required(json, 'amount', Money.fromJson),
    currency: _required(json, 'currency', _text),
    dueDate: _optional(json, 'due_date', DateOrTime.fromJson),
    status: _required(json, 'status', _text),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'invoice.generated';

  final String invoiceId;
  final String invoiceNumber;
  final Money amount;
  final String currency;
  final DateOrTime? dueDate;
  final String status;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'invoice_id': invoiceId,
    'invoice_number': invoiceNumber,
    'amount': amount.toJson(),
    'currency': currency,
    if (dueDate case final value?) 'due_date': value.toJson(),
    'status': status,
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// An invoice's status changed.
final class InvoiceStatusChanged extends BusinessEvent {
  const InvoiceStatusChanged({
    required this.invoiceId,
    required this.invoiceNumber,
    required this.oldStatus,
    required this.newStatus,
    required this.amount,
    required this.currency,
    required this.message,
    required this.timestamp,
  });

  factory InvoiceStatusChanged.fromJson(Map<String, Object?> json) => InvoiceStatusChanged(
    invoiceId: _required(json, 'invoice_id', _id),
    invoiceNumber: _required(json, 'invoice_number', _text),
    oldStatus: _required(json, 'old_status', _text),
    newStatus: _required(json, 'new_status', _text),
    amount: _required(json, 'amount', Money.fromJson),
    currency: _required(json, 'currency', _text),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'invoice.status.changed';

  final String invoiceId;
  final String invoiceNumber;
  final String oldStatus;
  /// paid, overdue, cancelled, refunded, or another.
  final String newStatus;
  final Money amount;
  final String currency;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'invoice_id': invoiceId,
    'invoice_number': invoiceNumber,
    'old_status': oldStatus,
    'new_status': newStatus,
    'amount': amount.toJson(),
    'currency': currency,
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A payment was processed.
final class PaymentProcessed extends BusinessEvent {
  const PaymentProcessed({
    required this.transactionId,
    required this.amount,
    required this.currency,
    required this.status,
    this.description,
    required this.message,
    required this.timestamp,
  });

  factory PaymentProcessed.fromJson(Map<String, Object?> json) => PaymentProcessed(
    transactionId: _required(json, 'transaction_id', _id),
    amount: _required(json, 'amount', Money.fromJson),
    currency: _required(json, 'currency', _text),
    status: _required(json, 'status', _text),
    description: _optional(json, 'description', _text),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'payment.processed';

  final String transactionId;
  final Money amount;
  final String currency;
  /// completed, failed, or another.
  final String status;
  final String? description;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'transaction_id': transactionId,
    'amount': amount.toJson(),
    'currency': currency,
    'status': status,
    if (description case final value?) 'description': value,
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A payment failed.
final class PaymentFailed extends BusinessEvent {
  const PaymentFailed({
    required this.transactionId,
    required this.amount,
    required this.currency,
    required this.reason,
    required this.message,
    required this.timestamp,
  });

  factory PaymentFailed.fromJson(Map<String, Object?> json) => PaymentFailed(
    transactionId: _required(json, 'transaction_id', _id),
    amount: _required(json, 'amount', Money.fromJson),
    currency: _required(json, 'currency', _text),
    reason: _required(json, 'reason', _text),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'payment.failed';

  final String transactionId;
  final Money amount;
  final String currency;
  final String reason;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'transaction_id': transactionId,
    'amount': amount.toJson(),
    'currency': currency,
    'reason': reason,
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// An automatic charge was made.
final class PaymentAutomaticProcessed extends BusinessEvent {
  const PaymentAutomaticProcessed({
    required this.transactionId,
    this.invoiceId,
    this.invoiceNumber,
    required this.amount,
    required this.currency,
    required this.status,
    required this.message,
    required this.timestamp,
  });

  factory PaymentAutomaticProcessed.fromJson(Map<String, Object?> json) => PaymentAutomaticProcessed(
    transactionId: _required(json, 'transaction_id', _id),
    invoiceId: _optional(json, 'invoice_id', _id),
    invoiceNumber: _optional(json, 'invoice_number', _text),
    amount: _required(json, 'amount', Money.fromJson),
    currency: _required(json, 'currency', _text),
    status: _required(json, 'status', _text),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'payment.automatic.processed';

  final String transactionId;
  final String? invoiceId;
  final String? invoiceNumber;
  final Money amount;
  final String currency;
  final String status;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'transaction_id': transactionId,
    if (invoiceId case final value?) 'invoice_id': value,
    if (invoiceNumber case final value?) 'invoice_number': value,
    'amount': amount.toJson(),
    'currency': currency,
    'status': status,
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// Somebody replied to a ticket.
final class TicketReplied extends BusinessEvent {
  const TicketReplied({
    required this.ticketId,
    required this.ticketSubject,
    required this.replyId,
    required this.replyMessage,
    required this.replyBy,
    required this.isFromStaff,
    required this.message,
    required this.timestamp,
  });

  factory TicketReplied.fromJson(Map<String, Object?> json) => TicketReplied(
    ticketId: _required(json, 'ticket_id', _id),
    ticketSubject: _required(json, 'ticket_subject', _text),
    replyId: _required(json, 'reply_id', _id),
    replyMessage: _required(json, 'reply_message', _text),
    replyBy: _required(json, 'reply_by', _text),
    isFromStaff: _required(json, 'is_from_staff', _boolean),
    message: _required(json, 'message', _text),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'ticket.replied';

  final String ticketId;
  final String ticketSubject;
  final String replyId;
  final String replyMessage;
  final String replyBy;
  final bool isFromStaff;
  final String message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'ticket_id': ticketId,
    'ticket_subject': ticketSubject,
    'reply_id': replyId,
    'reply_message': replyMessage,
    'reply_by': replyBy,
    'is_from_staff': isFromStaff,
    'message': message,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A client read the replies to his ticket.
final class TicketRead extends BusinessEvent {
  const TicketRead({
    required this.ticketId,
    required this.ticketUuid,
  });

  factory TicketRead.fromJson(Map<String, Object?> json) => TicketRead(
    ticketId: _required(json, 'ticket_id', _id),
    ticketUuid: _required(json, 'ticket_uuid', _text),
  );

  @override
  String get eventName => 'ticket.read';

  final String ticketId;
  final String ticketUuid;

  @override
  Map<String, Object?> toJson() => {
    'ticket_id': ticketId,
    'ticket_uuid': ticketUuid,
  };
}

/// A reply was delivered or read.
final class TicketReplyReceipt extends BusinessEvent {
  const TicketReplyReceipt({
    required this.replyId,
    required this.replyUuid,
    required this.ticketUuid,
    required this.status,
    this.deliveredAt,
    this.readAt,
    this.byUserId,
    required this.timestamp,
  });

  factory TicketReplyReceipt.fromJson(Map<String, Object?> json) => TicketReplyReceipt(
    replyId: _required(json, 'reply_id', _id),
    replyUuid: _required(json, 'reply_uuid', _text),
    ticketUuid: _required(json, 'ticket_uuid', _text),
    status: _required(json, 'status', _text),
    deliveredAt: _optional(json, 'delivered_at', _time),
    readAt: _optional(json, 'read_at', _time),
    byUserId: _optional(json, 'by_user_id', _id),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'ticket.reply.receipt';

  final String replyId;
  final String replyUuid;
  final String ticketUuid;
  /// delivered, read.
  final String status;
  final DateTime? deliveredAt;
  final DateTime? readAt;
  final String? byUserId;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'reply_id': replyId,
    'reply_uuid': replyUuid,
    'ticket_uuid': ticketUuid,
    'status': status,
    if (deliveredAt case final value?) 'delivered_at': value.toUtc().toIso8601String(),
    if (readAt case final value?) 'read_at': value.toUtc().toIso8601String(),
    if (byUserId case final value?) 'by_user_id': value,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A message was written in a chat room.
final class MessageSent extends BusinessEvent {
  const MessageSent({
    required this.chatRoomId,
    required this.message,
    required this.timestamp,
  });

  factory MessageSent.fromJson(Map<String, Object?> json) => MessageSent(
    chatRoomId: _required(json, 'chat_room_id', _id),
    message: _required(json, 'message', (value) => ChatMessage.fromJson(_map(value))),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'message.sent';

  final String chatRoomId;
  final ChatMessage message;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'chat_room_id': chatRoomId,
    'message': message.toJson(),
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A backup made progress.
final class BackupStatusChanged extends BusinessEvent {
  const BackupStatusChanged({
    required this.uuid,
    required this.type,
    required this.status,
    required this.name,
    this.sizeBytes,
    this.error,
    this.startedAt,
    this.completedAt,
  });

  factory BackupStatusChanged.fromJson(Map<String, Object?> json) => BackupStatusChanged(
    uuid: _required(json, 'uuid', _text),
    type: _required(json, 'type', _text),
    status: _required(json, 'status', _text),
    name: _required(json, 'name', _text),
    sizeBytes: _optional(json, 'size_bytes', _integer),
    error: _optional(json, 'error', _text),
    startedAt: _optional(json, 'started_at', _time),
    completedAt: _optional(json, 'completed_at', _time),
  );

  @override
  String get eventName => 'backup.status.changed';

  final String uuid;
  final String type;
  final String status;
  final String name;
  final int? sizeBytes;
  final String? error;
  final DateTime? startedAt;
  final DateTime? completedAt;

  @override
  Map<String, Object?> toJson() => {
    'uuid': uuid,
    'type': type,
    'status': status,
    'name': name,
    if (sizeBytes case final value?) 'size_bytes': value,
    if (error case final value?) 'error': value,
    if (startedAt case final value?) 'started_at': value.toUtc().toIso8601String(),
    if (completedAt case final value?) 'completed_at': value.toUtc().toIso8601String(),
  };
}

/// A game server was sampled.
final class PingUpdated extends BusinessEvent {
  const PingUpdated({
    this.pingMs,
    required this.isOnline,
    this.players,
    required this.playerSample,
    required this.sampledAt,
  });

  factory PingUpdated.fromJson(Map<String, Object?> json) => PingUpdated(
    pingMs: _optional(json, 'ping_ms', _integer),
    isOnline: _required(json, 'is_online', _boolean),
    players: _optional(json, 'players', _integer),
    playerSample: _required(json, 'player_sample', _list(_any)),
    sampledAt: _required(json, 'sampled_at', _time),
  );

  @override
  String get eventName => 'ping.updated';

  final int? pingMs;
  final bool isOnline;
  final int? players;
  final List<Object> playerSample;
  final DateTime sampledAt;

  @override
  Map<String, Object?> toJson() => {
    if (pingMs case final value?) 'ping_ms': value,
    'is_online': isOnline,
    if (players case final value?) 'players': value,
    'player_sample': playerSample,
    'sampled_at': sampledAt.toUtc().toIso8601String(),
  };
}

/// A Laravel notification; Echo hears it with .notification().
final class BroadcastNotificationCreated extends BusinessEvent {
  const BroadcastNotificationCreated({
    this.id,
    this.title,
    this.message,
    required this.type,
    this.data,
    this.timestamp,
  });

  factory BroadcastNotificationCreated.fromJson(Map<String, Object?> json) => BroadcastNotificationCreated(
    id: _optional(json, 'id', _text),
    title: _optional(json, 'title', _text),
    message: _optional(json, 'message', _text),
    type: _required(json, 'type', _text),
    data: _optional(json, 'data', _map),
    timestamp: _optional(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated';

  final String? id;
  final String? title;
  final String? message;
  /// The application's type, or the notification's class.
  final String type;
  final Map<String, Object?>? data;
  final DateTime? timestamp;

  @override
  Map<String, Object?> toJson() => {
    if (id case final value?) 'id': value,
    if (title case final value?) 'title': value,
    if (message case final value?) 'message': value,
    'type': type,
    if (data case final value?) 'data': value,
    if (timestamp case final value?) 'timestamp': value.toUtc().toIso8601String(),
  };
}

/// A notification of any kind.
final class NotificationReceived extends BusinessEvent {
  const NotificationReceived({
    this.title,
    this.message,
    this.text,
    this.type,
  });

  factory NotificationReceived.fromJson(Map<String, Object?> json) => NotificationReceived(
    title: _optional(json, 'title', _text),
    message: _optional(json, 'message', _text),
    text: _optional(json, 'text', _text),
    type: _optional(json, 'type', _text),
  );

  @override
  String get eventName => 'notification.received';

  final String? title;
  final String? message;
  final String? text;
  final String? type;

  @override
  Map<String, Object?> toJson() => {
    if (title case final value?) 'title': value,
    if (message case final value?) 'message': value,
    if (text case final value?) 'text': value,
    if (type case final value?) 'type': value,
  };
}

/// A service needs attention.
final class ServiceAttentionRequired extends BusinessEvent {
  const ServiceAttentionRequired({
    required this.title,
    required this.message,
    this.severity,
    this.data,
    required this.timestamp,
  });

  factory ServiceAttentionRequired.fromJson(Map<String, Object?> json) => ServiceAttentionRequired(
    title: _required(json, 'title', _text),
    message: _required(json, 'message', _text),
    severity: _optional(json, 'severity', _text),
    data: _optional(json, 'data', _map),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'service.attention.required';

  final String title;
  final String message;
  final String? severity;
  final Map<String, Object?>? data;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'title': title,
    'message': message,
    if (severity case final value?) 'severity': value,
    if (data case final value?) 'data': value,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A user did something that administrators follow.
final class UserActivity extends BusinessEvent {
  const UserActivity({
    required this.title,
    required this.message,
    this.severity,
    this.data,
    required this.timestamp,
  });

  factory UserActivity.fromJson(Map<String, Object?> json) => UserActivity(
    title: _required(json, 'title', _text),
    message: _required(json, 'message', _text),
    severity: _optional(json, 'severity', _text),
    data: _optional(json, 'data', _map),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'user.activity';

  final String title;
  final String message;
  final String? severity;
  final Map<String, Object?>? data;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'title': title,
    'message': message,
    if (severity case final value?) 'severity': value,
    if (data case final value?) 'data': value,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A service's metrics changed.
final class ServiceMetricsUpdated extends BusinessEvent {
  const ServiceMetricsUpdated({
    required this.title,
    required this.message,
    this.severity,
    this.data,
    required this.timestamp,
  });

  factory ServiceMetricsUpdated.fromJson(Map<String, Object?> json) => ServiceMetricsUpdated(
    title: _required(json, 'title', _text),
    message: _required(json, 'message', _text),
    severity: _optional(json, 'severity', _text),
    data: _optional(json, 'data', _map),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'service.metrics.updated';

  final String title;
  final String message;
  final String? severity;
  final Map<String, Object?>? data;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'title': title,
    'message': message,
    if (severity case final value?) 'severity': value,
    if (data case final value?) 'data': value,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// An alert of the platform.
final class SystemAlert extends BusinessEvent {
  const SystemAlert({
    required this.title,
    required this.message,
    this.severity,
    this.data,
    required this.timestamp,
  });

  factory SystemAlert.fromJson(Map<String, Object?> json) => SystemAlert(
    title: _required(json, 'title', _text),
    message: _required(json, 'message', _text),
    severity: _optional(json, 'severity', _text),
    data: _optional(json, 'data', _map),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'system.alert';

  final String title;
  final String message;
  final String? severity;
  final Map<String, Object?>? data;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'title': title,
    'message': message,
    if (severity case final value?) 'severity': value,
    if (data case final value?) 'data': value,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

/// A payment was confirmed and credited.
final class PaymentConfirmed extends BusinessEvent {
  const PaymentConfirmed({
    required this.paymentId,
    required this.status,
    this.planType,
    this.creditsAdded,
    this.totalCredits,
    required this.timestamp,
  });

  factory PaymentConfirmed.fromJson(Map<String, Object?> json) => PaymentConfirmed(
    paymentId: _required(json, 'paymentId', _text),
    status: _required(json, 'status', _text),
    planType: _optional(json, 'planType', _text),
    creditsAdded: _optional(json, 'creditsAdded', _integer),
    totalCredits: _optional(json, 'totalCredits', _integer),
    timestamp: _required(json, 'timestamp', _time),
  );

  @override
  String get eventName => 'payment.confirmed';

  final String paymentId;
  /// approved, or another.
  final String status;
  final String? planType;
  final int? creditsAdded;
  final int? totalCredits;
  final DateTime timestamp;

  @override
  Map<String, Object?> toJson() => {
    'paymentId': paymentId,
    'status': status,
    if (planType case final value?) 'planType': value,
    if (creditsAdded case final value?) 'creditsAdded': value,
    if (totalCredits case final value?) 'totalCredits': value,
    'timestamp': timestamp.toUtc().toIso8601String(),
  };
}

T _required<T>(Map<String, Object?> json, String key, T Function(Object) read) {
  final value = json[key];
  if (value == null) throw FormatException('$key: is missing');
  return _named(key, value, read);
}

T? _optional<T>(Map<String, Object?> json, String key, T Function(Object) read) {
  final value = json[key];
  return value == null ? null : _named(key, value, read);
}

T _named<T>(String key, Object value, T Function(Object) read) {
  try {
    return read(value);
  } on FormatException catch (error) {
    throw FormatException('$key: ${error.message}');
  }
}

T _as<T>(Object value, String what) => value is T ? value as T : throw FormatException('is no $what');

String _text(Object value) => _as<String>(value, 'text');

/// Ids are text: 7 and "7" are the same.
String _id(Object value) => value is int ? value.toString() : _as<String>(value, 'id');

int _integer(Object value) {
  final number = _as<num>(value, 'number');
  return number == number.truncate() ? number.toInt() : throw const FormatException('is no whole number');
}

double _number(Object value) => _as<num>(value, 'number').toDouble();

bool _boolean(Object value) => _as<bool>(value, 'boolean');

Object _any(Object value) => value;

DateTime _time(Object value) {
  final time = DateTime.tryParse(_text(value));
  return time == null || !time.isUtc ? throw const FormatException('is no time') : time;
}

/// PHP writes an empty map as [].
Map<String, Object?> _map(Object value) =>
    value is List && value.isEmpty ? const {} : _as<Map<Object?, Object?>>(value, 'map').cast<String, Object?>();

List<T> Function(Object) _list<T>(T Function(Object) read) =>
    (value) => [for (final each in _as<List<Object?>>(value, 'list')) read(each ?? (throw const FormatException('has a null')))];
