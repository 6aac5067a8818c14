<?php

/*
 * Makes calls of Pusher's PHP library, in order, on one object.
 *
 * Standard input is JSON: { autoload, key, secret, appId, options, calls: [[method, arguments], …] }. Standard output
 * is a JSON list with { result } or { class, message, code } for each call.
 */

declare(strict_types=1);

$input = json_decode(stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR);
require $input['autoload'];

$pusher = new Pusher\Pusher($input['key'], $input['secret'], $input['appId'], $input['options']);
$answers = [];
foreach ($input['calls'] as [$method, $arguments]) {
    try {
        $answers[] = ['result' => $pusher->$method(...$arguments)];
    } catch (Throwable $error) {
        $answers[] = [
            'class' => get_class($error),
            'message' => $error->getMessage(),
            'code' => $error->getCode(),
        ];
    }
}
echo json_encode($answers, JSON_THROW_ON_ERROR);
