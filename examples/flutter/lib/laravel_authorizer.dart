import 'dart:async';
import 'dart:convert';

import 'package:dart_pusher_channels/dart_pusher_channels.dart';
import 'package:http/http.dart' as http;

/// Laravel said no: the token is not valid (401), or the user may not listen on the channel (403).
class AuthorizationRefused implements Exception {
  const AuthorizationRefused(this.channel, this.status);

  final String channel;
  final int status;

  @override
  String toString() => 'Laravel refused $channel with $status';
}

/// Asks Laravel for the signature of a channel, in JSON and with the user's bearer token.
class LaravelAuthorizer
    implements
        EndpointAuthorizableChannelAuthorizationDelegate<
            PrivateChannelAuthorizationData> {
  const LaravelAuthorizer({
    required this.endpoint,
    required this.token,
    required this.httpClient,
    required this.onAuthFailed,
    this.timeout = const Duration(seconds: 10),
  });

  final Uri endpoint;

  /// Read for every request, so that a new token is used once there is one.
  final Future<String> Function() token;
  final http.Client httpClient;
  final Duration timeout;

  /// Told of [AuthorizationRefused], and of whatever else went wrong.
  @override
  final EndpointAuthFailedCallback? onAuthFailed;

  @override
  Future<PrivateChannelAuthorizationData> authorizationData(
    String socketId,
    String channelName,
  ) async {
    final response = await httpClient
        .post(
          endpoint,
          headers: {
            'Authorization': 'Bearer ${await token()}',
            'Content-Type': 'application/json',
            // Without it Laravel may answer with a redirect to its login page.
            'Accept': 'application/json',
          },
          body: jsonEncode({
            'socket_id': socketId,
            'channel_name': channelName,
          }),
        )
        .timeout(timeout);
    if (response.statusCode == 401 || response.statusCode == 403) {
      throw AuthorizationRefused(channelName, response.statusCode);
    }
    if (response.statusCode != 200) {
      throw http.ClientException('answered ${response.statusCode}', endpoint);
    }
    final answer = jsonDecode(response.body);
    final auth = answer is Map ? answer['auth'] : null;
    if (auth is! String) {
      throw http.ClientException('answered without a signature', endpoint);
    }
    return PrivateChannelAuthorizationData(authKey: auth);
  }
}
