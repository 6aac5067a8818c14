<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * Statistics were calculated anew.
 *
 * Personal data: see the catalogue for who may have it.
 * Older classes declare public channels for these money figures; use the private ones.
 */
final class StatsUpdated implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    /**
     * @param 'global'|'cobrador'|'manager' $type
     * @param array<string, mixed> $stats
     */
    public function __construct(
        public readonly string $type,
        public readonly array $stats,
        public readonly int|string|null $userId = null,
        public readonly \DateTimeInterface|string|null $updatedAt = null,
        public readonly \DateTimeInterface|string|null $timestamp = null,
    ) {
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            $this->type === 'global' ? new PrivateChannel('stats.global') : null,
            $this->type === 'cobrador' ? ($this->userId === null ? null : new PrivateChannel('stats.cobrador.' . $this->userId)) : null,
            $this->type === 'manager' ? ($this->userId === null ? null : new PrivateChannel('stats.manager.' . $this->userId)) : null,
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'stats.updated';
    }

    public function broadcastWith(): array
    {
        return [
            'type' => $this->type,
            'stats' => Wire::map($this->stats),
            'user_id' => $this->userId,
            'updated_at' => Wire::time($this->updatedAt),
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
