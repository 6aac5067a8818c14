<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A client was assigned to a cobrador.
 *
 * Personal data: see the catalogue for who may have it.
 * A draft: nothing is known to send it yet.
 */
final class ClientAssigned implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly Person $client,
        public readonly Person $cobrador,
        public readonly ?Person $assignedBy = null,
        \DateTimeInterface|string|null $timestamp = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('user.' . $this->cobrador->id),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'client.assigned';
    }

    public function broadcastWith(): array
    {
        return [
            'client' => $this->client->toArray(),
            'cobrador' => $this->cobrador->toArray(),
            'assigned_by' => $this->assignedBy?->toArray(),
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
