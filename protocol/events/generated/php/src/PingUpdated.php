<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcastNow;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A game server was sampled.
 *
 * Personal data: see the catalogue for who may have it.
 */
final class PingUpdated implements ShouldBroadcastNow
{
    use Dispatchable;
    use InteractsWithSockets;

    /**
     * @param list<mixed> $playerSample
     */
    public function __construct(
        public readonly bool $isOnline,
        public readonly array $playerSample,
        public readonly \DateTimeInterface|string $sampledAt,
        public readonly int|string $serviceUuid,
        public readonly ?int $pingMs = null,
        public readonly ?int $players = null,
    ) {
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('game-server.' . $this->serviceUuid),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'ping.updated';
    }

    public function broadcastWith(): array
    {
        return [
            'ping_ms' => $this->pingMs,
            'is_online' => $this->isOnline,
            'players' => $this->players,
            'player_sample' => $this->playerSample,
            'sampled_at' => Wire::time($this->sampledAt),
        ];
    }
}
