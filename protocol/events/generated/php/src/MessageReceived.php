<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * Somebody wrote a message.
 *
 * Personal data: see the catalogue for who may have it.
 * A draft: nothing is known to send it yet.
 * The sender has to be stamped by the back end; the older server took what the client said.
 */
final class MessageReceived implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly int|string $senderId,
        public readonly string $message,
        public readonly int|string $recipientId,
        \DateTimeInterface|string|null $timestamp = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('user.' . $this->recipientId),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'message.received';
    }

    public function broadcastWith(): array
    {
        return [
            'senderId' => $this->senderId,
            'message' => $this->message,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
