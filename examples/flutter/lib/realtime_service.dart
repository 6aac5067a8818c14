import 'dart:async';
import 'dart:math';

import 'package:dart_pusher_channels/dart_pusher_channels.dart';
import 'package:http/http.dart' as http;

import 'field_channels.dart';
import 'laravel_authorizer.dart';
import 'realtime_config.dart';

/// How the connection is.
enum RealtimeStatus {
  connecting,
  connected,

  /// Tries again by itself.
  offline,

  /// pregon does not want this client (a wrong key, a disabled app): trying again would not help.
  refused,
}

/// An event of Laravel.
class RealtimeEvent {
  const RealtimeEvent(this.channel, this.name, this.data);

  final String channel;

  /// Such as `payment.received`.
  final String name;
  final Map<String, dynamic> data;
}

/// A channel that the user may not listen on.
class ChannelRefusal {
  const ChannelRefusal(this.channel, this.reason);

  final String channel;
  final String reason;
}

/// Listens on the channels of one user, over as many connections as it takes, until [dispose], which closes the HTTP
/// client too.
class RealtimeService {
  RealtimeService({
    required this.config,
    required String userId,
    required Future<String> Function() token,
    http.Client? httpClient,
  }) : _http = httpClient ?? http.Client() {
    _client = PusherChannelsClient.websocket(
      options: PusherChannelsOptions.fromHost(
        scheme: config.scheme,
        host: config.host,
        port: config.port,
        key: config.key,
        shouldSupplyMetadataQueries: true,
      ),
      // Devices that lost the same server do not all come back in the same second.
      minimumReconnectDelayDuration: _withJitter(const Duration(seconds: 1)),
      connectionErrorHandler: (exception, trace, refresh) => refresh(),
    );
    _channels = [
      for (final name in fieldChannels(userId)) _channel(name, token),
    ];
  }

  static const _retryDelay = Duration(seconds: 5);

  /// How many events are kept in mind, to tell copies by.
  static const _remembered = 200;

  final RealtimeConfig config;
  final http.Client _http;
  final _events = StreamController<RealtimeEvent>.broadcast();
  final _refusals = StreamController<ChannelRefusal>.broadcast();
  final _statuses = StreamController<RealtimeStatus>.broadcast();
  final _subscriptions = <StreamSubscription<void>>[];
  final _retries = <String, Timer>{};
  final _heard = <String>{};
  late final PusherChannelsClient _client;
  late final List<Channel> _channels;
  var _status = RealtimeStatus.offline;

  Stream<RealtimeEvent> get events => _events.stream;
  Stream<ChannelRefusal> get refusals => _refusals.stream;
  Stream<RealtimeStatus> get statuses => _statuses.stream;
  RealtimeStatus get status => _status;

  Stream<RealtimeEvent> get payments => _named(FieldEvents.paymentReceived);
  Stream<RealtimeEvent> get creditsRequiringAttention =>
      _named(FieldEvents.creditRequiresAttention);
  Stream<RealtimeEvent> get waitingList =>
      _named(FieldEvents.creditWaitingListUpdate);

  /// Connects. Call it once; the connection is then kept.
  void start() {
    for (final channel in _channels) {
      _subscriptions
        ..add(channel.bindToAll().listen(_onEvent))
        ..add(channel.onSubscriptionError().listen(_onSubscriptionError));
    }
    _subscriptions
      ..add(_client.lifecycleStream.listen(_onLifecycle))
      // The client subscribes nothing again by itself, so each connection does.
      ..add(_client.onConnectionEstablished.listen((_) => _subscribeAll()))
      ..add(
        _client.eventStream
            .where((event) => event.name == 'pusher:error')
            .listen(_onError),
      );
    unawaited(_client.connect());
  }

  /// Asks again for the channels that were refused, as after a new login.
  void retryRefused() {
    for (final channel in _channels) {
      if (channel.state?.status == ChannelStatus.unsubscribed) {
        channel.subscribe();
      }
    }
  }

  Future<void> dispose() async {
    for (final timer in _retries.values) {
      timer.cancel();
    }
    for (final subscription in _subscriptions) {
      await subscription.cancel();
    }
    _client.dispose();
    _http.close();
    await Future.wait([_events.close(), _refusals.close(), _statuses.close()]);
  }

  Channel _channel(String name, Future<String> Function() token) {
    if (!name.startsWith('private-')) {
      return _client.publicChannel(name);
    }
    return _client.privateChannel(
      name,
      authorizationDelegate: LaravelAuthorizer(
        endpoint: config.authEndpoint,
        token: token,
        httpClient: _http,
        onAuthFailed: (exception, trace) => _onAuthFailed(name, exception),
      ),
    );
  }

  Channel _channelNamed(String name) =>
      _channels.firstWhere((channel) => channel.name == name);

  void _subscribeAll() {
    for (final channel in _channels) {
      channel.subscribeIfNotUnsubscribed();
    }
  }

  void _onAuthFailed(String name, dynamic exception) {
    if (_events.isClosed) {
      return;
    }
    if (exception is AuthorizationRefused) {
      _refuse(name, exception.toString());
      return;
    }
    // Laravel could not be asked: the channel is missing until it can.
    _retries[name]?.cancel();
    _retries[name] = Timer(_withJitter(_retryDelay), () {
      if (_status == RealtimeStatus.connected) {
        _channelNamed(name).subscribeIfNotUnsubscribed();
      }
    });
  }

  /// pregon refuses what Laravel allowed, as with another secret. Without a status it is the client's own report of a
  /// failed authorization, see [_onAuthFailed].
  void _onSubscriptionError(ChannelReadEvent event) {
    final error = event.tryGetDataAsMap();
    if (error?['status'] != null) {
      _refuse(event.channelName, '${error?['error']}');
    }
  }

  void _refuse(String name, String reason) {
    // Not asked for again on the next connection.
    _channelNamed(name).unsubscribe();
    _refusals.add(ChannelRefusal(name, reason));
  }

  void _onEvent(ChannelReadEvent event) {
    if (event.name.startsWith('pusher:')) {
      return;
    }
    // An event on several channels of the user comes on each of them.
    final identity = '${event.name} ${event.data}';
    if (!_heard.add(identity)) {
      return;
    }
    if (_heard.length > _remembered) {
      _heard.remove(_heard.first);
    }
    final data = event.tryGetDataAsMap() ?? const <String, dynamic>{};
    _events.add(RealtimeEvent(event.channelName, event.name, data));
  }

  /// The client reconnects whatever the reason was. 4000 to 4099 mean that it must not.
  void _onError(PusherChannelsReadEvent event) {
    final code = int.tryParse('${event.tryGetDataAsMap()?['code']}');
    if (code != null && code >= 4000 && code < 4100) {
      unawaited(_client.disconnect());
      _setStatus(RealtimeStatus.refused);
    }
  }

  void _onLifecycle(PusherChannelsClientLifeCycleState state) {
    switch (state) {
      case PusherChannelsClientLifeCycleState.establishedConnection:
        _setStatus(RealtimeStatus.connected);
      case PusherChannelsClientLifeCycleState.pendingConnection:
        _setStatus(RealtimeStatus.connecting);
      case PusherChannelsClientLifeCycleState.connectionError:
      case PusherChannelsClientLifeCycleState.reconnecting:
        _setStatus(RealtimeStatus.offline);
      // An error leaves the connection open, or the state that follows tells.
      case PusherChannelsClientLifeCycleState.gotPusherError:
      case PusherChannelsClientLifeCycleState.inactive:
      case PusherChannelsClientLifeCycleState.disconnected:
      case PusherChannelsClientLifeCycleState.disposed:
        break;
    }
  }

  void _setStatus(RealtimeStatus status) {
    if (status == _status || _statuses.isClosed) {
      return;
    }
    _status = status;
    _statuses.add(status);
  }

  Stream<RealtimeEvent> _named(String name) =>
      events.where((event) => event.name == name);

  static Duration _withJitter(Duration duration) =>
      duration + Duration(milliseconds: Random().nextInt(1000));
}
