<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A user did something that administrators follow.
 *
 * Personal data: see the catalogue for who may have it.
 * A draft: nothing is known to send it yet.
 */
final class UserActivity implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    /**
     * @param array<string, mixed>|null $data
     */
    public function __construct(
        public readonly string $title,
        public readonly string $message,
        public readonly ?string $severity = null,
        public readonly ?array $data = null,
        \DateTimeInterface|string|null $timestamp = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('admin.users'),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'user.activity';
    }

    public function broadcastWith(): array
    {
        return [
            'title' => $this->title,
            'message' => $this->message,
            'severity' => $this->severity,
            'data' => Wire::map($this->data),
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
