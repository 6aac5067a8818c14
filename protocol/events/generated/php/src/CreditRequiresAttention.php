<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A credit is overdue or about to end.
 *
 * Personal data: see the catalogue for who may have it.
 * The broadcast has no message; build one from reason.
 */
final class CreditRequiresAttention implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly OverdueCredit $credit,
        public readonly string $reason,
        public readonly ?Person $cobrador = null,
        public readonly ?Person $manager = null,
        \DateTimeInterface|string|null $timestamp = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('credits-attention'),
            $this->cobrador?->id === null ? null : new PrivateChannel('user.' . $this->cobrador?->id),
            $this->manager?->id === null ? null : new PrivateChannel('user.' . $this->manager?->id),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'credit.requires.attention';
    }

    public function broadcastWith(): array
    {
        return [
            'credit' => $this->credit->toArray(),
            'cobrador' => $this->cobrador?->toArray(),
            'manager' => $this->manager?->toArray(),
            'reason' => $this->reason,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
