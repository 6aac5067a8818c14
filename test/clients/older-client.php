<?php

/*
 * The HTTP side of the older application, as it behaves: a secret in a header, a time limit, up to three attempts with
 * pauses on whatever is no success but a refusal of the secret, and a status that the server's health is laid over.
 * Reads one call as JSON and prints what came of it.
 */

['url' => $url, 'secret' => $secret, 'call' => $call, 'timeoutMs' => $timeoutMs, 'pausesMs' => $pausesMs] =
    json_decode(stream_get_contents(STDIN), true);

function request(string $method, string $url, array $headers, ?string $body, int $timeoutMs): array
{
    $curl = curl_init($url);
    curl_setopt_array($curl, [
        CURLOPT_CUSTOMREQUEST => $method,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT_MS => $timeoutMs,
        CURLOPT_HTTPHEADER => [...$headers, 'Accept: application/json', 'Content-Type: application/json'],
    ]);
    if ($body !== null) {
        curl_setopt($curl, CURLOPT_POSTFIELDS, $body);
    }
    $text = curl_exec($curl);

    return ['status' => curl_getinfo($curl, CURLINFO_RESPONSE_CODE), 'body' => json_decode($text ?: '', true)];
}

function send(string $url, string $secret, array $payload, int $timeoutMs, array $pausesMs): array
{
    $attempts = 0;
    do {
        if ($attempts > 0) {
            usleep(1000 * $pausesMs[$attempts - 1]);
        }
        $answer = request('POST', $url, ["x-ws-secret: $secret"], json_encode($payload), $timeoutMs);
        $attempts++;
        $succeeded = $answer['status'] >= 200 && $answer['status'] < 300;
    } while (!$succeeded && $answer['status'] !== 401 && $attempts < 3);

    return ['succeeded' => $succeeded, 'attempts' => $attempts, 'status' => $answer['status'], 'body' => $answer['body']];
}

[$name, $payload] = [$call[0], $call[1] ?? null];
echo json_encode(match ($name) {
    'health' => array_merge(['status' => 'healthy', 'enabled' => true], request('GET', "$url/health", [], null, $timeoutMs)['body']),
    'activeUsers' => request('GET', "$url/active-users", [], null, $timeoutMs)['body']['users'] ?? [],
    default => send("$url$name", $secret, $payload, $timeoutMs, $pausesMs),
});
