<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A notification to try the connection with.
 *
 * Personal data: see the catalogue for who may have it.
 * A draft: nothing is known to send it yet.
 */
final class TestNotification implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    /**
     * @param array<string, mixed>|null $data
     */
    public function __construct(
        public readonly int|string $notificationId,
        public readonly string $title,
        public readonly string $message,
        public readonly string $type,
        public readonly int|string $userId,
        public readonly ?array $data = null,
        \DateTimeInterface|string|null $timestamp = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('user.' . $this->userId),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'test.notification';
    }

    public function broadcastWith(): array
    {
        return [
            'notification_id' => $this->notificationId,
            'title' => $this->title,
            'message' => $this->message,
            'type' => $this->type,
            'data' => Wire::map($this->data),
            'user_id' => $this->userId,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
