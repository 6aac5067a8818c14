<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A cobrador made a credit that waits for approval.
 *
 * Personal data: see the catalogue for who may have it.
 */
final class CreditWaitingApproval implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly CreditHttp $credit,
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
            $this->managerId === null ? null : new PrivateChannel('user.' . $this->managerId),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'credit.waiting.approval';
    }

    public function broadcastWith(): array
    {
        return [
            'type' => 'credit_created',
            'title' => $this->title,
            'credit' => $this->credit->toArray(),
            'cobrador' => $this->cobrador?->toArray(),
            'message' => $this->message,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
