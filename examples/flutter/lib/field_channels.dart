/// The channels of the people in the field. Laravel refuses those that a role may not listen on, which is no fault: the
/// others go on.
List<String> fieldChannels(String userId) => [
      'public-channel',
      'private-user.$userId',
      'private-payments',
      'private-credits-attention',
      'private-waiting-list',
    ];

/// The names of the events on them, as `broadcastAs()` gives them.
abstract final class FieldEvents {
  static const paymentReceived = 'payment.received';
  static const creditRequiresAttention = 'credit.requires.attention';
  static const creditWaitingListUpdate = 'credit.waiting.list.update';
}
