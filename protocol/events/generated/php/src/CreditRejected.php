<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A manager rejected a credit.
 *
 * Personal data: see the catalogue for who may have it.
 * No reason is sent.
 */
final class CreditRejected implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly CreditHttp $credit,
        public readonly string $message,
        public readonly ?string $title = null,
        public readonly ?Person $manager = null,
        \DateTimeInterface|string|null $timestamp = null,
        public readonly int|string|null $cobradorId = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            $this->cobradorId === null ? null : new PrivateChannel('user.' . $this->cobradorId),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'credit.rejected';
    }

    public function broadcastWith(): array
    {
        return [
            'type' => 'credit_rejected',
            'title' => $this->title,
            'credit' => $this->credit->toArray(),
            'manager' => $this->manager?->toArray(),
            'message' => $this->message,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
