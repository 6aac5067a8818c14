/// Where pregon and Laravel are, and the app's public key.
class RealtimeConfig {
  const RealtimeConfig({
    required this.host,
    required this.key,
    required this.authEndpoint,
    this.port = 443,
    this.useTls = true,
  });

  /// pregon's public name, as REVERB_HOST has it.
  final String host;

  /// REVERB_PORT: that of the proxy where there is one.
  final int port;

  /// REVERB_SCHEME is `https`.
  final bool useTls;

  /// REVERB_APP_KEY. The secret stays with Laravel.
  final String key;

  /// Laravel's `/broadcasting/auth`, an absolute address.
  final Uri authEndpoint;

  String get scheme => useTls ? 'wss' : 'ws';
}
