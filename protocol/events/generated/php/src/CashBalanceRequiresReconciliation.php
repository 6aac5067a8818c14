<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A cash box has to be reconciled.
 *
 * Personal data: see the catalogue for who may have it.
 */
final class CashBalanceRequiresReconciliation implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly CashBox $cashBalance,
        public readonly string $reason,
        public readonly string $message,
        public readonly ?string $title = null,
        public readonly ?Person $cobrador = null,
        \DateTimeInterface|string|null $timestamp = null,
        public readonly int|string|null $managerId = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            $this->cobrador?->id === null ? null : new PrivateChannel('user.' . $this->cobrador?->id),
            $this->managerId === null ? null : new PrivateChannel('user.' . $this->managerId),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'cash.balance.requires.reconciliation';
    }

    public function broadcastWith(): array
    {
        return [
            'type' => 'cash_balance_requires_reconciliation',
            'title' => $this->title,
            'cash_balance' => $this->cashBalance->toArray(),
            'reason' => $this->reason,
            'priority' => 'high',
            'cobrador' => $this->cobrador?->toArray(),
            'message' => $this->message,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
