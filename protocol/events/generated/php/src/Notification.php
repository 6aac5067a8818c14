<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A notification of any kind.
 *
 * Personal data: see the catalogue for who may have it.
 */
final class Notification implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    /**
     * @param array<string, mixed>|null $data
     */
    public function __construct(
        public readonly ?string $title = null,
        public readonly ?string $message = null,
        public readonly ?string $body = null,
        public readonly ?string $type = null,
        public readonly ?array $data = null,
        public readonly int|string|null $userId = null,
        public readonly int|string|null $userType = null,
    ) {
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            $this->userId === null ? null : new PrivateChannel('user.' . $this->userId),
            $this->userType === null ? null : new PrivateChannel('role.' . $this->userType),
            new PrivateChannel('system.notifications'),
        ]));

        return array_slice($channels, 0, 1);
    }

    public function broadcastAs(): string
    {
        return 'notification';
    }

    public function broadcastWith(): array
    {
        return [
            'title' => $this->title,
            'message' => $this->message,
            'body' => $this->body,
            'type' => $this->type,
            'data' => Wire::map($this->data),
        ];
    }
}
