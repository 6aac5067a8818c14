<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PresenceChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * Where a cobrador is, told by the back end.
 *
 * Personal data: see the catalogue for who may have it.
 * A draft: nothing is known to send it yet.
 */
final class CobradorLocationUpdate implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly int|string $cobradorId,
        public readonly int|float $latitude,
        public readonly int|float $longitude,
        public readonly ?string $cobradorName = null,
        \DateTimeInterface|string|null $timestamp = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PresenceChannel('tracking.' . $this->cobradorId),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'cobrador.location.update';
    }

    public function broadcastWith(): array
    {
        return [
            'cobradorId' => $this->cobradorId,
            'cobradorName' => $this->cobradorName,
            'latitude' => $this->latitude,
            'longitude' => $this->longitude,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
