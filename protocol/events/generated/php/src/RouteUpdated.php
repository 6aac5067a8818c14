<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A cobrador's route changed.
 *
 * Personal data: see the catalogue for who may have it.
 * A draft: nothing is known to send it yet.
 * Some clients read id, others routeId.
 */
final class RouteUpdated implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    /**
     * @param array<string, mixed>|null $routeUpdate
     */
    public function __construct(
        public readonly int|string|null $id = null,
        public readonly int|string|null $routeId = null,
        public readonly int|string|null $cobradorId = null,
        public readonly ?string $status = null,
        public readonly ?array $routeUpdate = null,
        public readonly \DateTimeInterface|string|null $timestamp = null,
    ) {
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('role.manager'),
            $this->cobradorId === null ? null : new PrivateChannel('user.' . $this->cobradorId),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'route.updated';
    }

    public function broadcastWith(): array
    {
        return [
            'id' => $this->id,
            'routeId' => $this->routeId,
            'cobradorId' => $this->cobradorId,
            'status' => $this->status,
            'routeUpdate' => Wire::map($this->routeUpdate),
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
